using Weft.Primitives.Crypto;

namespace Weft.Primitives.Transactions;

/// <summary>Finds who signed a transaction. Safe on any thread.</summary>
public static class SenderRecovery
{
    /// <summary>The sender by signature, whatever <see cref="Transaction.Sender"/> says. False when no key could have
    /// made the signature. High s is accepted: it is the fork that forbids it (EIP-2).</summary>
    public static bool TryRecover(Transaction transaction, out Address sender)
    {
        var signature = transaction.Signature;
        return Secp256k1.TryRecoverAddress(
            TransactionEncoder.SigningHash(transaction), signature.R, signature.S, signature.YParity, out sender);
    }

    /// <summary>The same transaction with its sender and, where they can be recovered, the authorities of its
    /// delegations (EIP-7702). False when the sender cannot be recovered.</summary>
    public static bool TryRecoverSigners(Transaction transaction, out Transaction recovered)
    {
        recovered = transaction;
        if (!TryRecover(transaction, out var sender)) return false;
        var unknown = transaction.AuthorizationList;
        if (unknown.Count == 0)
        {
            recovered = transaction.WithSender(sender);
            return true;
        }
        var known = new Authorization[unknown.Count];
        for (int i = 0; i < known.Length; i++) known[i] = AuthorizationRecovery.WithAuthority(unknown[i]);
        recovered = transaction.WithSigners(sender, known);
        return true;
    }
}
