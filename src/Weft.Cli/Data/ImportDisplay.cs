using Spectre.Console;
using Weft.Chain.Files;
using Weft.Cli.Commands;
using Weft.Cli.Input;

namespace Weft.Cli.Data;

/// <summary>A progress bar by bytes of the file with rates, and a second line with the time in each stage, where
/// somebody is watching; a line every few seconds otherwise. Runs on a thread of its own that only reads the record.
/// </summary>
internal sealed class ImportDisplay : IDisposable
{
    private static readonly TimeSpan BarInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CommitInterval = TimeSpan.FromMilliseconds(2);

    private readonly CommandContext _context;
    private readonly ImportReport _report;
    private readonly ManualResetEventSlim _finished = new();
    private readonly Thread? _thread;
    private volatile CountingStream? _stream;
    private volatile InputFile? _file;

    public ImportDisplay(CommandContext context, ImportReport report, bool quiet, bool verbose)
    {
        (_context, _report) = (context, report);
        if (quiet) return;
        ThreadStart show = verbose ? WriteCommits : context.IsInteractive ? ShowBar : WriteLines;
        _thread = new Thread(show) { IsBackground = true, Name = "progress" };
        _thread.Start();
    }

    /// <summary>A file from its beginning, whose bytes are counted.</summary>
    public Stream Begin(InputFile file)
    {
        var stream = new CountingStream(file.OpenRead());
        (_file, _stream) = (file, stream);
        return stream;
    }

    public void Dispose()
    {
        _finished.Set();
        _thread?.Join();
        _finished.Dispose();
    }

    private void ShowBar() => _context.Console.Progress().AutoClear(true).AutoRefresh(false).Columns(
        new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(),
        new ElapsedTimeColumn()).Start(progress =>
    {
        var bar = progress.AddTask("opening", maxValue: 1);
        var stages = progress.AddTask("", maxValue: 1);
        while (!_finished.Wait(BarInterval))
        {
            bar.Description = Markup.Escape($"block {_report.Progress.Number} · {_report.Rates()}");
            stages.Description = Markup.Escape(_report.Stages());
            bar.Value = stages.Value = Share();
            progress.Refresh();
        }
    });

    private void WriteLines()
    {
        while (!_finished.Wait(LineInterval))
            _context.Output.WriteLine(
                $"block {_report.Progress.Number}, {Share():P0} of the file: {_report.Rates()}; {_report.Stages()}");
    }

    /// <summary>A line whenever blocks have come into the database, where they are safe from the end of the process.
    /// </summary>
    private void WriteCommits()
    {
        ulong last = 0;
        bool isLast;
        do
        {
            isLast = _finished.Wait(CommitInterval);
            ulong number = _report.Progress.Number;
            if (number != last) _context.Output.WriteLine($"committed {number}");
            last = number;
        }
        while (!isLast);
    }

    private double Share() =>
        _file is { Length: > 0 } file && _stream is { } stream ? Math.Min(1, (double)stream.Count / file.Length) : 0;

    /// <summary>Counts what is read, for the other thread.</summary>
    private sealed class CountingStream(Stream inner) : ForwardStream
    {
        private long _count;

        public long Count => Volatile.Read(ref _count);

        public override int Read(Span<byte> buffer)
        {
            int read = inner.Read(buffer);
            Volatile.Write(ref _count, _count + read);
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
