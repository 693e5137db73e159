using System.CommandLine;
using System.Globalization;
using Weft.Cli.Bench;
using Weft.Cli.Input;

namespace Weft.Cli.Commands;

/// <summary>weft bench node</summary>
internal static class BenchNode
{
    public static Command Create(CommandContext context, Option<string?> peer, Option<bool> json)
    {
        var rpc = new Option<string?>("--rpc")
        {
            HelpName = "URL", Description = "A development node that runs already; otherwise Weft is started",
        };
        var transactions = CountOption.Create("--transactions", 20_000, 100, 10_000_000, "Transactions of each load");
        var senders = CountOption.Create("--senders", 200, 1, 10_000, "Accounts that send them");
        var batch = CountOption.Create("--batch", 50, 1, 1_000, "Transactions of one request");
        var connections = CountOption.Create("--connections", 8, 1, 200, "Requests at a time");
        var blockTime = CountOption.Create(
            "--block-time", 0, 0, 60_000, "Milliseconds between blocks; 0 for one whenever there is a transaction");
        var minutes = CountOption.Create(
            "--minutes", 0, 0, 10_000, "Instead: plain transfers at a steady rate for so long, and the node's memory");
        var rate = CountOption.Create("--rate", 2_000, 1, 1_000_000, "With --minutes: transactions a second");
        var onDisk = new Option<bool>("--on-disk")
        {
            Description = "The node that is started keeps its chain in a temporary folder, not in memory",
        };
        var command = new Command(
            "node", "Sends signed transactions to a development node over JSON-RPC and waits for every receipt.")
        {
            rpc, transactions, senders, batch, connections, blockTime, minutes, rate, onDisk, peer, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(minutes) is { Implicit: false } && result.GetValue(peer) is not null)
                result.AddError("--minutes looks at one node: leave --peer out.");
        });
        command.SetAction(parsed =>
        {
            using var folder = parsed.GetValue(onDisk) ? new TemporaryData() : null;
            var size = new LoadSize(
                parsed.GetValue(transactions), parsed.GetValue(senders), parsed.GetValue(batch),
                parsed.GetValue(connections));
            var start = () => parsed.GetValue(rpc) is { } url
                ? LoadTarget.Attach(ParseUrl(url))
                : LoadTarget.StartWeft(parsed.GetValue(blockTime), folder?.Path, context.Cancellation);
            return parsed.GetValue(minutes) is > 0 and var time
                ? RunSteadily(context, start, size, time, parsed.GetValue(rate), parsed.GetValue(json))
                : Run(
                    context, start, parsed.GetValue(peer) is not null, parsed.GetValue(blockTime), size,
                    parsed.GetValue(json));
        });
        Examples.AddTo(
            command, "weft bench node", "weft bench node --peer anvil --transactions 50000",
            "weft bench node --rpc http://127.0.0.1:8545 --batch 1 --connections 64",
            "weft bench node --block-time 10 --transactions 400000 --json",
            "weft bench node --minutes 10 --rate 2000 --on-disk");
        return command;
    }

    private static int Run(
        CommandContext context, Func<LoadTarget> start, bool withPeer, int blockTime, LoadSize size, bool json)
    {
        string machine = Machine.Describe();
        var figures = new List<LoadFigures>();
        context.WithProgress("load", withPeer ? 4 : 2, json, done =>
        {
            using (var target = start()) Measure(target);
            if (!withPeer) return;
            using (var target = LoadTarget.StartAnvil(blockTime, Console.Error, context.Cancellation)) Measure(target);

            void Measure(LoadTarget target)
            {
                // Once before, that compilers and caches have seen it.
                new NodeLoad(target, size with { Transactions = size.Transactions / 5 }, context.Cancellation)
                    .RunTransfers();
                figures.Add(new NodeLoad(target, size, context.Cancellation).RunTransfers());
                done();
                figures.Add(new NodeLoad(target, size, context.Cancellation).RunTokens());
                done();
            }
        });
        if (json) context.WriteJson(new { machine, blockTime, size, figures });
        else Write(context.Output, machine, blockTime, size, figures);
        return (int)ExitCode.Success;
    }

    private static int RunSteadily(
        CommandContext context, Func<LoadTarget> start, LoadSize size, int minutes, int rate, bool json)
    {
        string machine = Machine.Describe();
        var samples = new List<SteadyMinute>();
        using var target = start();
        if (!json)
        {
            context.Output.WriteLine(machine);
            context.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"plain transfers, {rate} a second asked for, {size.Connections} connections and senders, "
                + $"{size.Batch} transactions a request; generator on the same machine"));
            context.Output.WriteLine();
            context.Output.WriteLine(
                "minute    tx/s    block  eth_call p50  p99 ms  own memory MiB  objects  pages of files");
        }
        new NodeLoad(target, size, context.Cancellation).RunSteadily(minutes, rate, sample =>
        {
            samples.Add(sample);
            if (json) return;
            context.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{sample.Minute,6} {sample.PerSecond,7:F0} {sample.Block,8} {sample.CallMedian,13:F1} "
                + $"{sample.CallP99,7:F1} {sample.OwnBytes >> 20,15} {sample.HeapBytes >> 20,8} "
                + $"{sample.FileBytes >> 20,15}"));
        });
        if (json) context.WriteJson(new { machine, rate, size, samples });
        return (int)ExitCode.Success;
    }

    /// <summary>A folder that is gone afterwards.</summary>
    private sealed class TemporaryData : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weft-bench-");

        public string Path => System.IO.Path.Combine(_folder.FullName, "chain");

        public void Dispose() => _folder.Delete(recursive: true);
    }

    private static Uri ParseUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new InputException("--rpc", "", $"no URL: {text}", "as http://127.0.0.1:8545");

    private static void Write(
        TextWriter output, string machine, int blockTime, LoadSize size, List<LoadFigures> figures)
    {
        var culture = CultureInfo.InvariantCulture;
        output.WriteLine(machine);
        output.WriteLine(string.Create(
            culture,
            $"{size.Senders} senders, {size.Connections} connections, {size.Batch} transactions a request, blocks "
            + $"{(blockTime == 0 ? "at once" : $"every {blockTime} ms")}; generator on the same machine"));
        output.WriteLine();
        output.WriteLine(
            "node    load              transactions     tx/s  blocks  eth_call p50  p99 ms  node cores  recovery cores"
            + "  memory MiB");
        foreach (var f in figures)
            output.WriteLine(string.Create(
                culture,
                $"{f.Node,-7} {f.Load,-16} {f.Transactions,13} {f.PerSecond,8:F0} {f.Blocks,7} {f.CallMedian,13:F1} "
                + $"{f.CallP99,7:F1} {f.NodeCores,11:F2} {f.RecoveryCores,15:F2} {f.MemoryBytes >> 20,11}"));
        foreach (var own in figures.Where(f => f.Node != "anvil"))
            if (figures.Find(f => f.Node == "anvil" && f.Load == own.Load) is { } peer)
                output.WriteLine(string.Create(
                    culture, $"{own.Load}: {own.PerSecond / peer.PerSecond:F2} times anvil"));
    }
}
