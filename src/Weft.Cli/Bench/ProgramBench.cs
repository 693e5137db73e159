using System.Diagnostics;
using Weft.Cli.Programs;
using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Primitives;

namespace Weft.Cli.Bench;

/// <summary>What a program came to. Times in milliseconds, medians; the peer's are net of RPC.</summary>
internal sealed record ProgramFigures(
    string Name, ulong Gas, double Milliseconds, long AllocatedBytes, Hash256 OutputHash, string Halt)
{
    public double? PeerMilliseconds { get; init; }
    public ulong? PeerGas { get; init; }

    /// <summary>What an empty call with as many bytes in and out takes.</summary>
    public double? RpcMilliseconds { get; init; }

    public bool? SameOutput { get; init; }

    public double? Ratio => PeerMilliseconds is { } peer ? peer / Milliseconds : null;

    public double MgasPerSecond => Gas / 1e3 / Milliseconds;
}

/// <summary>Times programs in this engine and, where a peer is given, in that one, in turns within one run.</summary>
internal sealed class ProgramBench(AnvilPeer? peer, int repeat, CancellationToken cancellation) : IDisposable
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(300);
    private const int WarmUpRunsMin = 3, SamplesMax = 2001;

    /// <summary>Programs of microseconds drown in the jitter of RPC: they are run more often than asked for, until so
    /// much time has been spent.</summary>
    private static readonly TimeSpan SamplingMin = TimeSpan.FromMilliseconds(500);

    private static readonly Address EmptyCallee = Address.FromNumber(0xca11b8a7e);
    private const double LeastMilliseconds = 0.0001;

    private readonly ProgramRunner _runner = new(Fork.Prague, new CodeCache());

    public ProgramFigures Measure(EvmProgram program)
    {
        var last = RunWarm(program);
        var outputHash = Keccak.Hash(last.Result.Output.Span);
        var figures = new ProgramFigures(
            program.Name, last.Result.GasUsed, 0, last.AllocatedBytes, outputHash,
            last.Result.Error == Execution.TransactionError.None
                ? last.Result.Halt.ToString()
                : last.Result.Error.ToString());
        return peer is null
            ? figures with { Milliseconds = Median(Sample(program)) }
            : MeasureInTurns(program, figures, last.Result.Output.Length);
    }

    public void Dispose() => _runner.Dispose();

    /// <summary>The JIT replaces code in the background while a program runs for the first times.</summary>
    private ProgramRun RunWarm(EvmProgram program)
    {
        var watch = Stopwatch.StartNew();
        ProgramRun run;
        int runs = 0;
        do
        {
            cancellation.ThrowIfCancellationRequested();
            run = _runner.Run(program);
        }
        while (++runs < WarmUpRunsMin || watch.Elapsed < WarmUp);
        return run with { Result = run.Result with { Output = run.Result.Output.ToArray() } };
    }

    private ProgramFigures MeasureInTurns(EvmProgram program, ProgramFigures figures, int outputLength)
    {
        peer!.Load([.. program.Accounts, new ProgramAccount(EmptyCallee, 1, default, ReturnZeros(outputLength), [])]);
        byte[] call = AnvilPeer.PrepareCall(program.Caller, program.To, program.Data, program.GasLimit);
        byte[] emptyCall = AnvilPeer.PrepareCall(program.Caller, EmptyCallee, program.Data, program.GasLimit);
        peer.Time(call, out var answer);
        peer.Time(emptyCall, out _);
        List<double> theirs = [], empty = [], ours = [];
        var watch = Stopwatch.StartNew();
        while (ours.Count < repeat || (watch.Elapsed < SamplingMin && ours.Count < SamplesMax))
        {
            cancellation.ThrowIfCancellationRequested();
            // Whichever comes first finds the other process asleep, so they take turns at that, too.
            bool emptyFirst = ours.Count % 2 == 1;
            if (emptyFirst) empty.Add(peer.Time(emptyCall, out _).TotalMilliseconds);
            theirs.Add(peer.Time(call, out _).TotalMilliseconds);
            if (!emptyFirst) empty.Add(peer.Time(emptyCall, out _).TotalMilliseconds);
            ours.Add(_runner.Run(program).Time.TotalMilliseconds);
        }
        double rpc = Median(empty);
        return figures with
        {
            Milliseconds = Median(ours),
            RpcMilliseconds = rpc,
            PeerMilliseconds = Math.Max(Median(theirs) - rpc, LeastMilliseconds),
            PeerGas = peer.GasUsed(program),
            SameOutput = Keccak.Hash(AnvilPeer.ReadOutput(answer)) == figures.OutputHash,
        };
    }

    private List<double> Sample(EvmProgram program)
    {
        var times = new List<double>();
        for (int i = 0; i < repeat; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            times.Add(_runner.Run(program).Time.TotalMilliseconds);
        }
        return times;
    }

    private static double Median(List<double> times)
    {
        times.Sort();
        return times[times.Count / 2];
    }

    /// <summary>PUSH4 length, PUSH1 0, RETURN: nothing but as many bytes as the program returns.</summary>
    private static byte[] ReturnZeros(int length) =>
        [0x63, (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length, 0x60, 0x00, 0xf3];
}
