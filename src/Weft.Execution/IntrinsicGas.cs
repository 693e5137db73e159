using Weft.Evm;
using Weft.Primitives.Transactions;

namespace Weft.Execution;

/// <summary>
/// The gas that a transaction pays before its first instruction (g₀ in the Yellow Paper, 6.2) and, from Prague on, the
/// least it pays in all (EIP-7623). The limit of a valid transaction covers both.
/// </summary>
public readonly record struct IntrinsicGas(ulong Gas, ulong Floor)
{
    private const ulong Base = 21000;
    private const ulong Creation = 32000;
    private const ulong ZeroByte = 4;
    private const ulong TokensInNonZeroByte = 4;
    private const ulong AccessListAddress = 2400;
    private const ulong AccessListStorageKey = 1900;

    /// <summary>EIP-7702: charged for every authorization as if the authority were a new account.</summary>
    internal const ulong PerEmptyAccount = 25000;

    /// <summary>EIP-7702: what an authorization costs when the authority exists; the rest is refunded.</summary>
    internal const ulong PerAuthorizationBase = 12500;

    /// <summary>No sum can overflow: every term is a length in memory times at most 25000.</summary>
    public static IntrinsicGas Of(Transaction transaction, ForkRules rules)
    {
        ReadOnlySpan<byte> data = transaction.Data.Span;
        ulong zeros = (ulong)data.Count((byte)0), nonZeros = (ulong)data.Length - zeros;
        ulong gas = Base + zeros * ZeroByte + nonZeros * (ulong)rules.DataNonZeroGas
            + AccessListGas(transaction.AccessList)
            + (ulong)transaction.AuthorizationList.Count * PerEmptyAccount;
        if (transaction.IsCreate) gas += CreationGas(data.Length, rules);
        ulong tokens = zeros + nonZeros * TokensInNonZeroByte;
        return new(gas, rules.FloorTokenGas == 0 ? 0 : Base + tokens * (ulong)rules.FloorTokenGas);
    }

    private static ulong CreationGas(int initCodeLength, ForkRules rules) =>
        (rules.CreateTransactionCosts53000 ? Creation : 0)
        + (ulong)rules.InitCodeWordGas * (((ulong)initCodeLength + 31) / 32);

    private static ulong AccessListGas(IReadOnlyList<AccessListEntry> accessList)
    {
        ulong gas = 0;
        for (int i = 0; i < accessList.Count; i++)
            gas += AccessListAddress + (ulong)accessList[i].StorageKeys.Count * AccessListStorageKey;
        return gas;
    }
}
