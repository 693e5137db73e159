using Weft.Chain;
using Weft.Chain.Building;
using Weft.Chain.Live;
using Weft.Chain.Pool;
using Weft.Evm;
using Weft.Execution;
using Weft.Execution.Strategies;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;
using Weft.State;
using Weft.State.Store;

namespace Weft.Tests.Chain.Live;

/// <summary>A chain in a temporary database with funded accounts, a pool and a builder.</summary>
internal sealed class DevChain : IDisposable
{
    public const ulong ChainId = 1337;

    private static readonly string[] SystemContracts =
        ["0x00000961ef480eb55e80d19ad83579a64c007002", "0x0000bbddc7ce488642fb579f8b00f3a590007251"];

    private readonly Database _database;

    public DevChain(
        Fork fork = Fork.Osaka, int accounts = 8, Action<StateChanges>? genesis = null, ulong gasLimit = 30_000_000,
        PoolOptions? pool = null, LiveChainOptions? options = null, int threads = 2,
        Strategy strategy = Strategy.Auto)
    {
        var state = new StateChanges();
        Accounts = new Address[accounts];
        for (int i = 0; i < accounts; i++)
        {
            Accounts[i] = Weft.Primitives.Crypto.Secp256k1.PrivateKeyToAddress(KeyOf(i));
            state.Accounts.Add(Accounts[i], new(0, Ether(1000), Hash256.OfEmptyCode));
        }
        // What EIP-7685 asks must answer; nobody asks for anything here.
        byte[] stop = [0x00];
        state.Code.Add(Keccak.Hash(stop), stop);
        foreach (string contract in SystemContracts)
            state.Accounts.Add(Address.Parse(contract), new(1, UInt256.Zero, Keccak.Hash(stop)));
        genesis?.Invoke(state);
        var header = new BlockHeader { GasLimit = gasLimit, BaseFeePerGas = 1_000_000_000 };
        Spec = new(
            "dev", ForkSchedule.Always(fork, ChainId), GenesisBuilder.Create(header, fork, state));
        _database = CreateDatabase();
        options ??= new();
        Chain = LiveChain.Open(_database, Spec, options with
        {
            Chain = new() { Threads = threads, Strategy = strategy, CacheBytes = 64 << 20 },
        });
        Pool = new(Chain, pool);
        Builder = new(Chain, Pool);
    }

    public ChainSpec Spec { get; }

    public LiveChain Chain { get; }

    public TransactionPool Pool { get; }

    public BlockBuilder Builder { get; }

    public Address[] Accounts { get; }

    public static UInt256 KeyOf(int account) => (UInt256)(ulong)(account + 1);

    public static UInt256 Ether(ulong count) => (UInt256)count * 1_000_000_000_000_000_000ul;

    public static Database CreateDatabase() =>
        Database.CreateTemporary(StateStore.TableNames.Union(ChainStore.TableNames));

    public static void AddContract(StateChanges state, Address address, byte[] code)
    {
        state.Code[Keccak.Hash(code)] = code;
        state.Accounts[address] = new(1, UInt256.Zero, Keccak.Hash(code));
    }

    public Transaction Sign(
        int sender, ulong nonce, Address? to = null, ulong value = 1, ulong gas = 21_000, ulong tip = 1_000_000_000,
        ulong feeCap = 10_000_000_000, byte[]? data = null, ulong chainId = ChainId) => new Transaction
        {
            Type = TransactionType.DynamicFee, ChainId = chainId, Nonce = nonce, MaxPriorityFeePerGas = tip,
            MaxFeePerGas = feeCap, GasLimit = gas, To = to ?? Accounts[(sender + 1) % Accounts.Length], Value = value,
            Data = data ?? [],
        }.SignedBy(KeyOf(sender));

    public PayloadAttributes Attributes(ulong seconds = 12) => new()
    {
        Timestamp = Chain.Head.Timestamp + seconds, FeeRecipient = Address.FromNumber(0xfee),
    };

    /// <summary>As it would come over the wire: senders are not known.</summary>
    public static Block Reread(Block block) => Block.Decode(block.Encode());

    public void Dispose()
    {
        Pool.Dispose();
        Chain.Dispose();
        _database.Dispose();
    }
}
