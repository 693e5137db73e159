using Weft.Chain;
using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;

namespace Weft.Node.Dev;

/// <summary>The chain of the dev node: every fork from genesis on, funded accounts, the contracts of the protocol.
/// </summary>
public static class DevChain
{
    /// <summary>What tools for contracts expect of a local node.</summary>
    public const ulong DefaultChainId = 31337;

    public const ulong DefaultGasLimit = 60_000_000;

    /// <summary>In ether, of every account.</summary>
    public const ulong DefaultBalance = 10_000;

    /// <summary>The rules that hold on mainnet.</summary>
    private const Fork Newest = Fork.Bpo2;

    private const string ContractsFile = "contracts.txt";

    /// <summary>The contracts of the protocol: their codes by address.</summary>
    internal static IReadOnlyDictionary<Address, byte[]> Contracts { get; } =
        ReadContracts().ToDictionary(contract => contract.Address, contract => contract.Code);

    /// <summary><paramref name="ether"/> of every account.</summary>
    public static ChainSpec Create(
        IReadOnlyList<DevAccount> accounts, ulong chainId = DefaultChainId, ulong gasLimit = DefaultGasLimit,
        ulong ether = DefaultBalance, ulong timestamp = 0)
    {
        var state = new StateChanges();
        UInt256 balance = ToWei(ether);
        foreach (DevAccount account in accounts)
            state.Accounts[account.Address] = new(0, balance, Hash256.OfEmptyCode);
        foreach (var (address, code) in Contracts)
        {
            Hash256 hash = Keccak.Hash(code);
            state.Code[hash] = code;
            state.Accounts[address] = new(1, UInt256.Zero, hash);
        }
        var header = new BlockHeader { GasLimit = gasLimit, Timestamp = timestamp };
        var rules = ForkRules.Of(Newest) with { SenderMayHaveCode = true };
        return new(
            "dev", new ForkSchedule(chainId, [new(rules, Number: 0, Timestamp: 0)]),
            GenesisBuilder.Create(header, Newest, state)) { IsDevelopment = true };
    }

    internal static UInt256 ToWei(ulong ether) => (UInt256)ether * 1_000_000_000_000_000_000ul;

    private static IEnumerable<(Address Address, byte[] Code)> ReadContracts()
    {
        using var stream = typeof(DevChain).Assembly.GetManifestResourceStream(ContractsFile)!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#') continue;
            string[] parts = line.Split(' ');
            if (!Hex.TryDecode(parts[1], out byte[] code))
                throw new InvalidDataException($"{ContractsFile}: {parts[0]}");
            yield return (Address.Parse(parts[0]), code);
        }
    }
}
