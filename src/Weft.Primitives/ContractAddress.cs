using System.Numerics;

namespace Weft.Primitives;

/// <summary>Where a new contract lives (Yellow Paper 7; EIP-1014).</summary>
public static class ContractAddress
{
    /// <summary>CREATE and creating transactions: the low 160 bits of keccak256(rlp([sender, nonce])), the nonce being
    /// the one before the creation.</summary>
    public static Address Create(in Address sender, ulong nonce)
    {
        // At most 0xde, 0x94, 20 bytes of sender, 0x88, 8 bytes of nonce: always a short list, so written by hand.
        Span<byte> rlp = stackalloc byte[31];
        rlp[1] = 0x94;
        sender.CopyTo(rlp[2..]);
        int length = 22;
        if (nonce is > 0 and < 0x80)
        {
            rlp[length++] = (byte)nonce;
        }
        else
        {
            int bytes = (71 - BitOperations.LeadingZeroCount(nonce)) / 8;
            rlp[length++] = (byte)(0x80 + bytes);
            for (int i = bytes - 1; i >= 0; i--) rlp[length++] = (byte)(nonce >> (8 * i));
        }
        rlp[0] = (byte)(0xc0 + length - 1);
        var digest = Keccak.Hash(rlp[..length]);
        return new(digest.Bytes[12..]);
    }

    /// <summary>CREATE2: the low 160 bits of keccak256(0xff ‖ sender ‖ salt ‖ keccak256(init code)).</summary>
    public static Address Create2(in Address sender, in UInt256 salt, in Hash256 initCodeHash)
    {
        Span<byte> preimage = stackalloc byte[85];
        preimage[0] = 0xff;
        sender.CopyTo(preimage[1..]);
        salt.WriteBigEndian(preimage[21..53]);
        initCodeHash.CopyTo(preimage[53..]);
        var digest = Keccak.Hash(preimage);
        return new(digest.Bytes[12..]);
    }
}
