using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Weft.Chain.Live;
using Weft.Primitives.Blocks;

namespace Weft.Cli.Nodes;

/// <summary>The log of a node, on standard output.</summary>
internal static class NodeLogging
{
    private static readonly Action<ILogger, ulong, int, double, string, Exception?> BlockAdded =
        LoggerMessage.Define<ulong, int, double, string>(
            LogLevel.Information, new(10, nameof(BlockAdded)),
            "block {Number}: {Transactions} transactions, {Mgas:0.00} Mgas, {Hash}");

    private static readonly Action<ILogger, int, ulong, Exception?> Reorganised = LoggerMessage.Define<int, ulong>(
        LogLevel.Warning, new(11, nameof(Reorganised)), "{Count} blocks were replaced below {Number}");

    public static ILoggerFactory Create(bool asJson) => LoggerFactory.Create(builder =>
    {
        // What keeps the host from starting is told by the command, in one line.
        builder.SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        if (asJson)
        {
            builder.AddJsonConsole(options => options.TimestampFormat = "O");
            return;
        }
        builder.AddSimpleConsole(options =>
        {
            options.SingleLine = true;
            options.TimestampFormat = "HH:mm:ss ";
            options.ColorBehavior = LoggerColorBehavior.Default;
        });
    });

    /// <summary>A line for every block.</summary>
    public static IDisposable Follow(LiveChain chain, ILoggerFactory loggers)
    {
        ILogger logger = loggers.CreateLogger("chain");
        return chain.Subscribe(change =>
        {
            if (change.Removed.Count > 0) Reorganised(logger, change.Removed.Count, change.Head.Number, null);
            foreach (ChainBlock block in change.Added)
            {
                BlockHeader header = block.Block.Header;
                BlockAdded(
                    logger, header.Number, block.Block.Transactions.Count, header.GasUsed / 1e6,
                    header.Hash.ToString(), null);
            }
        });
    }
}
