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

    private const ulong EtherPerAccount = 10_000;
    private const string Contracts = "contracts.txt";

    public static ChainSpec Create(
        IReadOnlyList<DevAccount> accounts, ulong chainId = DefaultChainId, ulong gasLimit = DefaultGasLimit,
        Fork fork = Fork.Osaka, ulong timestamp = 0)
    {
        var state = new StateChanges();
        UInt256 balance = (UInt256)EtherPerAccount * 1_000_000_000_000_000_000ul;
        foreach (DevAccount account in accounts)
            state.Accounts[account.Address] = new(0, balance, Hash256.OfEmptyCode);
        foreach (var (address, code) in ReadContracts())
        {
            Hash256 hash = Keccak.Hash(code);
            state.Code[hash] = code;
            state.Accounts[address] = new(1, UInt256.Zero, hash);
        }
        var header = new BlockHeader { GasLimit = gasLimit, Timestamp = timestamp };
        return new("dev", ForkSchedule.Always(fork, chainId), GenesisBuilder.Create(header, fork, state));
    }

    private static IEnumerable<(Address Address, byte[] Code)> ReadContracts()
    {
        using var stream = typeof(DevChain).Assembly.GetManifestResourceStream(Contracts)!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#') continue;
            string[] parts = line.Split(' ');
            if (!Hex.TryDecode(parts[1], out byte[] code)) throw new InvalidDataException($"{Contracts}: {parts[0]}");
            yield return (Address.Parse(parts[0]), code);
        }
    }
}
