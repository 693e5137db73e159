using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution.Parallel;
using Weft.Execution.Segments;
using Weft.Primitives;
using Weft.State;

namespace Weft.Execution.Strategies;

/// <summary>
/// Speculates that a block falls apart: one worker executes it from the front, serially, while the others execute
/// stretches from the rear as if what comes before did not matter, all at the speed of serial execution. Where they
/// meet, each stretch is joined if accounts and slots that it has read were changed by nothing before it; balances may
/// have been added to. Where it is not so, the first worker just goes on: then little was gained or lost.
/// </summary>
public sealed class SegmentedExecutor : IBlockExecutor
{
    private readonly ForkRules _rules;
    private readonly ulong _chainId;
    private readonly IDriver _driver;
    private readonly bool _compares;
    private readonly SegmentLeader _leader;
    private readonly SegmentWorker[] _workers;
    private readonly Action<int> _work;
    private Segment?[] _segments = [];
    private SegmentedBlock? _block;
    private ExecutedBlock? _output;

    /// <summary><paramref name="driver"/> stays the caller's: others may use it for other blocks.</summary>
    public SegmentedExecutor(
        ForkRules rules, ulong chainId, CodeCache codes, IDriver driver, Address? depositContract = null)
        : this(rules, chainId, codes, driver, depositContract, compares: true)
    {
    }

    /// <summary>Without <paramref name="compares"/> results are wrong: for tests of the tests.</summary>
    internal SegmentedExecutor(
        ForkRules rules, ulong chainId, CodeCache codes, IDriver driver, Address? depositContract, bool compares)
    {
        (_rules, _chainId, _driver, _compares) = (rules, chainId, driver, compares);
        _leader = new(rules, chainId, codes, depositContract);
        _workers = new SegmentWorker[driver.Workers - 1];
        for (int i = 0; i < _workers.Length; i++) _workers[i] = new(i + 1, rules, codes);
        _work = Work;
    }

    public ExecutionSummary Summary { get; private set; }

    public ExecutedBlock Transition(BlockInput input)
    {
        int count = input.Block.Transactions.Count;
        // Roots between transactions are there one after the other only.
        if (_rules.StatusInReceipts) input = input with { Roots = null };
        bool isSerial = count <= 1 || input.Roots is not null;
        if (_segments.Length < count) _segments = new Segment?[2 * count];
        _leader.Begin(input.State);
        _block = new(
            input, BlockProcessor.CreateEnvironment(input.Block.Header, _rules, _chainId), _leader.Front,
            new(input.Block.Transactions, _rules), _segments, _driver, _compares);
        try
        {
            _driver.Run(_work, isSerial ? 1 : _driver.Workers);
        }
        finally
        {
            foreach (var worker in _workers) worker.Forget(_segments);
        }
        Summarize(count, isSerial ? 0 : _workers.Length);
        return _output!;
    }

    public StateChanges GetChanges() => _leader.GetChanges();

    public void Dispose()
    {
        foreach (var worker in _workers) worker.Dispose();
        _leader.Dispose();
    }

    private void Work(int worker)
    {
        if (worker == 0) _output = _leader.Work(_block!);
        else _workers[worker - 1].Work(_block!);
    }

    private void Summarize(int count, int others)
    {
        int inVain = -_leader.Joined;
        for (int i = 0; i < others; i++) inVain += _workers[i].Executions;
        Summary = _leader.Joined == 0
            ? new(Strategy.Serial, 1, count, count + inVain, inVain)
            : new(Strategy.Segments, others + 1, count, count + inVain, inVain);
    }
}
