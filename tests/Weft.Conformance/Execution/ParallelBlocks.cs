using Weft.Cli.Input;
using Weft.Cli.Replay;
using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Execution.Parallel;
using Weft.Execution.Strategies;
using Weft.Primitives;
using Weft.State;
using Xunit;

namespace Weft.Conformance.Execution;

/// <summary>Real blocks on several threads: serial execution is the truth.</summary>
public sealed class ParallelBlocks
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void Mainnet_blocks_end_as_they_do_serially(int threads)
    {
        if (Fixtures.Path("mainnet/blocks.zip") is not { } path) return;
        using var folder = InputFolder.Open(path);
        var reader = new BlockFileReader(folder);
        var codes = new CodeCache();
        using var driver = new WorkerThreads(threads);
        var processors = new Dictionary<ForkRules, (BlockProcessor Serial, OptimisticExecutor Parallel)>();
        foreach (string name in BlockFileReader.FindBlocks(folder))
        {
            var file = reader.Read(name);
            if (!file.IsComplete) continue;
            var header = file.Block.Header;
            var rules = ForkSchedule.Mainnet.RulesAt(header.Number, header.Timestamp);
            if (!processors.TryGetValue(rules, out var pair))
                processors.Add(rules, pair = (new(rules, 1, codes), new(rules, 1, codes, driver)));
            bool isDao = header.Number == ForkSchedule.Mainnet.DaoForkNumber;
            var state = new WorldState(file.State);
            var serial = pair.Serial.Execute(file.Block, state, file.Hashes, isDao);
            var parallel = pair.Parallel.Transition(
                new(file.Block, file.State, file.Hashes) { IsDaoForkBlock = isDao }).Seal();
            var changes = pair.Parallel.GetChanges();

            Assert.Equal(serial.Error, parallel.Error);
            for (int i = 0; i < serial.Transactions.Count; i++)
            {
                var (expected, got) = (serial.Transactions[i].GasUsed, parallel.Transactions[i].GasUsed);
                Assert.True(expected == got, $"{name}: transaction {i} used {got} gas, expected {expected}");
            }
            Assert.True(serial.GasUsed == parallel.GasUsed, $"{name}: gas {serial.GasUsed}, {parallel.GasUsed}");
            Assert.True(serial.ReceiptsRoot == parallel.ReceiptsRoot, $"{name}: receipts");
            Assert.True(serial.LogsBloom.Equals(parallel.LogsBloom), $"{name}: bloom");
            Assert.True(StateComparison.FirstDifference(state.GetChanges(), changes) is null,
                $"{name}: {StateComparison.FirstDifference(state.GetChanges(), changes)}");
        }
        foreach (var (serial, parallel) in processors.Values)
        {
            serial.Dispose();
            parallel.Dispose();
        }
    }
}

/// <summary>Finds where two sets of changes differ.</summary>
internal static class StateComparison
{
    public static string? FirstDifference(StateChanges expected, StateChanges got)
    {
        foreach (var (address, account) in expected.Accounts)
        {
            if (!got.Accounts.TryGetValue(address, out var other)) return $"{address} is missing, expected {account}";
            if (account != other) return $"{address} is {other}, expected {account}";
        }
        foreach (var (address, account) in got.Accounts)
            if (!expected.Accounts.ContainsKey(address)) return $"{address} should be as it was, is {account}";
        foreach (var (address, slots) in expected.Storage)
            foreach (var (key, value) in slots)
            {
                var other = got.Storage.TryGetValue(address, out var others) && others.TryGetValue(key, out var found)
                    ? found
                    : (UInt256?)null;
                if (other != value)
                    return $"{address} slot {key.ToHex()} is {other?.ToHex()}, expected {value.ToHex()}";
            }
        foreach (var (address, slots) in got.Storage)
            foreach (var (key, value) in slots)
                if (!expected.Storage.TryGetValue(address, out var others) || !others.ContainsKey(key))
                    return $"{address} slot {key.ToHex()} should be as it was, is {value.ToHex()}";
        if (!expected.ClearedStorage.SetEquals(got.ClearedStorage)) return "cleared storage differs";
        if (!expected.Code.Keys.ToHashSet().SetEquals(got.Code.Keys)) return "new code differs";
        return null;
    }
}
