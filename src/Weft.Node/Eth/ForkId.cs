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
            // Mainnet merged without a fork of its network, so the block does not count there.
            .Where(fork => fork.Rules.Fork != Fork.Paris || spec.Forks.ChainId != Network.Mainnet.Forks.ChainId)
            .Select(fork => fork.Number);
        if (spec.Forks.DaoForkNumber is { } dao && (last.Number >= dao || last.Timestamp > 0))
            numbers = numbers.Append(dao);
        ulong genesis = spec.Genesis.Header.Timestamp;
        return numbers.Distinct().Order()
            .Concat(reached.Select(fork => fork.Timestamp).Where(time => time > genesis).Distinct().Order());
    }

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
