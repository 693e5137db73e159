using System.Diagnostics;
using System.Security.Cryptography;
using Weft.Primitives.Transactions;

namespace Weft.Primitives.Crypto;

/// <summary>
/// ECDSA over secp256k1 with public key recovery (SEC 1, 4.1.6; Yellow Paper appendix F), by libsecp256k1.
/// All functions may be called from any thread. Without the library they throw <see cref="DllNotFoundException"/>.
/// </summary>
public static unsafe class Secp256k1
{
    /// <summary>Bytes of a public key as Ethereum hashes it: x and y, without the leading 0x04 of SEC 1.</summary>
    public const int PublicKeySize = 64;

    /// <summary>secp256k1_pubkey and secp256k1_ecdsa_recoverable_signature are opaque blobs of these sizes.</summary>
    private const int OpaqueKeySize = 64, OpaqueSignatureSize = 65;

    /// <summary>The order n of the group.</summary>
    public static UInt256 Order =>
        new(0xBFD25E8CD0364141, 0xBAAEDCE6AF48A03B, 0xFFFFFFFFFFFFFFFE, 0xFFFFFFFFFFFFFFFF);

    /// <summary>n / 2, rounded down: the largest s that is low (EIP-2).</summary>
    public static UInt256 HalfOrder =>
        new(0xDFE92F46681B20A0, 0x5D576E7357A4501D, 0xFFFFFFFFFFFFFFFF, 0x7FFFFFFFFFFFFFFF);

    /// <summary>0 &lt; value &lt; n: what r and s of every signature and every private key must satisfy.</summary>
    public static bool IsInRange(in UInt256 scalar) => !scalar.IsZero && UInt256.LessThan(scalar, Order);

    /// <summary>s is at most n / 2; of the two signatures (s and n - s) of a message only one is (EIP-2).</summary>
    public static bool IsLowS(in UInt256 s) => !UInt256.LessThan(HalfOrder, s);

    /// <summary>
    /// Finds the public key that made a signature. False when r, s or the recovery id (0 or 1) is out of range, or when
    /// no key could have made it; <paramref name="publicKey64"/> is then undefined. High s is accepted.
    /// </summary>
    public static bool TryRecover(
        in Hash256 hash, in UInt256 r, in UInt256 s, int recoveryId, Span<byte> publicKey64)
    {
        if (publicKey64.Length != PublicKeySize) throw new ArgumentException("64 bytes", nameof(publicKey64));
        // Ids 2 and 3 mean that r wrapped around n; Ethereum has no way to write them.
        if (recoveryId is not (0 or 1) || !IsInRange(r) || !IsInRange(s)) return false;
        nint context = Secp256k1Library.Context;
        byte* compact = stackalloc byte[64];
        r.WriteBigEndian(new Span<byte>(compact, 32));
        s.WriteBigEndian(new Span<byte>(compact + 32, 32));
        byte* signature = stackalloc byte[OpaqueSignatureSize], key = stackalloc byte[OpaqueKeySize];
        // Safe: every pointer is to this frame or pinned, of the size that the header states, and not kept by the call.
        fixed (byte* message = hash.Bytes)
        {
            if (Secp256k1Library.ParseRecoverable(context, signature, compact, recoveryId) != 1
                || Secp256k1Library.Recover(context, key, signature, message) != 1) return false;
        }
        Serialize(context, key, publicKey64);
        return true;
    }

    /// <summary>Recovers the key and gives the address that it controls.</summary>
    public static bool TryRecoverAddress(
        in Hash256 hash, in UInt256 r, in UInt256 s, int recoveryId, out Address address)
    {
        Span<byte> key = stackalloc byte[PublicKeySize];
        bool recovered = TryRecover(hash, r, s, recoveryId, key);
        address = recovered ? PublicKeyToAddress(key) : default;
        return recovered;
    }

    /// <summary>Signs with the deterministic nonce of RFC 6979; s is low.</summary>
    /// <exception cref="ArgumentException">The private key is not in 1 to n - 1.</exception>
    public static Signature Sign(in Hash256 hash, in UInt256 privateKey)
    {
        nint context = Secp256k1Library.Context;
        byte* secret = stackalloc byte[32], signature = stackalloc byte[OpaqueSignatureSize];
        byte* compact = stackalloc byte[64];
        int recoveryId;
        WriteSecret(privateKey, new(secret, 32));
        // Safe: every pointer is to this frame or pinned, of the size that the header states, and not kept by the call.
        fixed (byte* message = hash.Bytes)
        {
            int signed = Secp256k1Library.SignRecoverable(context, signature, message, secret, 0, 0);
            CryptographicOperations.ZeroMemory(new(secret, 32));
            if (signed != 1) throw new CryptographicException("libsecp256k1 could not sign");
        }
        int written = Secp256k1Library.SerializeRecoverable(context, compact, &recoveryId, signature);
        Debug.Assert(written == 1, "defined to succeed");
        // An r that wrapped (id 2 or 3) has a probability of 2^-128.
        if (recoveryId > 1) throw new CryptographicException("the signature cannot be written in Ethereum");
        return new((byte)recoveryId, UInt256.FromBigEndian(new(compact, 32)),
            UInt256.FromBigEndian(new(compact + 32, 32)));
    }

    /// <summary>Derives the public key, 64 bytes.</summary>
    /// <exception cref="ArgumentException">The private key is not in 1 to n - 1.</exception>
    public static void GetPublicKey(in UInt256 privateKey, Span<byte> publicKey64)
    {
        if (publicKey64.Length != PublicKeySize) throw new ArgumentException("64 bytes", nameof(publicKey64));
        nint context = Secp256k1Library.Context;
        byte* secret = stackalloc byte[32], key = stackalloc byte[OpaqueKeySize];
        WriteSecret(privateKey, new(secret, 32));
        // Safe: both pointers are to this frame, of the size that the header states, and not kept by the call.
        int created = Secp256k1Library.CreatePublicKey(context, key, secret);
        CryptographicOperations.ZeroMemory(new(secret, 32));
        if (created != 1) throw new CryptographicException("libsecp256k1 could not derive the key");
        Serialize(context, key, publicKey64);
    }

    /// <summary>The low 160 bits of the Keccak-256 digest of the key (Yellow Paper, appendix F).</summary>
    public static Address PublicKeyToAddress(ReadOnlySpan<byte> publicKey64)
    {
        if (publicKey64.Length != PublicKeySize) throw new ArgumentException("64 bytes", nameof(publicKey64));
        var digest = Keccak.Hash(publicKey64);
        return new(digest.Bytes[12..]);
    }

    /// <summary>The address that a private key controls.</summary>
    /// <exception cref="ArgumentException">The private key is not in 1 to n - 1.</exception>
    public static Address PrivateKeyToAddress(in UInt256 privateKey)
    {
        Span<byte> key = stackalloc byte[PublicKeySize];
        GetPublicKey(privateKey, key);
        return PublicKeyToAddress(key);
    }

    private static void WriteSecret(in UInt256 privateKey, Span<byte> secret32)
    {
        if (!IsInRange(privateKey)) throw new ArgumentException("not a private key", nameof(privateKey));
        privateKey.WriteBigEndian(secret32);
    }

    private static void Serialize(nint context, byte* key, Span<byte> publicKey64)
    {
        byte* output = stackalloc byte[65];
        nuint length = 65;
        // Safe: output has the 65 bytes that length promises; key was filled by the library just before.
        int written = Secp256k1Library.SerializePublicKey(
            context, output, &length, key, Secp256k1Library.Uncompressed);
        Debug.Assert(written == 1 && length == 65 && output[0] == 4, "an uncompressed key starts with 4");
        new ReadOnlySpan<byte>(output + 1, PublicKeySize).CopyTo(publicKey64);
    }
}
