using System.Collections.Immutable;
using Weft.Cli.Input;
using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Execution.Access;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Rlp;
using Weft.Primitives.Transactions;
using Weft.State;
using Xunit;

namespace Weft.Conformance.Execution;

/// <summary>
/// Block access lists of execution-spec-tests, which are of Amsterdam. Its gas prices are not among the rules here, so
/// blocks are executed under those of the fork before. Where they come to the same gas the lists must be the same.
/// </summary>
public sealed class AccessListVectors
{
    /// <summary>Gas that lasts for EXTCODESIZE but not for the POP behind it. The machine demands gas for both at once,
    /// so the frame ends before it has looked at the account: same gas, same state, one account less in the list.
    /// </summary>
    private const string RunsOutOfGasWithinABlock =
        "test_witness_codes_extcodesize_cold_gas_boundary[fork_Amsterdam-blockchain_test-just_enough]";

    [Fact]
    public void Lists_of_blocks_that_use_the_same_gas_before_Amsterdam_are_equal()
    {
        if (Fixtures.Path("eest/eest-zkevm-v0.3.3.zip") is not { } path) return;
        using var folder = InputFolder.Open(path);
        using var recorder = new FootprintRecorder(ForkRules.Of(Fork.Bpo2), 1, new CodeCache());
        var codes = new CodeCache();
        int lists = 0, equal = 0, otherGas = 0;
        var different = new List<string>();
        foreach (string name in folder.Names.Where(name => name.EndsWith(".json", StringComparison.Ordinal)))
            foreach (var (test, json) in JsonCursor.Parse(folder.Read(name), folder.Describe(name)).Members())
            {
                if (!json.IsObject || !json.Has("blocks")) continue;
                var state = ReadState(json["pre"]);
                foreach (var item in json["blocks"].Items())
                {
                    if (!item.Has("blockAccessList") || item.Has("expectException")) break;
                    lists++;
                    var expected = ReadList(item["blockAccessList"]);
                    byte[] encoded = expected.Encode();
                    Assert.Equal(item["blockHeader"]["blockAccessListHash"].Hash(), expected.ComputeHash());
                    Assert.Equal(encoded, BlockAccessList.Decode(encoded).Encode());
                    var recorded = recorder.Record(new(ReadBlock(item), state, new Hashes()));
                    if (recorded.Output.Seal().GasUsed != item["blockHeader"]["gasUsed"].Quantity64())
                    {
                        otherGas++;
                        break;
                    }
                    if (AccessListBuilder.Build(recorded.Footprints).Encode().AsSpan().SequenceEqual(encoded)) equal++;
                    else different.Add(test.Split("::")[^1]);
                    state.Apply(recorded.Changes);
                }
            }
        Console.WriteLine(
            $"block access lists: {equal} equal of {lists}, {otherGas} of blocks that use other gas since Amsterdam");
        Assert.Equal(RunsOutOfGasWithinABlock, Assert.Single(different));
        Assert.Equal((200, 164, 35), (lists, equal, otherGas));
    }

    // ---- Reading ----

    private static BlockAccessList ReadList(JsonCursor json) => new([.. json.Items().Select(account =>
        new AccountChanges(
            account["address"].Address(),
            [.. account["storageChanges"].Items().Select(slot => new SlotChanges(
                slot["slot"].Word(), ReadChanges(slot["slotChanges"], "postValue", value => value.Word())))],
            [.. account["storageReads"].Items().Select(slot => slot.Word())],
            ReadChanges(account["balanceChanges"], "postBalance", value => value.Word()),
            ReadChanges(account["nonceChanges"], "postNonce", value => value.Quantity64()),
            ReadChanges(account["codeChanges"], "newCode", value => (ReadOnlyMemory<byte>)value.Bytes())))]);

    private static ImmutableArray<IndexedChange<T>> ReadChanges<T>(
        JsonCursor list, string name, Func<JsonCursor, T> read) =>
        [.. list.Items().Select(item =>
            new IndexedChange<T>((int)item["blockAccessIndex"].Quantity64(), read(item[name])))];

    private static InMemoryState ReadState(JsonCursor json)
    {
        var state = new InMemoryState();
        foreach (var (name, account) in json.Members())
        {
            var address = AccountReader.ReadAddress(name, account);
            state.SetAccount(
                address,
                new(account["nonce"].Quantity64(), account["balance"].Word(), state.AddCode(account["code"].Bytes())));
            foreach (var (key, value) in AccountReader.ReadStorage(account)) state.SetStorage(address, key, value);
        }
        return state;
    }

    /// <summary>The header has fields of Amsterdam, which are left out.</summary>
    private static Block ReadBlock(JsonCursor item)
    {
        var header = item["blockHeader"];
        var reader = new RlpReader(item["rlp"].Bytes());
        reader.BeginList();
        reader.Skip();
        var transactions = BlockCodec.ReadTransactions(ref reader);
        reader.Skip();
        var withdrawals = BlockCodec.ReadWithdrawals(ref reader);
        Assert.False(reader.Failed);
        for (int i = 0; i < transactions.Length; i++)
            Assert.True(SenderRecovery.TryRecoverSigners(transactions[i], out transactions[i]));
        return new(
            new()
            {
                ParentHash = header["parentHash"].Hash(),
                Beneficiary = header["coinbase"].Address(),
                Number = header["number"].Quantity64(),
                GasLimit = header["gasLimit"].Quantity64(),
                Timestamp = header["timestamp"].Quantity64(),
                MixHash = header["mixHash"].Hash(),
                BaseFeePerGas = header["baseFeePerGas"].Word(),
                ExcessBlobGas = header["excessBlobGas"].Quantity64(),
                ParentBeaconBlockRoot = header["parentBeaconBlockRoot"].Hash(),
            },
            transactions, [], withdrawals);
    }

    private sealed class Hashes : IBlockHashes
    {
        public Hash256 GetBlockHash(ulong number) => Hash256.FromWord(number);
    }
}
