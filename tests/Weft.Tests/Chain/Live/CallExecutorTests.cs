using System.Diagnostics;
using Weft.Chain.Live;
using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Xunit;

namespace Weft.Tests.Chain.Live;

public sealed class CallExecutorTests : IDisposable
{
    private static readonly Address Target = Address.FromNumber(0xc0de), Other = Address.FromNumber(0x0def);

    private readonly DevChain _dev = new(genesis: state =>
    {
        DevChain.AddContract(state, Target, Slot0);
        state.Storage[Target] = new() { [0ul] = 7, [1ul] = 9 };
    });

    private readonly CallExecutor _calls;

    public CallExecutorTests() => _calls = new(new() { TimeMax = TimeSpan.FromMinutes(2) });

    /// <summary>Returns slot 0.</summary>
    private static byte[] Slot0 => Convert.FromHexString("600054" + "600052" + "60206000f3");

    /// <summary>Jumps to itself.</summary>
    private static byte[] Loop => Convert.FromHexString("5b600056");

    public void Dispose()
    {
        _calls.Dispose();
        _dev.Dispose();
    }

    [Fact]
    public void Call_reads_the_state_of_its_snapshot()
    {
        using var snapshot = _dev.Chain.OpenSnapshot();
        var result = _calls.Call(snapshot, new() { To = Target });
        Assert.True(result.Succeeded);
        Assert.Equal((UInt256)7ul, UInt256.FromBigEndian(result.Output.Span));
        Assert.Equal(21_000ul + 2100 + 3 * 5 + 3, result.GasUsed);
    }

    [Fact]
    public void State_overrides_take_effect_for_the_call_alone()
    {
        using var snapshot = _dev.Chain.OpenSnapshot();
        UInt256 Read(AccountOverride change) => UInt256.FromBigEndian(_calls.Call(
            snapshot, new() { To = Target },
            new() { State = new Dictionary<Address, AccountOverride> { [Target] = change } }).Output.Span);
        Assert.Equal((UInt256)5ul, Read(new() { StateDiff = new Dictionary<UInt256, UInt256> { [0ul] = 5 } }));
        Assert.Equal(UInt256.Zero, Read(new() { State = new Dictionary<UInt256, UInt256> { [1ul] = 5 } }));
        Assert.Equal((UInt256)7ul, Read(new() { StateDiff = new Dictionary<UInt256, UInt256> { [1ul] = 5 } }));
        // BALANCE of itself.
        byte[] balance = Convert.FromHexString("3031" + "600052" + "60206000f3");
        Assert.Equal((UInt256)77ul, Read(new() { Code = balance, Balance = 77 }));
        Assert.Equal((UInt256)7ul, Read(new()));
    }

    [Fact]
    public void Moved_precompile_answers_at_its_new_place_only()
    {
        using var snapshot = _dev.Chain.OpenSnapshot();
        var context = new CallContext
        {
            State = new Dictionary<Address, AccountOverride>
            {
                [Address.FromNumber(4)] = new() { MovePrecompileTo = Other, Code = Slot0 },
            },
        };
        byte[] data = [1, 2, 3];
        Assert.Equal(data, _calls.Call(snapshot, new() { To = Other, Data = data }, context).Output.ToArray());
        var request = new CallRequest { To = Address.FromNumber(4), Data = data };
        Assert.Equal(32, _calls.Call(snapshot, request, context).Output.Length);
        Assert.Equal(data, _calls.Call(snapshot, request).Output.ToArray());
        Assert.Throws<ArgumentException>(() => _calls.Call(snapshot, new() { To = Other }, new()
        {
            State = new Dictionary<Address, AccountOverride> { [Target] = new() { MovePrecompileTo = Other } },
        }));
    }

    [Fact]
    public void Endless_loop_is_stopped_in_time_and_the_machine_works_afterwards()
    {
        using var snapshot = _dev.Chain.OpenSnapshot();
        // A loop; a contract that calls itself for ever; one that creates for ever.
        byte[][] codes =
        [
            Loop, Convert.FromHexString("5b60006000600060006000305af150600056"),
            Convert.FromHexString("5b600060006000f050600056"),
        ];
        foreach (byte[] code in codes)
        {
            var context = new CallContext
            {
                State = new Dictionary<Address, AccountOverride> { [Target] = new() { Code = code } },
                GasMax = long.MaxValue, TimeMax = TimeSpan.FromMilliseconds(50),
            };
            long start = Stopwatch.GetTimestamp();
            var result = _calls.Call(snapshot, new() { To = Target }, context);
            Assert.True(result.WasStopped);
            Assert.True(Stopwatch.GetElapsedTime(start).TotalMilliseconds > 40);
            Assert.True(_calls.Call(snapshot, new() { To = Target }).Succeeded);
        }
    }

    [Fact]
    public void Cancellation_stops_a_call()
    {
        using var snapshot = _dev.Chain.OpenSnapshot();
        using var cancellation = new CancellationTokenSource(30);
        var context = new CallContext
        {
            State = new Dictionary<Address, AccountOverride> { [Target] = new() { Code = Loop } },
            GasMax = long.MaxValue, TimeMax = TimeSpan.FromMinutes(2),
        };
        Assert.True(_calls.Call(
            snapshot, new() { To = Target }, context, cancellation: cancellation.Token).WasStopped);
    }

    [Fact]
    public void Estimate_is_enough_and_not_much_more()
    {
        using var snapshot = _dev.Chain.OpenSnapshot();
        var transfer = new CallRequest { From = _dev.Accounts[0], To = Other, Value = 1 };
        Assert.Equal(21_000ul, _calls.EstimateGas(snapshot, transfer).Gas);
        byte[] store = Convert.FromHexString("600160055500");
        var context = new CallContext
        {
            State = new Dictionary<Address, AccountOverride> { [Target] = new() { Code = store } },
        };
        ulong gas = _calls.EstimateGas(snapshot, new() { To = Target }, context).Gas;
        Assert.True(_calls.Call(snapshot, new() { To = Target, Gas = gas }, context).Succeeded);
        Assert.False(_calls.Call(snapshot, new() { To = Target, Gas = gas * 97 / 100 }, context).Succeeded);
    }

    [Fact]
    public void Estimate_of_what_reverts_gives_the_reason()
    {
        // Error("no")
        byte[] reverts = Convert.FromHexString(
            "7f08c379a000000000000000000000000000000000000000000000000000000000600052" + "6020600452"
            + "6002602452" + "616e6f60f01b604452" + "60646000fd");
        using var snapshot = _dev.Chain.OpenSnapshot();
        var context = new CallContext
        {
            State = new Dictionary<Address, AccountOverride> { [Target] = new() { Code = reverts } },
        };
        Assert.Equal("execution reverted: no", _calls.EstimateGas(snapshot, new() { To = Target }, context).Message);
        Assert.Equal(
            "gas required exceeds allowance (21050)",
            _calls.EstimateGas(snapshot, new() { To = Target, Gas = 21_050 }).Message);
    }

    [Fact]
    public void Access_list_has_slots_and_other_accounts()
    {
        // SLOAD 1, BALANCE of another account.
        byte[] code = Convert.FromHexString("60015450" + "730000000000000000000000000000000000000def" + "3100");
        using var snapshot = _dev.Chain.OpenSnapshot();
        var result = _calls.CreateAccessList(snapshot, new() { To = Target }, new()
        {
            State = new Dictionary<Address, AccountOverride> { [Target] = new() { Code = code } },
        });
        Assert.Equal([Other, Target], result.AccessList.Select(e => e.Address));
        Assert.Equal([(UInt256)1ul], result.AccessList[1].StorageKeys);
        Assert.Equal(21_000ul + 2400 * 2 + 1900 + 3 + 100 + 2 + 3 + 100, result.GasUsed);
    }

    [Fact]
    public void Call_that_cannot_be_paid_says_so()
    {
        using var snapshot = _dev.Chain.OpenSnapshot();
        var poor = _calls.Call(snapshot, new() { To = Other, Value = 1 });
        Assert.Equal(TransactionError.InsufficientFunds, poor.Error);
        Assert.EndsWith("address 0x0000000000000000000000000000000000000000 have 0 want 1", poor.Message!);
        var cheap = _calls.Call(
            snapshot, new() { From = _dev.Accounts[0], To = Other, MaxFeePerGas = 5, Gas = 30_000 });
        Assert.Equal(TransactionError.FeeCapBelowBaseFee, cheap.Error);
        Assert.Throws<ArgumentException>(
            () => _calls.Call(snapshot, new() { To = Other, GasPrice = 1, MaxFeePerGas = 1 }));
    }

    [Fact]
    public void Block_overrides_are_what_instructions_see()
    {
        using var snapshot = _dev.Chain.OpenSnapshot();
        // NUMBER + TIMESTAMP.
        byte[] code = Convert.FromHexString("434201" + "600052" + "60206000f3");
        var result = _calls.Call(snapshot, new() { To = Target }, new()
        {
            State = new Dictionary<Address, AccountOverride> { [Target] = new() { Code = code } },
            Block = new() { Number = 1000, Timestamp = 234 },
        });
        Assert.Equal((UInt256)1234ul, UInt256.FromBigEndian(result.Output.Span));
    }
}
