using Weft.Evm;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;
using Weft.State;

namespace Weft.Simulation;

/// <summary>A block of transfers by a seed: few accounts that pay each other and the fee recipient, values and fees of
/// zero, empty and missing accounts; and in some blocks one thing that is no plain transfer or is invalid.</summary>
internal sealed class TransferBlocks
{
    private const int Accounts = 6;

    private static readonly Fork[] Forks =
        [Fork.Frontier, Fork.SpuriousDragon, Fork.Istanbul, Fork.London, Fork.Shanghai, Fork.Cancun, Fork.Prague];

    private readonly Random _random;
    private readonly ulong[] _nonces = new ulong[Accounts];

    public TransferBlocks(int seed)
    {
        _random = new Random(seed);
        Rules = ForkRules.Of(Forks[_random.Next(Forks.Length)]);
        var coinbase = _random.Next(3) == 0 ? Account(_random.Next(Accounts)) : Address.FromNumber(0xc014ba5e);
        BuildState(coinbase);
        var transactions = new Transaction[_random.Next(1, 40)];
        for (int i = 0; i < transactions.Length; i++) transactions[i] = BuildTransaction(coinbase);
        if (_random.Next(4) == 0)
        {
            int at = _random.Next(transactions.Length);
            transactions[at] = Spoil(transactions[at]);
        }
        Block = new(
            new BlockHeader
            {
                Number = 1_000, Timestamp = 1_000, Beneficiary = coinbase,
                GasLimit = _random.Next(8) == 0 ? 21_000ul * (ulong)transactions.Length : 30_000_000,
                BaseFeePerGas = Rules.Fork >= Fork.London ? (UInt256)(ulong)_random.Next(2) : null,
                ExcessBlobGas = Rules.Blobs is null ? null : 0,
                ParentBeaconBlockRoot = Rules.BeaconRoots ? default(Hash256) : null,
            },
            transactions, [],
            Rules.Withdrawals
                ? [new Withdrawal(0, 0, Account(0), 1), new Withdrawal(1, 0, Address.FromNumber(0xf4e50001), 0)]
                : null);
    }

    public ForkRules Rules { get; }

    public InMemoryState State { get; } = new();

    public Block Block { get; }

    private static Address Account(int index) => Address.FromNumber(0xacc00000 + (ulong)index);

    private void BuildState(in Address coinbase)
    {
        for (int i = 0; i < Accounts; i++)
            State.SetAccount(
                Account(i), new(0, (UInt256)(ulong)_random.Next(200_000, 20_000_000), Hash256.OfEmptyCode));
        if (_random.Next(4) == 0 && !State.TryGetAccount(coinbase, out _))
            State.SetAccount(coinbase, Weft.State.Account.Empty);
        if (_random.Next(4) == 0)
        {
            // No chain has storage without code; deleting it is the only trace of a touch that came too late.
            State.SetAccount(Address.FromNumber(0xf4e50000), Weft.State.Account.Empty);
            State.SetStorage(Address.FromNumber(0xf4e50000), 1, 1);
        }
        State.SetAccount(Contract, new(1, 7, State.AddCode(new byte[] { 0x60, 1, 0x60, 0, 0x55 })));
        if (!Rules.Requests) return;
        foreach (string system in new[]
                 {
                     "0x00000961ef480eb55e80d19ad83579a64c007002", "0x0000bbddc7ce488642fb579f8b00f3a590007251",
                     "0x000f3df6d732807ef1319fb7b8bb8522d0beac02",
                 })
            State.SetAccount(
                Address.Parse(system), new(1, UInt256.Zero, State.AddCode(new byte[] { 0x43, 0x60, 0, 0x55 })));
    }

    private static Address Contract => Address.FromNumber(0xc0de);

    private Transaction BuildTransaction(in Address coinbase)
    {
        int sender = _random.Next(Accounts);
        Address to = _random.Next(10) switch
        {
            < 6 => Account(_random.Next(Accounts)),
            6 => coinbase,
            _ => Address.FromNumber(0xf4e50000 + (ulong)_random.Next(3)),
        };
        ulong price = (ulong)_random.Next(1, 4);
        bool isFree = Rules.Fork < Fork.London && _random.Next(4) == 0;
        return Transfer(
            Account(sender), _nonces[sender]++, to, (ulong)(_random.Next(4) == 0 ? 0 : _random.Next(100_000)),
            21_000 + ((ulong)_random.Next(2) * 500), isFree ? 0 : price);
    }

    private static Transaction Transfer(
        Address sender, ulong nonce, Address? to, ulong value, ulong gas, ulong price, byte[]? data = null) => new()
    {
        Type = TransactionType.Legacy, Nonce = nonce, GasLimit = gas, To = to, Value = value, Data = data ?? [],
        GasPrice = price, Signature = new(0, UInt256.One, UInt256.One), Sender = sender,
    };

    private Transaction Spoil(Transaction plain)
    {
        var (sender, nonce, price) = (plain.Sender!.Value, plain.Nonce, plain.GasPrice.U0);
        return _random.Next(6) switch
        {
            0 => Transfer(sender, nonce, Contract, 1, 100_000, price),
            1 => Transfer(sender, nonce + 1, plain.To, 1, 21_000, price),
            2 => Transfer(sender, nonce, plain.To, 1_000_000_000, 21_000, price),
            3 => Transfer(sender, nonce, Address.FromNumber(4), 1, 30_000, price),
            4 => Transfer(sender, nonce, null, 1, 100_000, price, [0]),
            _ => Transfer(sender, nonce, plain.To, 1, 20_000, price),
        };
    }
}
