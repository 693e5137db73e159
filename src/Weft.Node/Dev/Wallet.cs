using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Weft.Primitives;
using Weft.Primitives.Crypto;

namespace Weft.Node.Dev;

/// <summary>A private key that the dev node signs with.</summary>
public sealed record DevAccount(Address Address, UInt256 PrivateKey);

/// <summary>Keys from a mnemonic, as every wallet derives them: BIP-39, BIP-32, BIP-44 with m/44'/60'/0'/0/i.</summary>
public static class Wallet
{
    /// <summary>The one that development nodes share: everybody has its keys.</summary>
    public const string TestMnemonic = "test test test test test test test test test test test junk";

    private const uint Hardened = 0x80000000;
    private const int SeedSize = 64, SeedRounds = 2048;

    /// <summary>The words of the mnemonic are in ASCII, which needs no normalisation.</summary>
    public static IReadOnlyList<DevAccount> Derive(string mnemonic, int count)
    {
        byte[] seed = Rfc2898DeriveBytes.Pbkdf2(
            Encoding.ASCII.GetBytes(mnemonic), "mnemonic"u8, SeedRounds, HashAlgorithmName.SHA512, SeedSize);
        var node = Split(HMACSHA512.HashData("Bitcoin seed"u8, seed));
        foreach (uint step in (ReadOnlySpan<uint>)[44 | Hardened, 60 | Hardened, 0 | Hardened, 0])
            node = Child(node, step);
        var accounts = new DevAccount[count];
        for (int i = 0; i < count; i++)
        {
            UInt256 key = Child(node, (uint)i).Key;
            accounts[i] = new(Secp256k1.PrivateKeyToAddress(key), key);
        }
        return accounts;
    }

    /// <summary>BIP-32, CKDpriv. That a sum is zero or a half is out of range happens once in 2^127 keys.</summary>
    private static (UInt256 Key, byte[] Chain) Child((UInt256 Key, byte[] Chain) parent, uint index)
    {
        Span<byte> data = stackalloc byte[37];
        if (index >= Hardened) parent.Key.WriteBigEndian(data[1..33]);
        else WriteCompressedPublicKey(parent.Key, data);
        BinaryPrimitives.WriteUInt32BigEndian(data[33..], index);
        var (half, chain) = Split(HMACSHA512.HashData(parent.Chain, data));
        UInt256.AddMod(half, parent.Key, Secp256k1.Order, out UInt256 key);
        return (key, chain);
    }

    private static (UInt256 Key, byte[] Chain) Split(ReadOnlySpan<byte> digest) =>
        (UInt256.FromBigEndian(digest[..32]), digest[32..].ToArray());

    /// <summary>SEC 1: the parity of y, then x.</summary>
    private static void WriteCompressedPublicKey(in UInt256 key, Span<byte> destination)
    {
        Span<byte> publicKey = stackalloc byte[Secp256k1.PublicKeySize];
        Secp256k1.GetPublicKey(key, publicKey);
        destination[0] = (byte)(2 | publicKey[^1] & 1);
        publicKey[..32].CopyTo(destination[1..]);
    }
}
