using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;

namespace Weft.Tests.Primitives;

internal sealed partial class WireRandom
{
    /// <summary>A transaction with a signature that is in range but made by nobody.</summary>
    public Transaction Transaction(TransactionType type)
    {
        bool feeMarket = type >= TransactionType.DynamicFee;
        return new()
        {
            Type = type,
            ChainId = type == TransactionType.Legacy && Chance(30) ? null : Word(),
            Nonce = Word(),
            GasPrice = feeMarket ? default : Value(),
            MaxPriorityFeePerGas = feeMarket ? Value() : default,
            MaxFeePerGas = feeMarket ? Value() : default,
            GasLimit = Word(),
            To = Chance(30) ? null : Address(),
            Value = Value(),
            Data = Blob(600),
            AccessList = type == TransactionType.Legacy ? [] : Many(4, AccessListEntry),
            MaxFeePerBlobGas = type == TransactionType.Blob ? Value() : default,
            BlobVersionedHashes = type == TransactionType.Blob ? Many(7, Hash) : [],
            AuthorizationList = type == TransactionType.SetCode ? Many(4, Authorization) : [],
            Signature = new((byte)Next(2), PrivateKey(), PrivateKey()),
        };
    }

    public Transaction Transaction() => Transaction((TransactionType)Next(5));

    /// <summary>Any value of the wire, most of them out of the bounds within which a delegation counts.</summary>
    public Authorization Authorization() =>
        new(Value(), Address(), Word(), (byte)Next(256), Value(), Value());

    public AccessListEntry AccessListEntry() => new(Address(), Many(5, () => UInt256.FromBigEndian(Bytes(32))));

    public Withdrawal Withdrawal() => new(Word(), Word(), Address(), Word());

    public LogEntry Log() => new(Address(), Many(4, Hash), Blob(300));

    public Receipt Receipt()
    {
        var logs = Many(4, Log);
        bool withRoot = Chance(20);
        return new()
        {
            Type = (TransactionType)Next(5),
            PostStateRoot = withRoot ? Hash() : null,
            Succeeded = !withRoot && Chance(50),
            CumulativeGasUsed = Word(),
            Logs = logs,
            Bloom = Bloom.Of(logs),
        };
    }

    /// <summary>A header as of a fork: 0 Frontier, 1 London, 2 Shanghai, 3 Cancun, 4 Prague.</summary>
    public BlockHeader Header(int age) => new()
    {
        ParentHash = Hash(),
        OmmersHash = Hash(),
        Beneficiary = Address(),
        StateRoot = Hash(),
        TransactionsRoot = Hash(),
        ReceiptsRoot = Hash(),
        LogsBloom = Chance(50) ? Bloom.Empty : Bloom.FromBytes(Bytes(256)),
        Difficulty = Value(),
        Number = Word(),
        GasLimit = Word(),
        GasUsed = Word(),
        Timestamp = Word(),
        ExtraData = Blob(32),
        MixHash = Hash(),
        Nonce = Word(),
        BaseFeePerGas = age >= 1 ? Value() : null,
        WithdrawalsRoot = age >= 2 ? Hash() : null,
        BlobGasUsed = age >= 3 ? Word() : null,
        ExcessBlobGas = age >= 3 ? Word() : null,
        ParentBeaconBlockRoot = age >= 3 ? Hash() : null,
        RequestsHash = age >= 4 ? Hash() : null,
    };

    public Block Block()
    {
        int age = Next(5);
        var withdrawals = age >= 2 ? Many(6, Withdrawal) : null;
        return new(Header(age), Many(6, Transaction), Many(2, () => Header(age)), withdrawals);
    }

    public T[] Many<T>(int max, Func<T> make)
    {
        var items = new T[Next(max + 1)];
        for (int i = 0; i < items.Length; i++) items[i] = make();
        return items;
    }
}
