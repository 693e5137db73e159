using System.Collections.Concurrent;
using Weft.Primitives;
using Weft.Primitives.Transactions;

namespace Weft.Node.Dev;

/// <summary>
/// Accounts that the dev node acts for without their keys. Such a transaction carries its sender where a signature has
/// r, and 1 for s, so that it can be told from its encoding alone who sent it. Safe on any thread. </summary>
public sealed class Impersonation
{
    private readonly ConcurrentDictionary<Address, bool> _accounts = new();

    /// <summary>Any account may be acted for.</summary>
    public bool IsForAll { get; set; }

    public void Start(in Address account) => _accounts[account] = true;

    public void Stop(in Address account) => _accounts.TryRemove(account, out _);

    public bool Includes(in Address account) => IsForAll || _accounts.ContainsKey(account);

    public static Transaction Sign(Transaction transaction, in Address sender) => new()
    {
        Type = transaction.Type, ChainId = transaction.ChainId, Nonce = transaction.Nonce,
        GasPrice = transaction.GasPrice, MaxFeePerGas = transaction.MaxFeePerGas,
        MaxPriorityFeePerGas = transaction.MaxPriorityFeePerGas, GasLimit = transaction.GasLimit, To = transaction.To,
        Value = transaction.Value, Data = transaction.Data, AccessList = transaction.AccessList,
        Signature = new(0, sender.ToWord(), UInt256.One), Sender = sender,
    };

    /// <summary>Null for a transaction that somebody signed. For dev chains only: elsewhere such a signature means what
    /// it says.</summary>
    public static Address? SenderOf(Transaction transaction) =>
        transaction.Signature is { S: var s, R: var r } && s == UInt256.One && r.BitLength <= 160
            ? Address.FromWord(r)
            : null;
}
