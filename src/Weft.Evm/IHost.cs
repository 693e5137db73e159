using Weft.Evm.Analysis;
using Weft.Primitives;

namespace Weft.Evm;

/// <summary>
/// The world as the machine sees it. The machine asks for nothing else. Used by one thread at a time.
/// Checkpoints undo everything that this interface changes, warmth of EIP-2929 included.
/// </summary>
public interface IHost
{
    // ---- Accounts ----

    /// <summary>EIP-2929: marks the account as accessed; true when it was cold until now.</summary>
    bool AccessAccount(in Address address);

    /// <summary>True when the account is in the state at all; before EIP-161 it may be there and empty.</summary>
    bool AccountExists(in Address address);

    /// <summary>True when nonce and balance are zero and there is no code (EIP-161), or there is no account.</summary>
    bool AccountIsEmpty(in Address address);

    UInt256 GetBalance(in Address address);

    /// <summary>True when the balance covers an amount. Asks less than <see cref="GetBalance"/>, so that a payment by
    /// another transaction, which changes the balance but not the answer, is no conflict.</summary>
    bool CanPay(in Address address, in UInt256 amount);

    ulong GetNonce(in Address address);

    void SetNonce(in Address address, ulong nonce);

    /// <summary>The analysed code of the account; <see cref="Bytecode.Empty"/> where there is none. Delegations
    /// (EIP-7702) are not followed.</summary>
    Bytecode GetCode(in Address address);

    /// <summary>What EXTCODEHASH pushes: zero for an account that is empty or missing (EIP-1052).</summary>
    Hash256 GetCodeHash(in Address address);

    void SetCode(in Address address, ReadOnlyMemory<byte> code);

    /// <summary>Moves wei; the caller has checked the balance. Touches both accounts (EIP-161), also for
    /// zero.</summary>
    void Transfer(in Address from, in Address to, in UInt256 value);

    /// <summary>True when a contract cannot be created there: nonce, code or storage is not empty (EIP-684,
    /// 7610).</summary>
    bool HasCollision(in Address address);

    /// <summary>Begins a contract: the account exists, keeps its balance, and counts as created in this
    /// transaction.</summary>
    void CreateAccount(in Address address);

    /// <summary>Sends the whole balance to the beneficiary and, unless <paramref name="onlyWhenCreated"/> holds and the
    /// account is older than this transaction, marks it for deletion (EIP-6780). True when newly marked.</summary>
    bool SelfDestruct(in Address address, in Address beneficiary, bool onlyWhenCreated);

    // ---- Storage ----

    /// <summary>Reads a slot; true when it was cold until now (EIP-2929).</summary>
    bool GetStorage(in Address address, in UInt256 key, out UInt256 value);

    /// <summary>Writes a slot; gives the value before this transaction and the one before this write; true when the
    /// slot was cold until now.</summary>
    bool SetStorage(in Address address, in UInt256 key, in UInt256 value, out UInt256 original, out UInt256 current);

    /// <summary>EIP-1153.</summary>
    UInt256 GetTransientStorage(in Address address, in UInt256 key);

    /// <summary>EIP-1153.</summary>
    void SetTransientStorage(in Address address, in UInt256 key, in UInt256 value);

    // ---- Block and transaction ----

    /// <summary>Hash of one of the 256 blocks before this one; the machine asks for no other.</summary>
    Hash256 GetBlockHash(ulong number);

    void Log(in Address address, ReadOnlySpan<Hash256> topics, ReadOnlySpan<byte> data);

    // ---- Undo ----

    int Checkpoint();

    /// <summary>Undoes all since the checkpoint, which ends with it. An older checkpoint ends the younger
    /// ones.</summary>
    void Revert(int checkpoint);
}
