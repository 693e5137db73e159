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
/// Senders are asked exactly what serial execution asks of them; those with code or a delegation (EIP-7702) are left to
/// it.
/// </summary>
internal sealed class TransferWorker
{
    /// <summary>So many accounts are read before the first of them is changed.</summary>
    private const int Batch = 64;

    private readonly int _number;
    private readonly ForkRules _rules;
    private readonly ulong _chainId;
    private readonly PrecompileSet _precompiles;

    /// <summary>What this worker found for each of all workers.</summary>
    private readonly HalfList[] _found;

    private readonly int[] _batch = new int[Batch];

    public TransferWorker(int number, int workers, ForkRules rules, ulong chainId)
    {
        (_number, _rules, _chainId) = (number, rules, chainId);
        _precompiles = PrecompileSet.Of(rules.Fork);
        _found = new HalfList[workers];
        for (int i = 0; i < workers; i++) _found[i] = new();
    }

    /// <summary>The accounts of this worker.</summary>
    public PlainAccounts Accounts { get; } = new();

    /// <summary>Of the transactions that this worker looked at.</summary>
    public ResultSums Sums { get; private set; }

    /// <summary>Whose an account is. The tables in a state use the low bits of the hash.</summary>
    public static int OwnerOf(in Address address, int workers) =>
        (int)((ulong)(uint)LocationHash.Of(address) * (uint)workers >> 32);

    /// <summary>Looks at a share of the transactions: everything about them that needs no state.</summary>
    public void Divide(TransferBlock block)
    {
        foreach (var list in _found) list.Count = 0;
        var transactions = block.Input.Block.Transactions;
        int first = (int)((long)transactions.Count * _number / _found.Length);
        int end = (int)((long)transactions.Count * (_number + 1) / _found.Length);
        var sums = new ResultSums();
        for (int i = first; i < end && !block.IsInDoubt; i++)
        {
            var transaction = transactions[i];
            ref var result = ref block.Output.Results[i];
            if (!TryDivide(block, transaction, ref result))
            {
                block.Doubt();
                return;
            }
            sums.Add(transaction, result);
        }
        Sums = sums;
    }

    /// <summary>Applies what all workers found for the accounts of this one.</summary>
    public void Apply(TransferBlock block)
    {
        Accounts.Reset(block.Input.State, _rules.ClearsEmptyAccounts);
        foreach (var worker in block.Workers)
        {
            var halves = worker._found[_number].Items;
            for (; !halves.IsEmpty && !block.IsInDoubt; halves = halves[Math.Min(Batch, halves.Length)..])
                if (!TryApply(halves[..Math.Min(Batch, halves.Length)])) block.Doubt();
        }
    }

    private bool TryApply(ReadOnlySpan<Half> halves)
    {
        for (int i = 0; i < halves.Length; i++) _batch[i] = Accounts.Load(halves[i].Address);
        for (int i = 0; i < halves.Length; i++)
        {
            ref readonly var half = ref halves[i];
            bool fits = half.IsDebit
                ? Accounts.TryDebit(_batch[i], half.Nonce, half.Amount, half.Needed)
                : Accounts.TryCredit(_batch[i], half.Amount);
            if (!fits) return false;
        }
        return true;
    }

    private bool TryDivide(TransferBlock block, Transaction transaction, ref TransactionResult result)
    {
        var environment = block.Environment;
        if (!IsPlain(transaction)) return false;
        var (sender, to) = (transaction.Sender!.Value, transaction.To!.Value);
        if (_precompiles.Find(to) is not null
            || TransactionRules.Check(transaction, _rules, _chainId, out var intrinsic, out var maxGasFee)
                != TransactionError.None
            || TransactionRules.CheckInBlock(transaction, environment, environment.GasLimit, 0)
                != TransactionError.None
            || UInt256.AddOverflows(maxGasFee, transaction.Value, out var maxCost)) return false;

        // No code runs, so the gas is known.
        ulong gasUsed = Math.Max(intrinsic.Gas, intrinsic.Floor);
        var price = EffectiveGasPrice.Of(transaction, environment.BaseFee);
        result = new(TransactionError.None, Halt.Success, gasUsed, [], null, default)
        {
            Fee = (price - environment.BaseFee) * gasUsed,
        };
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
