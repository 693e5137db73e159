using System.Buffers.Binary;
using Weft.Chain;
using Weft.Evm;
using Weft.Execution;

namespace Weft.Node.Eth;

/// <summary>The fork hash of EIP-2124 and EIP-6122: CRC-32 of the genesis hash and of when each fork began.</summary>
internal static class ForkId
{
    private const uint Polynomial = 0xedb88320;

    /// <summary>After <paramref name="last"/> and all forks before it.</summary>
    public static byte[] Of(ChainSpec spec, ForkActivation last)
    {
        uint crc = Update(uint.MaxValue, spec.Genesis.Header.Hash.Bytes);
        Span<byte> bytes = stackalloc byte[8];
        foreach (ulong begin in Begins(spec, last))
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes, begin);
            crc = Update(crc, bytes);
        }
        var result = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(result, ~crc);
        return result;
    }

    /// <summary>Numbers, then times, each once; what holds from genesis on does not count.</summary>
    private static IEnumerable<ulong> Begins(ChainSpec spec, ForkActivation last)
    {
        var reached = spec.Forks.Activations.TakeWhile(fork => fork.Rules.Fork <= last.Rules.Fork).ToList();
        IEnumerable<ulong> numbers = reached
            .Where(fork => fork.Timestamp == 0 && fork.Number is > 0 and < ulong.MaxValue)
            .Select(fork => fork.Rules.Fork == Fork.Paris ? SplitOf(spec, fork) : fork.Number)
            .OfType<ulong>();
        if (spec.Forks.DaoForkNumber is { } dao && (last.Number >= dao || last.Timestamp > 0))
            numbers = numbers.Append(dao);
        ulong genesis = spec.Genesis.Header.Timestamp;
        return numbers.Distinct().Order()
            .Concat(reached.Select(fork => fork.Timestamp).Where(time => time > genesis).Distinct().Order());
    }

    /// <summary>The block at which a network parted from those who did not merge (EIP-3675) was chosen by hand, after
    /// the merge. Mainnet did without.</summary>
    private static ulong? SplitOf(ChainSpec spec, ForkActivation paris) =>
        spec.Forks.ChainId == Network.Mainnet.Forks.ChainId ? null
        : spec.Forks.ChainId == Network.Sepolia.Forks.ChainId ? 1_735_371
        : paris.Number;

    private static uint Update(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int i = 0; i < 8; i++) crc = (crc >> 1) ^ (Polynomial & (0 - (crc & 1)));
        }
        return crc;
    }
}
