using System.Runtime.CompilerServices;
using Weft.Evm;
using Weft.Evm.Precompiles;
using Weft.Primitives;
using Weft.Primitives.Transactions;
using Weft.State;

namespace Weft.Execution.Declared;

/// <summary>
/// One worker of a block of plain transfers. Each has accounts of its own, by their hash, and applies to them what all
/// transactions do with them, in order: a transfer is a debit of one account and a credit of another, and which order
/// those of different accounts come in does not matter. So nothing conflicts, however the transfers hang together.
/// </summary>
internal sealed class TransferWorker
{
    /// <summary>Halves after which the journal is emptied, so that it stays in the cache.</summary>
    private const int Batch = 64;

    private readonly int _number;
    private readonly ForkRules _rules;
    private readonly ulong _chainId;
    private readonly PrecompileSet _precompiles;

    /// <summary>What this worker found for each of all workers.</summary>
    private readonly HalfList[] _found;

    private UInt256 _fees;

    public TransferWorker(int number, int workers, ForkRules rules, ulong chainId)
    {
        (_number, _rules, _chainId) = (number, rules, chainId);
        _precompiles = PrecompileSet.Of(rules.Fork);
        _found = new HalfList[workers];
        for (int i = 0; i < workers; i++) _found[i] = new();
        State = new(new InMemoryState());
    }

    /// <summary>The accounts of this worker.</summary>
    public WorldState State { get; }

    /// <summary>Wei for the fee recipient from the transactions that this worker looked at.</summary>
    public UInt256 Fees => _fees;

    /// <summary>Whose an account is. The tables in a state use the low bits of the hash.</summary>
    public static int OwnerOf(in Address address, int workers) =>
        (int)((ulong)(uint)LocationHash.Of(address) * (uint)workers >> 32);

    /// <summary>Looks at a share of the transactions: everything about them that needs no state.</summary>
    public void Divide(TransferBlock block)
    {
        foreach (var list in _found) list.Count = 0;
        _fees = UInt256.Zero;
        long count = block.Input.Block.Transactions.Count;
        int first = (int)(count * _number / _found.Length), end = (int)(count * (_number + 1) / _found.Length);
        for (int i = first; i < end && !block.IsInDoubt; i++)
            if (!TryDivide(block, i)) block.Doubt();
    }

    /// <summary>Applies what all workers found for the accounts of this one.</summary>
    public void Apply(TransferBlock block)
    {
        State.Reset(block.Input.State);
        int done = 0;
        foreach (var worker in block.Workers)
            foreach (ref readonly var half in worker._found[_number].Items)
            {
                if (!(half.IsDebit ? TryDebit(half) : TryCredit(half))) block.Doubt();
                if (++done % Batch != 0) continue;
                if (block.IsInDoubt) return;
                State.EndTransaction(_rules.ClearsEmptyAccounts);
            }
        State.EndTransaction(_rules.ClearsEmptyAccounts);
    }

    private bool TryDivide(TransferBlock block, int index)
    {
        var transaction = block.Input.Block.Transactions[index];
        var environment = block.Environment;
        if (!IsPlain(transaction) || _precompiles.Find(transaction.To!.Value) is not null) return false;
        if (TransactionRules.Check(transaction, _rules, _chainId, out var intrinsic, out var maxGasFee)
                != TransactionError.None
            || TransactionRules.CheckInBlock(transaction, environment, environment.GasLimit, 0)
                != TransactionError.None
            || UInt256.AddOverflows(maxGasFee, transaction.Value, out var maxCost)) return false;

        // No code runs, so the gas is known.
        ulong gasUsed = Math.Max(intrinsic.Gas, intrinsic.Floor);
        var price = EffectiveGasPrice.Of(transaction, environment.BaseFee);
        var fee = (price - environment.BaseFee) * gasUsed;
        _fees += fee;
        block.Output.Reserved(index) = new(TransactionError.None, Halt.Success, gasUsed, [], null, default)
        {
            Fee = fee,
        };
        var (sender, to) = (transaction.Sender!.Value, transaction.To!.Value);
        _found[OwnerOf(sender, _found.Length)].Add() = new()
        {
            Address = sender, IsDebit = true, Nonce = transaction.Nonce, Amount = price * gasUsed + transaction.Value,
            Needed = maxCost,
        };
        _found[OwnerOf(to, _found.Length)].Add() = new() { Address = to, Amount = transaction.Value };
        return true;
    }

    /// <summary>As far as the transaction itself can tell: it pays an account, which must have no code.</summary>
    public static bool IsPlain(Transaction transaction) =>
        transaction is { To: not null, Sender: not null, Type: <= TransactionType.DynamicFee, Data.IsEmpty: true };

    /// <summary>Exactly what serial execution asks of the sender; delegated ones (EIP-7702) are left to it.</summary>
    private bool TryDebit(in Half half)
    {
        if (State.GetNonce(half.Address) != half.Nonce || State.GetCodeHash(half.Address) != Hash256.OfEmptyCode
            || !State.CanPay(half.Address, half.Needed)) return false;
        State.SubtractBalance(half.Address, half.Amount);
        State.SetNonce(half.Address, half.Nonce + 1);
        return true;
    }

    private bool TryCredit(in Half half)
    {
        if (State.GetCodeHash(half.Address) != Hash256.OfEmptyCode) return false;
        // An empty account that is touched is deleted with its storage, even if it is paid in the same batch.
        if (half.Amount.IsZero && State.Exists(half.Address) && State.IsEmpty(half.Address)) return false;
        State.AddBalance(half.Address, half.Amount);
        return true;
    }

    /// <summary>What a transaction does with one of its two accounts.</summary>
    private struct Half
    {
        public Address Address;
        public bool IsDebit;
        public ulong Nonce;

        /// <summary>Wei that go or come.</summary>
        public UInt256 Amount;

        /// <summary>Wei that the sender must have: all gas at the highest price, and the value.</summary>
        public UInt256 Needed;
    }

    /// <summary>Kept from block to block; written by one worker, then read by another.</summary>
    private sealed class HalfList
    {
        private Half[] _items = new Half[64];

        public int Count;

        public ReadOnlySpan<Half> Items => _items.AsSpan(0, Count);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public ref Half Add()
        {
            if (Count == _items.Length) Array.Resize(ref _items, 2 * _items.Length);
            return ref _items[Count++];
        }
    }
}
