using Weft.Evm;
using Weft.Evm.Tracing;
using Weft.Primitives;
using Weft.Primitives.Crypto;
using Weft.Primitives.Transactions;
using Weft.State;

namespace Weft.Execution.Tracing;

/// <summary>The options of geth's prestateTracer.</summary>
public sealed record PrestateTracerOptions
{
    /// <summary>Only what changed, before and after.</summary>
    public bool DiffMode { get; init; }

    public bool DisableCode { get; init; }

    public bool DisableStorage { get; init; }

    /// <summary>With accounts that were empty before.</summary>
    public bool IncludeEmpty { get; init; }
}

/// <summary>What is told about an account. In a difference null is a field that did not change.</summary>
public sealed class PrestateAccount
{
    public UInt256? Balance { get; internal set; }

    public ulong? Nonce { get; internal set; }

    public ReadOnlyMemory<byte> Code { get; internal set; }

    /// <summary>Null where there is no code.</summary>
    public Hash256? CodeHash { get; internal set; }

    public SortedDictionary<UInt256, UInt256> Storage { get; } = [];

    internal bool WasEmpty { get; init; }
}

/// <summary>
/// What a transaction needs to be executed: every account and slot that it touches, as it was before (geth's
/// prestateTracer); or what it changed of these. Instructions whose gas does not suffice touch nothing.
/// </summary>
public sealed class PrestateTracer(PrestateTracerOptions options, TraceBudget budget) : ITransactionTracer
{
    /// <summary>What an account without code, and a slot, take in JSON.</summary>
    private const int BytesOfAccount = 180, BytesOfSlot = 140;

    private TracedTransaction _traced = null!;

    // Seen by an instruction of which it is not known yet whether it runs.
    private Address? _pendingAccount;
    private (Address Address, UInt256 Key, UInt256 Value)? _pendingSlot;

    /// <summary>By address.</summary>
    public SortedDictionary<Address, PrestateAccount> Pre { get; } = [];

    /// <summary>By address; null unless differences are asked for.</summary>
    public SortedDictionary<Address, PrestateAccount>? Post { get; private set; }

    private WorldState State => _traced.State;

    public void Begin(TracedTransaction traced)
    {
        _traced = traced;
        Transaction transaction = traced.Transaction;
        Address sender = transaction.Sender!.Value;
        Add(sender);
        if (transaction.To is { } to) AddWithDelegation(to);
        else Add(ContractAddress.Create(sender, State.GetNonce(sender)));
        Add(traced.Block.Coinbase);
        foreach (Authorization authorization in transaction.AuthorizationList)
            if (TryGetAuthority(authorization, out Address authority)) Add(authority);
    }

    public void Enter(in Message message, int depth)
    {
        Settle();
        if (depth == 0) return;
        if (message.Kind >= MessageKind.Create) Add(message.Recipient);
        else AddWithDelegation(message.CodeAddress);
    }

    public void Step(in Step step)
    {
        budget.Step();
        Settle();
        if (step.Stack.IsEmpty) return;
        UInt256 top = step.Stack[^1];
        switch ((Opcode)step.Opcode)
        {
            case Opcode.SLOAD or Opcode.SSTORE when !options.DisableStorage:
                Look(step.Address, top);
                break;
            case Opcode.BALANCE or Opcode.EXTCODECOPY or Opcode.EXTCODEHASH or Opcode.EXTCODESIZE:
                _pendingAccount = Address.FromWord(top);
                break;
        }
    }

    public void SelfDestruct(in Address address, in Address beneficiary, in UInt256 balance) => Add(beneficiary);

    public void Exit(in MessageResult result, int depth)
    {
        if (result.Halt is Halt.OutOfGas or Halt.StackUnderflow or Halt.StackOverflow)
            (_pendingAccount, _pendingSlot) = (null, null);
        Settle();
    }

    public void End(in TransactionResult result)
    {
        if (options.DiffMode) Compare();
        if (options.IncludeEmpty) return;
        foreach (Address address in Pre.Where(item => item.Value.WasEmpty).Select(item => item.Key).ToArray())
            Pre.Remove(address);
    }

    // ---- Before ----

    private void Look(in Address address, in UInt256 key)
    {
        if (Pre.TryGetValue(address, out PrestateAccount? known) && known.Storage.ContainsKey(key)) return;
        _pendingSlot = (address, key, StateProbe.Storage(State, address, key));
    }

    /// <summary>The instruction runs. What it asks about accounts has not been changed by it.</summary>
    private void Settle()
    {
        if (_pendingAccount is { } address) Add(address);
        if (_pendingSlot is { } slot && Pre.TryGetValue(slot.Address, out PrestateAccount? account)
            && account.Storage.TryAdd(slot.Key, slot.Value)) budget.Charge(BytesOfSlot);
        (_pendingAccount, _pendingSlot) = (null, null);
    }

    /// <summary>EIP-7702: the code that runs is another account's.</summary>
    private void AddWithDelegation(in Address address)
    {
        Add(address);
        if (!_traced.Rules.Delegations) return;
        var code = new Evm.Analysis.Bytecode(State.GetCode(address), default);
        if (code.Delegation is { } target) Add(target);
    }

    private void Add(in Address address)
    {
        if (Pre.ContainsKey(address)) return;
        bool isEmpty = State.IsEmpty(address);
        Hash256 codeHash = State.GetCodeHash(address);
        var account = new PrestateAccount
        {
            Balance = State.GetBalance(address),
            Nonce = State.GetNonce(address),
            CodeHash = codeHash.IsZero || codeHash == Hash256.OfEmptyCode ? null : codeHash,
            WasEmpty = isEmpty,
        };
        if (!options.DisableCode) account.Code = State.GetCode(address);
        budget.Charge(BytesOfAccount + 2L * account.Code.Length);
        Pre.Add(address, account);
    }

    private static bool TryGetAuthority(Authorization authorization, out Address authority)
    {
        authority = authorization.Authority.GetValueOrDefault();
        return authorization.Authority is not null || AuthorizationRecovery.TryRecover(authorization, out authority);
    }

    // ---- After ----

    /// <summary>An account that is gone stays in what was before and is missing in what comes after.</summary>
    private void Compare()
    {
        Post = [];
        foreach (var (address, before) in Pre.ToArray())
        {
            if (!before.WasEmpty && !State.Exists(address)) continue;
            var after = new PrestateAccount();
            bool isChanged = CompareAccount(address, before, after) | CompareStorage(address, before, after);
            if (isChanged) Post.Add(address, after);
            else Pre.Remove(address);
        }
    }

    private bool CompareAccount(in Address address, PrestateAccount before, PrestateAccount after)
    {
        UInt256 balance = State.GetBalance(address);
        if (balance != before.Balance) after.Balance = balance;
        ulong nonce = State.GetNonce(address);
        if (nonce != before.Nonce) after.Nonce = nonce;
        Hash256 codeHash = State.GetCodeHash(address);
        bool hasNewCode = codeHash != (before.CodeHash ?? Hash256.OfEmptyCode)
            && !(codeHash.IsZero && before.CodeHash is null);
        if (hasNewCode)
        {
            after.CodeHash = codeHash;
            if (!options.DisableCode) after.Code = State.GetCode(address);
            budget.Charge(2L * after.Code.Length);
        }
        return hasNewCode || after.Balance is not null || after.Nonce is not null;
    }

    /// <summary>Zeros are slots that are not there.</summary>
    private bool CompareStorage(in Address address, PrestateAccount before, PrestateAccount after)
    {
        bool isChanged = false;
        foreach (var (key, old) in before.Storage.ToArray())
        {
            State.GetStorage(address, key, out UInt256 now);
            if (old.IsZero || now == old) before.Storage.Remove(key);
            if (now == old) continue;
            isChanged = true;
            if (!now.IsZero) after.Storage.Add(key, now);
        }
        return isChanged;
    }
}
