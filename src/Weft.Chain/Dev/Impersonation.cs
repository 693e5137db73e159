using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;

namespace Weft.Chain.Dev;

/// <summary>
/// Transactions of accounts whose keys nobody has, on chains for development. In the place of their signature stands a
/// mark with the sender, so that a block keeps it: r holds the address below a bit that says so, s is a digest of our
/// own. Such a pair may well be a valid signature of somebody else; that is why other chains do not look for it.
/// </summary>
public static class Impersonation
{
    private const int AddressBits = 160;

    /// <summary>Low by far, as s has to be (EIP-2).</summary>
    private static readonly UInt256 MarkS = Keccak.HashToWord("weft: nobody signed this"u8) >> 2;

    private static readonly UInt256 MarkR = UInt256.One << AddressBits;

    public static Signature SignatureOf(in Address sender) => new(0, MarkR | sender.ToWord(), MarkS);

    /// <summary>False for a signature like any other.</summary>
    public static bool TryReadSender(in Signature signature, out Address sender)
    {
        sender = default;
        if (signature.YParity != 0 || signature.S != MarkS || signature.R >> AddressBits != UInt256.One)
            return false;
        Span<byte> bytes = stackalloc byte[32];
        signature.R.WriteBigEndian(bytes);
        sender = new(bytes[12..]);
        return true;
    }

    /// <summary>The block with these senders known.</summary>
    internal static Block Restore(Block block)
    {
        Transaction[]? restored = null;
        for (int i = 0; i < block.Transactions.Count; i++)
        {
            if (!TryReadSender(block.Transactions[i].Signature, out var sender)) continue;
            restored ??= [.. block.Transactions];
            restored[i] = restored[i].WithSigners(
                sender, [.. restored[i].AuthorizationList.Select(AuthorizationRecovery.WithAuthority)]);
        }
        return restored is null ? block : block with { Transactions = restored };
    }
}
