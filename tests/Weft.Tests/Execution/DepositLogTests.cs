using Weft.Execution.Blocks;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Xunit;

namespace Weft.Tests.Execution;

public class DepositLogTests
{
    private static readonly int[] Lengths = [48, 32, 8, 96, 8];

    /// <summary>The five fields at random, ABI-encoded by the rule: heads, then length and bytes of each.</summary>
    internal static (byte[] Data, byte[] Request) Sample(int seed)
    {
        var random = new Random(seed);
        List<byte> heads = [], tails = [], request = [];
        foreach (int length in Lengths)
        {
            var field = new byte[length];
            random.NextBytes(field);
            heads.AddRange(Word(Lengths.Length * 32 + tails.Count));
            tails.AddRange([.. Word(length), .. field, .. new byte[(32 - length % 32) % 32]]);
            request.AddRange(field);
        }
        return ([.. heads, .. tails], [.. request]);
    }

    private static byte[] Word(int value) => Hash256.FromWord((ulong)value).Bytes.ToArray();

    [Fact]
    public void The_request_is_the_five_fields_one_after_the_other()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            var (data, expected) = Sample(seed);
            var request = new byte[DepositLog.RequestLength];
            Assert.True(DepositLog.TryReadRequest(data, request));
            Assert.Equal(expected, request);
        }
    }

    [Fact]
    public void Data_of_another_length_is_rejected()
    {
        var (data, _) = Sample(1);
        var request = new byte[DepositLog.RequestLength];
        for (int length = 0; length < data.Length; length++)
            Assert.False(DepositLog.TryReadRequest(data.AsSpan(0, length), request));
        Assert.False(DepositLog.TryReadRequest([.. data, 0], request));
    }

    [Fact]
    public void Any_other_offset_or_length_is_rejected()
    {
        int[] words = [0, 32, 64, 96, 128, 160, 256, 320, 384, 512];
        foreach (int word in words)
            for (int i = 0; i < 32; i++)
            {
                var (data, _) = Sample(1);
                data[word + i] ^= 1;
                Assert.False(DepositLog.TryReadRequest(data, new byte[DepositLog.RequestLength]));
            }
    }

    [Fact]
    public void Only_the_event_of_the_contract_is_a_deposit()
    {
        Address contract = DepositLog.MainnetContract, other = Address.FromNumber(1);
        Assert.True(DepositLog.IsDeposit(new(contract, [DepositLog.EventTopic], default), contract));
        Assert.False(DepositLog.IsDeposit(new(other, [DepositLog.EventTopic], default), contract));
        Assert.False(DepositLog.IsDeposit(new(contract, [], default), contract));
        Assert.False(DepositLog.IsDeposit(new(contract, [Hash256.Zero, DepositLog.EventTopic], default), contract));
    }
}
