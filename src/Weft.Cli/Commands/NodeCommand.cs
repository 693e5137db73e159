using System.CommandLine;
using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Weft.Cli.Data;
using Weft.Cli.Input;
using Weft.Cli.Nodes;
using Weft.Node;
using Weft.Node.Rpc;

namespace Weft.Cli.Commands;

/// <summary>weft node</summary>
internal static class NodeCommand
{
    private const int MinThreads = 32;

    public static Command Create(CommandContext context)
    {
        var options = new NodeArguments();
        var command = new Command(
            "node", "Runs a node: a chain of your own for development, or an execution client for a consensus client.");
        options.AddTo(command);
        var data = DataOptions.AddTo(command);
        command.SetAction(parsed =>
        {
            var settings = options.Read(parsed, data.Read(parsed), hasData: parsed.GetResult("--data") is not null);
            return Run(context, settings).GetAwaiter().GetResult();
        });
        Examples.AddTo(
            command, "weft node", "weft node --block-time 1000 --data ~/my-chain",
            "weft node --fork-url https://node.example/key@22000000",
            "weft node --http.port 8546 --cors http://localhost:3000 --json-log",
            "weft node --chain genesis.json --data /data/chain --jwt-secret jwt.hex --authrpc.port 8551");
        return command;
    }

    private static async Task<int> Run(CommandContext context, NodeSettings settings)
    {
        long began = Stopwatch.GetTimestamp();
        // A whole block as JSON keeps its thread for milliseconds: with as few threads as cores, which is where the
        // pool begins, a short call would wait for all that came before it. With more, the system shares the cores.
        ThreadPool.SetMinThreads(Math.Max(MinThreads, 4 * Environment.ProcessorCount), MinThreads);
        using var loggers = NodeLogging.Create(settings.HasJsonLog);
        using var chain = NodeChain.Open(settings);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
        using var signal = PosixSignalRegistration.Create(PosixSignal.SIGTERM, received =>
        {
            received.Cancel = true;
            stop.Cancel();
        });
        var node = new WeftNode(chain.Database, chain.Spec, settings.ToOptions(chain), loggers);
        await using (node.ConfigureAwait(false))
        {
            await Start(node, settings).ConfigureAwait(false);
            using var log = NodeLogging.Follow(node.Chain, loggers);
            new StartScreen(node, chain, Stopwatch.GetElapsedTime(began)).Write(context, settings);
            try
            {
                await Task.Delay(Timeout.Infinite, stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // How a node ends.
            }
        }
        if (!settings.IsJson) context.Output.WriteLine("stopped");
        return (int)ExitCode.Success;
    }

    private static async Task Start(WeftNode node, NodeSettings settings)
    {
        try
        {
            await node.StartAsync().ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new InputException(
                $"{settings.Address}:{settings.HttpPort}", "", e.Message,
                "another node may be running; --http.port and --authrpc.port name other ports");
        }
    }
}
