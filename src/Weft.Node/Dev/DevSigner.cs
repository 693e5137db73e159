using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Weft.Chain.Dev;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.Primitives.Crypto;
using Weft.Primitives.Transactions;

namespace Weft.Node.Dev;

/// <summary>Signs for the accounts of a development node, and passes for those that it impersonates. Any thread.
/// </summary>
public sealed class DevSigner(IReadOnlyList<DevAccount> accounts)
{
    private readonly Dictionary<Address, UInt256> _keys =
        accounts.DistinctBy(account => account.Address).ToDictionary(a => a.Address, a => a.PrivateKey);

    private readonly ConcurrentDictionary<Address, bool> _impersonated = new();

    /// <summary>Addresses that can be impersonated at a time.</summary>
    private const int ImpersonatedMax = 100_000;

    /// <summary>Everybody is impersonated.</summary>
    public volatile bool ImpersonatesAll;

    public void Impersonate(in Address address)
    {
        if (_impersonated.Count >= ImpersonatedMax)
            throw new JsonRpcException(
                JsonRpcError.LimitExceeded, $"{ImpersonatedMax} accounts are impersonated; stop some first");
        _impersonated[address] = true;
    }

    public bool StopImpersonating(in Address address) => _impersonated.TryRemove(address, out _);

    /// <summary>The transaction with signature and sender. Whoever is impersonated is not asked for a key, even where
    /// there is one.</summary>
    /// <exception cref="JsonRpcException">Nobody can sign for this account here.</exception>
    public Transaction Sign(Transaction transaction, in Address from)
    {
        if (!_impersonated.ContainsKey(from) && _keys.TryGetValue(from, out UInt256 key))
            return transaction.SignedBy(key);
        if (ImpersonatesAll || _impersonated.ContainsKey(from))
            return transaction.WithSignature(Impersonation.SignatureOf(from), from);
        throw Unknown(from);
    }

    /// <summary>65 bytes: r, s and 27 or 28.</summary>
    /// <exception cref="JsonRpcException">Nobody can sign for this account here.</exception>
    public byte[] Sign(in Hash256 digest, in Address from)
    {
        if (!_keys.TryGetValue(from, out UInt256 key)) throw Unknown(from);
        Signature signature = Secp256k1.Sign(digest, key);
        var bytes = new byte[65];
        signature.R.WriteBigEndian(bytes.AsSpan(0, 32));
        signature.S.WriteBigEndian(bytes.AsSpan(32, 32));
        bytes[64] = (byte)LegacyV.Of(null, signature.YParity).U0;
        return bytes;
    }

    /// <summary>EIP-191, version 0x45: what keeps a message from being mistaken for a transaction.</summary>
    public static Hash256 HashMessage(ReadOnlySpan<byte> message)
    {
        string length = message.Length.ToString(CultureInfo.InvariantCulture);
        return Keccak.Hash([.. "\x19"u8, .. "Ethereum Signed Message:\n"u8, .. Encoding.ASCII.GetBytes(length),
            .. message]);
    }

    private static JsonRpcException Unknown(in Address from) => new(
        JsonRpcError.InvalidParams,
        $"unknown account {from}: No Signer available; impersonate it, or name one of eth_accounts");
}
