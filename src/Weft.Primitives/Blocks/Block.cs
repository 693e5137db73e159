using Weft.Primitives.Rlp;
using Weft.Primitives.Transactions;

namespace Weft.Primitives.Blocks;

/// <summary>A header with its body. <see cref="Withdrawals"/> is null before Shanghai.</summary>
public sealed record Block(
    BlockHeader Header,
    IReadOnlyList<Transaction> Transactions,
    IReadOnlyList<BlockHeader> Ommers,
    IReadOnlyList<Withdrawal>? Withdrawals)
{
    /// <summary>rlp([header, transactions, ommers]), with the withdrawals as a fourth item from Shanghai on.</summary>
    public byte[] Encode()
    {
        using var writer = new RlpWriter(1 << 16);
        BlockCodec.Write(this, writer);
        return writer.ToArray();
    }

    /// <summary>Decodes <see cref="Encode"/>. What is checked is the form of every field, not the rules of a fork.
    /// The result takes at most about 40 times the memory of the input: limit that first.</summary>
    /// <exception cref="RlpException">The bytes are no block.</exception>
    public static Block Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new RlpReader(bytes);
        var block = BlockCodec.Read(ref reader);
        reader.FinishOrThrow();
        return block;
    }

    /// <summary>Like <see cref="Decode"/>, with the reason as a result.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out Block block, out DecodeError error)
    {
        var reader = new RlpReader(bytes);
        block = BlockCodec.Read(ref reader);
        bool valid = reader.Finish();
        error = reader.Error;
        return valid;
    }

    /// <summary>Keccak-256 of the list of ommers: what <see cref="BlockHeader.OmmersHash"/> must be.</summary>
    public static Hash256 ComputeOmmersHash(IReadOnlyList<BlockHeader> ommers)
    {
        if (ommers.Count == 0) return Hash256.OfEmptyList;
        using var writer = new RlpWriter(2048);
        BlockHeaderCodec.WriteList(ommers, writer);
        return writer.Hash();
    }
}
