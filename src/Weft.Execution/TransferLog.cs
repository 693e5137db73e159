using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Execution;

/// <summary>A transfer of wei as the log of an ERC-20 token that does not exist (execution-apis, eth_simulateV1).
/// </summary>
public static class TransferLog
{
    /// <summary>Who seems to have logged it.</summary>
    public static Address Source { get; } = Address.Parse("0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee");

    private static readonly Hash256 Topic = Keccak.Hash("Transfer(address,address,uint256)"u8);

    public static LogEntry Of(in Address from, in Address to, in UInt256 value)
    {
        var data = new byte[32];
        value.WriteBigEndian(data);
        return new(Source, [Topic, TopicOf(from), TopicOf(to)], data);
    }

    private static Hash256 TopicOf(in Address address)
    {
        Span<byte> word = stackalloc byte[32];
        word.Clear();
        address.CopyTo(word[12..]);
        return new(word);
    }
}
