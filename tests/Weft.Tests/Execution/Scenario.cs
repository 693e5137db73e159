using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Execution.Tracing;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;
using Weft.State;
using Xunit;

namespace Weft.Tests.Execution;

/// <summary>A pre-state, then transactions or a block, then questions about the post-state.</summary>
internal sealed class Scenario : IDisposable
{
    private readonly InMemoryState _before = new();
    private readonly CodeCache _codes = new();
    private TransactionProcessor? _transactions;
    private WorldState? _state;

    public Scenario(Fork fork)
    {
        Rules = ForkRules.Of(fork);
        Given(Samples.Sender, Samples.Ether);
    }

    public ForkRules Rules { get; set; }

    public UInt256 BaseFee { get; init; }

    public UInt256 BlobBaseFee { get; init; } = UInt256.One;

    public WorldState State => _state ??= new(_before);

    public Scenario Given(Address address, UInt256 balance, ulong nonce = 0, byte[]? code = null)
    {
        var hash = code is null ? Hash256.OfEmptyCode : _before.AddCode(code);
        _before.SetAccount(address, new(nonce, balance, hash));
        return this;
    }

    public Scenario GivenSlot(Address address, UInt256 key, UInt256 value)
    {
        _before.SetStorage(address, key, value);
        return this;
    }

    public TransactionResult Run(Transaction transaction)
    {
        var block = new BlockEnvironment { Coinbase = Samples.Coinbase, BaseFee = BaseFee, BlobBaseFee = BlobBaseFee };
        _transactions ??= new(Rules, _codes);
        return _transactions.Execute(transaction, State, block, NoHashes.Instance, blockGasLeft: 30_000_000);
    }

    /// <summary>The transaction must be valid.</summary>
    public T Trace<T>(Transaction transaction, T tracer) where T : ITransactionTracer
    {
        var block = new BlockEnvironment { Coinbase = Samples.Coinbase, BaseFee = BaseFee, BlobBaseFee = BlobBaseFee };
        _transactions ??= new(Rules, _codes);
        tracer.Begin(new(transaction, State, block, Rules));
        var result = _transactions.Execute(transaction, State, block, NoHashes.Instance, 30_000_000, tracer);
        Assert.Equal(TransactionError.None, result.Error);
        tracer.End(result);
        return tracer;
    }

    public BlockResult Run(Block block, bool isDaoForkBlock = false, Address? depositContract = null)
    {
        using var processor = new BlockProcessor(Rules, chainId: 1, _codes, depositContract);
        return processor.Execute(block, State, NoHashes.Instance, isDaoForkBlock);
    }

    public UInt256 Balance(Address address) => State.GetBalance(address);

    public UInt256 Slot(Address address, UInt256 key)
    {
        State.GetStorage(address, key, out var value);
        return value;
    }

    public void Dispose() => _transactions?.Dispose();

    private sealed class NoHashes : IBlockHashes
    {
        public static readonly NoHashes Instance = new();

        public Hash256 GetBlockHash(ulong number) => Hash256.FromWord(number);
    }
}
