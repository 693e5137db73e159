using Weft.Evm.Analysis;
using Weft.Primitives;
using Weft.Primitives.Transactions;
using Weft.State;

namespace Weft.Execution;

/// <summary>Sets the delegations that a transaction of type 4 carries (EIP-7702).</summary>
internal static class Delegations
{
    private const long RefundForExisting = (long)(IntrinsicGas.PerEmptyAccount - IntrinsicGas.PerAuthorizationBase);

    private static ReadOnlySpan<byte> Marker => [0xef, 0x01, 0x00];

    /// <summary>
    /// Handles the authorizations one by one in their order; one that does not hold is skipped. What is set stays set
    /// even if execution fails. Returns the refund in gas: part of the charge for each authority that existed.
    /// </summary>
    public static long Apply(IReadOnlyList<Authorization> authorizations, WorldState state, Host host, ulong chainId)
    {
        long refund = 0;
        for (int i = 0; i < authorizations.Count; i++)
        {
            Authorization authorization = authorizations[i];
            if (!IsSignedForChain(authorization, chainId) || !TryGetAuthority(authorization, out Address authority))
                continue;
            // Warm from here on, even when the authorization turns out not to hold.
            host.AccessAccount(authority);
            if (!IsFreeToDelegate(host.GetCode(authority))) continue;
            if (state.GetNonce(authority) != authorization.Nonce) continue;
            if (state.Exists(authority)) refund += RefundForExisting;
            state.SetCode(authority, CodeFor(authorization.Address));
            state.SetNonce(authority, authorization.Nonce + 1);
        }
        return refund;
    }

    /// <summary>An account may send transactions, and may delegate, while it has no code but a delegation.</summary>
    public static bool IsFreeToDelegate(Bytecode code) => code.IsEmpty || code.Delegation is not null;

    /// <summary>Chain id 0 means any chain. The nonce must have a successor (EIP-2681).</summary>
    private static bool IsSignedForChain(Authorization authorization, ulong chainId) =>
        (authorization.ChainId.IsZero || authorization.ChainId == chainId) && authorization.Nonce != ulong.MaxValue;

    /// <summary>The signer, who usually was recovered ahead of execution.</summary>
    private static bool TryGetAuthority(Authorization authorization, out Address authority)
    {
        authority = authorization.Authority.GetValueOrDefault();
        return authorization.Authority is not null || AuthorizationRecovery.TryRecover(authorization, out authority);
    }

    /// <summary>Delegating to the zero address removes the delegation.</summary>
    private static ReadOnlyMemory<byte> CodeFor(in Address target)
    {
        if (target.IsZero) return ReadOnlyMemory<byte>.Empty;
        var code = new byte[23];
        Marker.CopyTo(code);
        target.CopyTo(code.AsSpan(Marker.Length));
        return code;
    }
}
