using Weft.Evm;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;
using Weft.State;

namespace Weft.Cli.Simulation;

/// <summary>
/// A small block by a seed, made to hurt: few accounts and slots, nonce chains, zero fees and values, self-destructs
/// and re-creations at the same address, delegations, reads of the fee recipient, gas that just does not suffice, and
/// now and then an invalid transaction.
/// </summary>
internal sealed class AdversarialBlock
{
    public const ulong ChainId = 1;

    private static readonly Fork[] Forks =
        [Fork.Frontier, Fork.SpuriousDragon, Fork.Istanbul, Fork.Shanghai, Fork.Cancun, Fork.Prague];

    private readonly Random _random;

    /// <summary>A long block must get to its end to be of use.</summary>
    private readonly bool _isLong;
    private readonly int _width;
    private readonly ulong[] _nonces;

    /// <summary><paramref name="length"/>: transactions; 1 to 12 unless given. <paramref name="width"/>: senders, and
    /// contracts; the more, the fewer conflicts.</summary>
    public AdversarialBlock(int seed, int length = 0, int width = 4)
    {
        (_random, _width, _nonces) = (new Random(seed), width, new ulong[width]);
        _isLong = length > 0;
        Rules = ForkRules.Of(Forks[_random.Next(Forks.Length)]);
        Coinbase = _random.Next(4) switch
        {
            0 => Sender(_random.Next(_width)),
            1 => Contract(_random.Next(_width)),
            _ => Address.FromNumber(0xc014ba5e),
        };
        BuildState();
        var transactions = new Transaction[length > 0 ? length : _random.Next(1, 13)];
        for (int i = 0; i < transactions.Length; i++) transactions[i] = BuildTransaction();
        bool hasFee = Rules.Fork >= Fork.London;
        Block = new(
            new BlockHeader
            {
                Number = 1_000, Timestamp = 1_000, GasLimit = _isLong ? 3_000_000_000 : 30_000_000,
                Beneficiary = Coinbase,
                BaseFeePerGas = hasFee ? UInt256.Zero : null,
                ExcessBlobGas = Rules.Blobs is null ? null : 0,
                ParentBeaconBlockRoot = Rules.BeaconRoots ? default(Hash256) : null,
            },
            transactions, [],
            Rules.Withdrawals ? [new Withdrawal(0, 0, Coinbase, 1), new Withdrawal(1, 0, Contract(0), 0)] : null);
    }

    public ForkRules Rules { get; }

    public Address Coinbase { get; }

    public InMemoryState State { get; } = new();

    public Block Block { get; }

    private static Address Sender(int index) => Address.FromNumber(0x5e4d0000 + (ulong)index);

    private static Address Contract(int index) => Address.FromNumber(0xc0de0000 + (ulong)index);

    /// <summary>Anybody who matters.</summary>
    private Address Anyone() => _random.Next(8) switch
    {
        < 3 => Contract(_random.Next(_width)),
        < 5 => Sender(_random.Next(_width)),
        5 => Coinbase,
        6 => Address.FromNumber((ulong)_random.Next(1, 5)),
        _ => Address.FromNumber(0xf4e50000 + (ulong)_random.Next(3)),
    };

    // ---- The state before ----

    private void BuildState()
    {
        for (int i = 0; i < _width; i++)
        {
            var balance = !_isLong && _random.Next(12) == 0
                ? (UInt256)(ulong)_random.Next(3_000_000)
                : (UInt256)1_000_000_000_000;
            State.SetAccount(Sender(i), new(0, balance, Hash256.OfEmptyCode));
        }
        for (int i = 0; i < _width; i++)
        {
            var code = State.AddCode(BuildCode());
            State.SetAccount(Contract(i), new(1, (UInt256)(ulong)_random.Next(5), code));
            for (ulong slot = 0; slot < 3; slot++)
                if (_random.Next(2) == 0) State.SetStorage(Contract(i), slot, (UInt256)(ulong)_random.Next(1, 4));
        }
        // Empty accounts, which only old states hold.
        if (_random.Next(3) == 0) State.SetAccount(Address.FromNumber(0xf4e50000), Account.Empty);
        if (_random.Next(6) == 0 && !State.TryGetAccount(Coinbase, out _)) State.SetAccount(Coinbase, Account.Empty);
        if (!Rules.Requests) return;
        foreach (string system in new[]
                 {
                     "0x00000961ef480eb55e80d19ad83579a64c007002", "0x0000bbddc7ce488642fb579f8b00f3a590007251",
                 })
            State.SetAccount(Address.Parse(system), new(1, UInt256.Zero, State.AddCode(new byte[] { 0 })));
    }

    // ---- Contracts ----

    private byte[] BuildCode()
    {
        var code = new List<byte>();
        int parts = _random.Next(1, 6);
        for (int i = 0; i < parts; i++) AddPart(code);
        return [.. code];
    }

    private void AddPart(List<byte> code)
    {
        byte slot = (byte)_random.Next(3), other = (byte)_random.Next(3);
        switch (_random.Next(13))
        {
            case 0: // slot += 1
                code.AddRange([0x60, slot, 0x54, 0x60, 1, 0x01, 0x60, slot, 0x55]);
                break;
            case 1: // slot = calldata word 0
                code.AddRange([0x60, 0, 0x35, 0x60, slot, 0x55]);
                break;
            case 2: // slot = other slot
                code.AddRange([0x60, other, 0x54, 0x60, slot, 0x55]);
                break;
            case 3: // slot = balance of somebody
                code.AddRange([0x73, .. Anyone().Bytes, 0x31, 0x60, slot, 0x55]);
                break;
            case 4: // slot = gas left
                code.AddRange([0x5a, 0x60, slot, 0x55]);
                break;
            case 5: // slot = size of somebody's code
                code.AddRange([0x73, .. Anyone().Bytes, 0x3b, 0x60, slot, 0x55]);
                break;
            case 6: // self-destruct in favour of somebody, when word 0 of the call data says so
                code.AddRange([0x60, 0, 0x35, 0x60, 1, 0x16, 0x15]);
                AddJumpOver(code, [0x73, .. Anyone().Bytes, 0xff]);
                break;
            case 7: // revert, when the slot is odd
                code.AddRange([0x60, slot, 0x54, 0x60, 1, 0x16, 0x15]);
                AddJumpOver(code, [0x60, 0, 0x60, 0, 0xfd]);
                break;
            case 8: // create with CREATE2 (CREATE before it came), the same address every time
                AddCreate(code, slot);
                break;
            case 9: // slot = 0
                code.AddRange([0x60, 0, 0x60, slot, 0x55]);
                break;
            default: // call somebody with 0 or 1 wei, keep whether it worked
                code.AddRange(
                [
                    0x60, 0, 0x60, 0, 0x60, 32, 0x60, 0, 0x60, (byte)_random.Next(2), 0x73, .. Anyone().Bytes,
                    0x61, 0x75, 0x30, 0xf1, 0x60, slot, 0x55,
                ]);
                break;
        }
    }

    /// <summary>Jumps behind the bytes when the top of the stack is not zero.</summary>
    private static void AddJumpOver(List<byte> code, byte[] bytes)
    {
        int target = code.Count + 4 + bytes.Length;
        code.AddRange([0x61, (byte)(target >> 8), (byte)target, 0x57, .. bytes, 0x5b]);
    }

    /// <summary>The new contract self-destructs when it is called, or counts in its slot 0.</summary>
    private void AddCreate(List<byte> code, byte slot)
    {
        byte[] runtime = _random.Next(2) == 0
            ? [0x33, 0xff]
            : [0x60, 0, 0x54, 0x60, 1, 0x01, 0x60, 0, 0x55];
        // Store the runtime in memory, return it; nine bytes at most, right-aligned in a word.
        byte[] init = [0x60, 7, 0x60, 0, 0x55, (byte)(0x5f + runtime.Length), .. runtime, 0x60, 0, 0x52,
            0x60, (byte)runtime.Length, 0x60, (byte)(32 - runtime.Length), 0xf3];
        code.Add((byte)(0x5f + init.Length));
        code.AddRange(init);
        code.AddRange([0x60, 0, 0x52]);
        if (Rules.Fork >= Fork.Istanbul) code.AddRange([0x60, (byte)_random.Next(2)]);
        code.AddRange([0x60, (byte)init.Length, 0x60, (byte)(32 - init.Length), 0x60, (byte)_random.Next(2)]);
        code.Add(Rules.Fork >= Fork.Istanbul ? (byte)0xf5 : (byte)0xf0);
        if (_random.Next(2) == 0)
        {
            code.AddRange([0x60, slot, 0x55]);
            return;
        }
        // Call what was created: it self-destructs or counts.
        code.AddRange(
        [
            0x60, 0, 0x60, 0, 0x60, 0, 0x60, 0, 0x60, 0, 0x85, 0x61, 0xc3, 0x50, 0xf1, 0x50, 0x60, slot, 0x55,
        ]);
    }

    // ---- Transactions ----

    private Transaction BuildTransaction()
    {
        int sender = _random.Next(_width);
        bool isInvalid = !_isLong && _random.Next(60) == 0;
        ulong nonce = isInvalid ? (ulong)_random.Next(5) : _nonces[sender]++;
        bool delegates = Rules.Delegations && _random.Next(5) == 0;
        bool creates = !delegates && _random.Next(12) == 0;
        ulong price = _random.Next(3) == 0 ? 0UL : (ulong)_random.Next(1, 5);
        var data = new byte[32];
        data[31] = (byte)_random.Next(4);
        return new()
        {
            Type = delegates ? TransactionType.SetCode : TransactionType.Legacy,
            ChainId = delegates ? ChainId : null,
            Nonce = nonce,
            GasLimit = _random.Next(3) == 0 ? (ulong)_random.Next(21_000, 90_000) : 400_000,
            To = creates ? null : Anyone(),
            Value = (UInt256)(ulong)_random.Next(3),
            Data = creates ? BuildCode() : _random.Next(3) == 0 ? ReadOnlyMemory<byte>.Empty : data,
            GasPrice = delegates ? UInt256.Zero : price,
            MaxFeePerGas = delegates ? price : UInt256.Zero,
            MaxPriorityFeePerGas = delegates ? price : UInt256.Zero,
            AuthorizationList = delegates ? BuildAuthorizations() : [],
            Signature = new(0, UInt256.One, UInt256.One),
            Sender = Sender(sender),
        };
    }

    /// <summary>The same with other nonces.</summary>
    public static Transaction Copy(Transaction transaction, ulong nonce, Authorization[] authorizations) => new()
    {
        Type = transaction.Type, ChainId = transaction.ChainId, Nonce = nonce, GasLimit = transaction.GasLimit,
        To = transaction.To, Value = transaction.Value, Data = transaction.Data, GasPrice = transaction.GasPrice,
        MaxFeePerGas = transaction.MaxFeePerGas, MaxPriorityFeePerGas = transaction.MaxPriorityFeePerGas,
        AuthorizationList = authorizations, Signature = transaction.Signature, Sender = transaction.Sender,
    };

    /// <summary>Mostly with the nonce that the authority has when its turn comes.</summary>
    private Authorization[] BuildAuthorizations()
    {
        var list = new Authorization[_random.Next(1, 3)];
        for (int i = 0; i < list.Length; i++)
        {
            int authority = _random.Next(_width);
            ulong nonce = _random.Next(4) == 0 ? 0 : _nonces[authority]++;
            var target = _random.Next(4) == 0 ? default : Contract(_random.Next(_width));
            list[i] = new(ChainId, target, nonce, 0, UInt256.One, UInt256.One, Sender(authority));
        }
        return list;
    }
}
