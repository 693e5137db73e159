using Weft.Evm;
using Weft.Execution.Access;
using Weft.Execution.Parallel;
using Weft.Execution.Strategies;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;

namespace Weft.Execution.Declared;

/// <summary>
/// Executes blocks in which every transaction moves wei between accounts without code. Sender, recipient and fee
/// recipient are all that such a transaction touches, so it declares itself; that nobody has code is seen on the way.
/// </summary>
internal sealed class TransferExecution
{
    private const int Looks = 32;

    private readonly ForkRules _rules;
    private readonly IDriver _driver;
    private readonly BlockProcessor _phases;
    private readonly WorldState _state = new(new InMemoryState());
    private readonly AccessCollector _collector = new();
    private readonly TransferWorker[] _workers;
    private readonly Action<int> _work;
    private TransferBlock? _block;
    private FootprintState? _before;

    public TransferExecution(ForkRules rules, ulong chainId, IDriver driver, BlockProcessor phases)
    {
        (_rules, _driver, _phases) = (rules, driver, phases);
        _workers = new TransferWorker[driver.Workers];
        for (int i = 0; i < _workers.Length; i++) _workers[i] = new(i, _workers.Length, rules, chainId);
        _work = Work;
    }

    /// <summary>Whether a block looks as if it held plain transfers only, by some of them: the workers look at all of
    /// them at once, and most blocks with something else have it everywhere.</summary>
    public static bool MayBe(Block block)
    {
        var transactions = block.Transactions;
        int count = transactions.Count, looks = Math.Min(Looks, count);
        for (int i = 0; i < looks; i++)
        {
            int index = (int)((long)i * (count - 1) / Math.Max(1, looks - 1));
            if (!TransferWorker.IsPlain(transactions[index])) return false;
        }
        return count > 0;
    }

    /// <summary>Null where the block holds something else, or an invalid transaction.</summary>
    public ExecutedBlock? TryRun(BlockInput input, BlockEnvironment environment)
    {
        if (input.IsDaoForkBlock || !MayBe(input.Block)) return null;
        var output = new ExecutedBlock(input.Block.Transactions, _rules);
        var run = new BlockProcessor.Run(input.Block, environment, _state, input.Hashes, null, null, output);
        if (!TryBegin(run, input)) return null;
        var block = _block = new(input, environment, output, _workers);
        _driver.Run(_work);
        if (block.IsInDoubt || !TryCount(output, environment.GasLimit)) return null;
        _state.Reset(new TransferState(_workers, _before!));
        PayFees(environment.Coinbase);
        return _phases.AfterTransactions(run) is null ? output : null;
    }

    /// <summary>What the last block changed.</summary>
    public StateChanges GetChanges()
    {
        var source = _block!.Input.State;
        var changes = _before!.GetChanges();
        foreach (var worker in _workers) worker.Accounts.AddChangesTo(changes);
        var after = _state.GetChanges();
        changes.ClearedStorage.UnionWith(after.ClearedStorage);
        foreach (var (address, account) in after.Accounts)
        {
            Account? original = source.TryGetAccount(address, out var known) ? known : null;
            if (account == original) changes.Accounts.Remove(address);
            else changes.Accounts[address] = account;
        }
        foreach (var (address, slots) in after.Storage)
            foreach (var (key, value) in slots) Set(changes, address, key, value, source.GetStorage(address, key));
        foreach (var (hash, code) in after.Code) changes.Code[hash] = code;
        return changes;
    }

    private static void Set(
        StateChanges changes, in Address address, in UInt256 key, in UInt256 value, in UInt256 original)
    {
        if (!changes.Storage.TryGetValue(address, out var slots)) changes.Storage.Add(address, slots = []);
        if (value == original) slots.Remove(key);
        else slots[key] = value;
        if (slots.Count == 0) changes.Storage.Remove(address);
    }

    /// <summary>False where a transaction did not fit into what the block had left.</summary>
    private bool TryCount(ExecutedBlock output, ulong gasLimit)
    {
        var sums = new ResultSums();
        foreach (var worker in _workers) sums.Add(worker.Sums);
        if (!sums.Fits(gasLimit, 0)) return false;
        output.Take(_block!.Input.Block.Transactions.Count, sums);
        return true;
    }

    /// <summary>False where what comes before the transactions changes an account, which a transfer might need, or
    /// where a fee of nothing would delete the fee recipient (EIP-161).</summary>
    private bool TryBegin(BlockProcessor.Run run, BlockInput input)
    {
        if (input.State.TryGetAccount(run.Environment.Coinbase, out var recipient) && recipient.IsEmpty) return false;
        _state.Reset(input.State);
        _phases.BeforeTransactions(run, false);
        var footprint = _collector.Collect(_state, 0, 0, UInt256.Zero);
        foreach (ref readonly var account in footprint.Accounts.AsSpan())
            if (account.IsChanged) return false;
        _before = new(input.State);
        _before.Apply(footprint);
        return true;
    }

    /// <summary>Additions to one balance may be made at once. Also a fee of zero touches the recipient.</summary>
    private void PayFees(in Address coinbase)
    {
        var fees = UInt256.Zero;
        foreach (var worker in _workers) fees += worker.Sums.Fees;
        _state.BeginTransaction();
        _state.AddBalance(coinbase, fees);
        _state.EndTransaction(_rules.ClearsEmptyAccounts);
    }

    private void Work(int worker)
    {
        var block = _block!;
        _workers[worker].Divide(block);
        block.Divided();
        var spinner = new SpinWait();
        while (!block.IsDivided) _driver.Idle(ref spinner);
        if (block.IsInDoubt) return;
        try
        {
            _workers[worker].Apply(block);
        }
#pragma warning disable CA1031 // Serial execution meets it again, where it belongs.
        catch (Exception)
#pragma warning restore CA1031
        {
            block.Doubt();
        }
    }
}
