using Weft.Primitives.Crypto;
using Weft.Primitives.Rlp;

namespace Weft.Primitives.Transactions;

/// <summary>Finds who signed a delegation (EIP-7702). Safe on any thread.</summary>
public static class AuthorizationRecovery
{
    /// <summary>MAGIC of EIP-7702: what is signed cannot be mistaken for a transaction.</summary>
    private const byte Magic = 0x05;

    /// <summary>The authority by signature. False when the y-parity is above 1, s is not low, r or s is out of range,
    /// or no key could have made the signature.</summary>
    public static bool TryRecover(Authorization authorization, out Address authority)
    {
        authority = default;
        return authorization.YParity <= 1
            && Secp256k1.IsLowS(authorization.S)
            && Secp256k1.TryRecoverAddress(
                SigningHash(authorization), authorization.R, authorization.S, authorization.YParity, out authority);
    }

    /// <summary>The same authorization with its authority, null where it cannot be recovered.</summary>
    public static Authorization WithAuthority(Authorization authorization) =>
        authorization with { Authority = TryRecover(authorization, out var authority) ? authority : null };

    /// <summary>keccak256(0x05 ‖ rlp([chain_id, address, nonce])).</summary>
    public static Hash256 SigningHash(Authorization authorization)
    {
        using var writer = new RlpWriter(128);
        writer.WriteRaw(Magic);
        int list = writer.BeginList();
        writer.Write(authorization.ChainId);
        writer.Write(authorization.Address);
        writer.Write(authorization.Nonce);
        writer.EndList(list);
        return writer.Hash();
    }

    /// <summary>Signs chain id, address and nonce, and fills in the authority.</summary>
    /// <exception cref="ArgumentException">The private key is not in 1 to n - 1.</exception>
    public static Authorization Sign(Authorization authorization, in UInt256 privateKey)
    {
        var signature = Secp256k1.Sign(SigningHash(authorization), privateKey);
        return authorization with
        {
            YParity = signature.YParity, R = signature.R, S = signature.S,
            Authority = Secp256k1.PrivateKeyToAddress(privateKey),
        };
    }
}
