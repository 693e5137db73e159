using System.Globalization;
using Weft.Cli.Bench;

namespace Weft.Cli.Commands;

/// <summary>weft bench root</summary>
internal static class BenchRoot
{
    public static int Run(CommandContext context, RootBenchSize size, bool json)
    {
        string machine = Machine.Describe();
        using var bench = new RootBench(size);
        RootFigures? figures = null;
        context.WithProgress(
            "roots", bench.StepCount, json, done => figures = bench.Run(done, context.Cancellation));
        if (json) WriteJson(context, machine, size, figures!);
        else Write(context.Output, machine, size, figures!);
        return (int)(figures!.Root == figures.OtherRoot ? ExitCode.Success : ExitCode.Different);
    }

    private static void Write(TextWriter output, string machine, RootBenchSize size, RootFigures figures)
    {
        output.WriteLine(machine);
        output.WriteLine(
            $"{Text(size.Accounts)} accounts, {Text(size.Contracts)} contracts of {Text(size.Slots)} slots; "
            + $"{Text(figures.Records)} records, {Text(figures.RecordBytes >> 20)} MiB in tmpfs, "
            + $"cache {Text(size.CacheMebibytes)} MiB, built in "
            + $"{Text(figures.Build / 1000)} s");
        output.WriteLine(
            $"medians of {Text(size.Blocks)} blocks of {Text(size.Changes)} changes, in turns on equal states:");
        output.WriteLine($"  1 thread     {Text(figures.One)} ms, at least {Text(figures.OneMin)}");
        output.WriteLine(
            $"  {size.Threads} threads    {Text(figures.Many)} ms, at least {Text(figures.ManyMin)}; "
            + $"{Text(figures.Ratio)} times faster");
        output.WriteLine(
            $"  hashing      {Text(figures.Hashing)} ms of one thread, {Share(figures.Hashing, figures.One)} of its "
            + $"time; {Text(figures.HashingMany)} ms in all of {size.Threads}");
        output.WriteLine(
            $"  bare Keccak  {Text(figures.Bare)} ms for the same {Text(figures.Messages)} messages "
            + $"({Text(figures.HashBlocks)} permutations), {Share(figures.Bare, figures.One)} of the time");
        output.WriteLine($"  allocated    {Text(figures.AllocatedBytes)} bytes a block");
        output.WriteLine(figures.Root == figures.OtherRoot
            ? $"root {figures.Root}, equal"
            : $"ROOTS DIFFER: {figures.Root} with 1 thread, {figures.OtherRoot} with {size.Threads}");
    }

    private static void WriteJson(CommandContext context, string machine, RootBenchSize size, RootFigures figures) =>
        context.WriteJson(new
        {
            Machine = machine, size.Accounts, size.Contracts, size.Slots, size.Blocks, size.Changes, size.Threads,
            size.CacheMebibytes,
            BuildMilliseconds = figures.Build, figures.Records, figures.RecordBytes,
            OneThreadMilliseconds = figures.One, ThreadsMilliseconds = figures.Many,
            OneThreadMinimum = figures.OneMin, ThreadsMinimum = figures.ManyMin, figures.Ratio,
            HashingMilliseconds = figures.Hashing, BareKeccakMilliseconds = figures.Bare,
            HashingShare = figures.Hashing / figures.One, BareShare = figures.Bare / figures.One,
            figures.Messages, figures.HashBlocks, figures.AllocatedBytes,
            Root = figures.Root.ToString(), OtherRoot = figures.OtherRoot.ToString(),
        });

    private static string Share(double part, double whole) =>
        (part / whole).ToString("P0", CultureInfo.InvariantCulture);

    private static string Text(double value) =>
        value.ToString(value < 10 ? "F3" : value < 1000 ? "F1" : "N0", CultureInfo.InvariantCulture);

    private static string Text(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Text(int value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
