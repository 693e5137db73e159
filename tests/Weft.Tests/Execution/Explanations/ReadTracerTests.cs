using Weft.Cli.Programs;
using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Execution.Access;
using Weft.Execution.Explanations;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;
using Weft.State;
using Weft.State.MultiVersion;
using Xunit;

namespace Weft.Tests.Execution.Explanations;

public sealed class ReadTracerTests
{
    private static readonly Address Sender = Address.FromNumber(0x5e4d), Proxy = Address.FromNumber(0xc0de),
        Library = Address.FromNumber(0x11b), Rich = Address.FromNumber(0x1c4);

    /// <summary>Twice SLOAD of slot 5, at 2 and 7; then BALANCE at 30.</summary>
    private static readonly byte[] LibraryCode =
        [0x60, 5, 0x54, 0x50, 0x5b, 0x60, 5, 0x54, 0x50, 0x73, .. Rich.Bytes, 0x31, 0x00];

    /// <summary>DELEGATECALL of the library with all gas.</summary>
    private static readonly byte[] ProxyCode =
        [0x5f, 0x5f, 0x5f, 0x5f, 0x73, .. Library.Bytes, 0x5a, 0xf4, 0x00];

    [Fact]
    public void The_first_read_of_a_location_is_found_in_the_code_that_reads_it()
    {
        var slot = AccessLocation.OfSlot(Proxy, 5);
        var balance = AccessLocation.OfField(Rich, Observed.Balance);
        var other = AccessLocation.OfSlot(Library, 5);

        var tracer = Trace([(2, slot), (2, balance), (2, other), (3, slot)]);

        // The storage is the proxy's, the code the library's.
        Assert.Equal(new(Library, 2, 0x54), tracer.PlaceOf(2, slot));
        Assert.Equal(new(Library, 30, 0x31), tracer.PlaceOf(2, balance));
        Assert.Null(tracer.PlaceOf(2, other));
        Assert.Equal(new(Library, 2, 0x54), tracer.PlaceOf(3, slot));
    }

    [Fact]
    public void What_nobody_asked_for_is_not_kept()
    {
        var slot = AccessLocation.OfSlot(Proxy, 5);

        Assert.Null(Trace([(1, slot)]).PlaceOf(2, slot));
        // The first transaction only pays.
        Assert.Null(Trace([(1, slot)]).PlaceOf(1, slot));
    }

    private static ReadTracer Trace(IEnumerable<(int, AccessLocation)> wanted)
    {
        var state = new InMemoryState();
        state.SetAccount(Sender, Account.Empty with { Balance = 1_000_000_000 });
        state.SetAccount(Library, new(1, UInt256.Zero, state.AddCode(LibraryCode)));
        state.SetAccount(Proxy, new(1, UInt256.Zero, state.AddCode(ProxyCode)));
        var rules = ForkRules.Of(Fork.Shanghai);
        Transaction[] transactions = [Call(0, Rich), Call(1, Proxy), Call(2, Proxy)];
        var header = new BlockHeader
        {
            Number = 1, Timestamp = 1, GasLimit = 30_000_000, BaseFeePerGas = UInt256.Zero,
        };
        var tracer = new ReadTracer(wanted);
        using var processor = new BlockProcessor(rules, 1, new CodeCache());
        var result = processor.Transition(
            new(header, transactions, [], []), new WorldState(state), NoBlockHashes.Instance,
            tracer: tracer).Seal();
        Assert.All(result.Transactions, transaction => Assert.True(transaction.Succeeded));
        return tracer;
    }

    private static Transaction Call(ulong nonce, in Address to) => new()
    {
        Type = TransactionType.Legacy, Nonce = nonce, GasLimit = 200_000, To = to, Sender = Sender,
    };
}
