using System.Globalization;
using Weft.Cli.Commands;
using Weft.Cli.Input;
using Weft.Evm;
using Weft.Execution.Strategies;

namespace Weft.Cli.Bench;

/// <summary>A block to be measured.</summary>
/// <param name="Set">Blocks of a set are summed up.</param>
/// <param name="Published">What other engines took, where it is known.</param>
internal sealed record BlockCase(
    string Set, string Name, ForkRules Rules, ulong ChainId, BlockInput Input, PublishedBlock? Published = null)
{
    public RuledBlock Block => new(Input, Rules, ChainId);

    /// <summary>Says of which block it was that something could not be done.</summary>
    public T With<T>(Func<RuledBlock, T> work)
    {
        try
        {
            return work(Block);
        }
        catch (InvalidDataException e)
        {
            throw new InputException(Name, "", e.Message, "name a valid one");
        }
    }
}

/// <summary>A way to execute the blocks.</summary>
internal readonly record struct BlockConfiguration(Strategy Strategy, int Threads)
{
    public static BlockConfiguration Serial { get; } = new(Strategy.Serial, 1);

    public override string ToString() => Strategy == Strategy.Serial
        ? "serial"
        : string.Create(CultureInfo.InvariantCulture, $"{StrategyOptions.NameOf(Strategy)}, {Threads}");
}
