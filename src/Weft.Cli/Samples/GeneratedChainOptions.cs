using System.CommandLine;
using Weft.Cli.Commands;

namespace Weft.Cli.Samples;

/// <summary>The options that say how large a generated chain is.</summary>
internal sealed class GeneratedChainOptions(
    int accounts = 10_000, int contracts = 100, int slots = 100, int changes = 1_000)
{
    private const int SizeMax = 100_000_000;

    private readonly Option<int> _accounts =
        CountOption.Create("--accounts", accounts, 2, SizeMax, "Accounts in the genesis");
    private readonly Option<int> _contracts =
        CountOption.Create("--contracts", contracts, 0, SizeMax, "Contracts in the genesis");
    private readonly Option<int> _slots =
        CountOption.Create("--slots", slots, 1, SizeMax, "Slots of each contract");
    private readonly Option<int> _changes =
        CountOption.Create("--changes", changes, 2, SizeMax, "Accounts and slots that a block changes");
    private readonly Option<int> _seed =
        CountOption.Create("--seed", 1, 0, SizeMax, "Another seed, another chain");

    public void AddTo(Command command)
    {
        foreach (var option in new[] { _accounts, _contracts, _slots, _changes, _seed }) command.Add(option);
    }

    public GeneratedChainSize Read(ParseResult parsed) => new(
        parsed.GetValue(_accounts), parsed.GetValue(_contracts), parsed.GetValue(_slots), parsed.GetValue(_changes),
        parsed.GetValue(_seed));
}
