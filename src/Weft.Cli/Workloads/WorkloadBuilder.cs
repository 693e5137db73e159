using System.Text;
using Weft.Primitives;
using Weft.Primitives.Crypto;
using Weft.Primitives.Transactions;
using Weft.State;

namespace Weft.Cli.Workloads;

/// <summary>What a transaction does. Wei go along only with plain transfers.</summary>
internal readonly record struct Call(Address To, ulong GasLimit, ReadOnlyMemory<byte> Data, UInt256 Value = default);

/// <summary>
/// The state before a block and its transactions while they are made up. What a transaction needs (its sender's wei,
/// its contract, a balance of tokens) is put into the state when it is first named: nothing has to run to get there.
/// </summary>
internal sealed class WorkloadBuilder
{
    public const ulong ChainId = 1;

    private const ulong Gwei = 1_000_000_000;
    private static readonly UInt256 Wealth = (UInt256)1_000_000 * Gwei * Gwei;

    private readonly bool _sign;
    private readonly List<Sender> _senders = [];
    private readonly List<Transaction> _transactions;
    private readonly List<int> _signers;

    /// <summary><paramref name="sign"/>: senders have keys, and other addresses than without.</summary>
    public WorkloadBuilder(int transactions, int seed, bool sign)
    {
        (Random, _sign) = (new Random(seed), sign);
        (_transactions, _signers) = (new(transactions), new(transactions));
    }

    /// <summary>The one source of chance.</summary>
    public Random Random { get; }

    public InMemoryState State { get; } = new();

    // ---- Accounts ----

    /// <summary>The address of the account that has this name and number; it need not be in the state.</summary>
    public static Address AddressOf(string name, int number) => new(HashOf($"{name} {number}").Bytes[12..]);

    public static Hash256 HashOf(string text) => Keccak.Hash(Encoding.ASCII.GetBytes($"weft workload {text}"));

    /// <summary>An account without code that has some wei.</summary>
    public Address Fund(in Address address)
    {
        State.SetAccount(address, Account.Empty with { Balance = Wealth });
        return address;
    }

    /// <summary>The address of a sender; numbers are given out from 0 on, none is left out.</summary>
    public Address SenderAddress(int number)
    {
        while (_senders.Count <= number) _senders.Add(CreateSender(_senders.Count));
        return _senders[number].Address;
    }

    private Sender CreateSender(int number)
    {
        if (!_sign) return new(Fund(AddressOf("sender", number)), UInt256.Zero);
        var key = HashOf($"key {number}").ToWord();
        return new(Fund(Secp256k1.PrivateKeyToAddress(key)), key);
    }

    // ---- Contracts ----

    /// <summary>Puts a contract into the state; its storage is the caller's to fill.</summary>
    public Address Deploy(CompiledContract contract, string name, int number)
    {
        var address = AddressOf(name, number);
        State.SetAccount(address, new Account(1, UInt256.Zero, State.AddCode(contract.Code)));
        return address;
    }

    // ---- Transactions ----

    /// <summary>Appends a transaction, with the sender's next nonce.</summary>
    public void Add(int sender, in Call call)
    {
        var address = SenderAddress(sender);
        _signers.Add(sender);
        _transactions.Add(new Transaction
        {
            Type = TransactionType.DynamicFee, ChainId = ChainId, Nonce = _senders[sender].Nonce++,
            GasLimit = call.GasLimit, To = call.To, Value = call.Value, Data = call.Data,
            MaxFeePerGas = (UInt256)(30 * Gwei), MaxPriorityFeePerGas = (UInt256)((ulong)Random.Next(1, 4) * Gwei),
            Sender = address,
        });
    }

    /// <summary>All transactions, signed where that was asked for: on all cores, for one takes 50 us.</summary>
    public Transaction[] Finish(CancellationToken cancellation)
    {
        Transaction[] transactions = [.. _transactions];
        if (_sign)
            Parallel.For(
                0, transactions.Length, new() { CancellationToken = cancellation },
                i => transactions[i] = transactions[i].SignedBy(_senders[_signers[i]].Key));
        return transactions;
    }

    private sealed class Sender(in Address address, in UInt256 key)
    {
        public readonly Address Address = address;
        public readonly UInt256 Key = key;
        public ulong Nonce;
    }
}
