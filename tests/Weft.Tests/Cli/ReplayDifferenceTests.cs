using Weft.Cli.Samples;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Xunit;

namespace Weft.Tests.Cli;

/// <summary>Blocks whose header or receipts are wrong, though the file is sound in itself.</summary>
public sealed class ReplayDifferenceTests
{
    private const int CounterCall = 4;

    private static SampleBlock Byzantium => SampleBlocks.Build()[0];

    [Fact]
    public void A_wrong_receipts_root_is_named_with_both_roots()
    {
        var sample = Byzantium;
        var computed = sample.Block.Header.ReceiptsRoot;
        var wrong = WithHeader(sample, sample.Block.Header with { ReceiptsRoot = Keccak.Hash([1]) });

        var (code, output) = Replay(wrong with { Result = wrong.Result with { Receipts = sample.Result.Receipts } });

        Assert.Equal(1, code);
        Assert.Contains("0 of 1 blocks proven", output, StringComparison.Ordinal);
        Assert.Contains(computed.ToString(), output, StringComparison.Ordinal);
        Assert.Contains(Keccak.Hash([1]).ToString(), output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_gas_limit_of_the_block_makes_a_transaction_invalid()
    {
        var sample = Byzantium;

        var (code, output) = Replay(WithHeader(sample, sample.Block.Header with { GasLimit = 50_000 }));

        Assert.Equal(1, code);
        Assert.Contains("GasLimitExceedsBlock", output, StringComparison.Ordinal);
        Assert.Contains("transaction  2", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_gas_in_a_receipt_names_the_transaction_and_its_instructions()
    {
        var sample = Byzantium;
        var receipts = sample.Result.Receipts.ToArray();
        receipts[CounterCall] = receipts[CounterCall] with { GasUsed = receipts[CounterCall].GasUsed - 1000 };

        var (code, output) = Replay(sample with { Result = sample.Result with { Receipts = receipts } });

        Assert.Equal(1, code);
        Assert.Contains(
            $"transaction  {CounterCall} {sample.Block.Transactions[CounterCall].Hash}", output,
            StringComparison.Ordinal);
        Assert.Contains($"expected     {receipts[CounterCall].GasUsed}", output, StringComparison.Ordinal);
        Assert.Contains("LOG1", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_log_in_a_receipt_is_named()
    {
        var sample = Byzantium;
        var receipts = sample.Result.Receipts.ToArray();
        var log = receipts[CounterCall].Logs[0];
        receipts[CounterCall] = receipts[CounterCall] with { Logs = [log with { Data = new byte[32] }] };

        var (code, output) = Replay(sample with { Result = sample.Result with { Receipts = receipts } });

        Assert.Equal(1, code);
        Assert.Contains("log 0, data", output, StringComparison.Ordinal);
    }

    private static SampleBlock WithHeader(SampleBlock sample, BlockHeader header) =>
        sample with { Block = sample.Block with { Header = header } };

    private static (int Code, string Output) Replay(SampleBlock sample)
    {
        using var folder = new TemporaryFolder();
        foreach (var (name, bytes) in SampleWriter.Write([sample])) folder.Write(name, bytes);
        var (code, output, error) = CommandLine.Run("replay", folder.Path);
        Assert.Equal("", error);
        return (code, output);
    }
}
