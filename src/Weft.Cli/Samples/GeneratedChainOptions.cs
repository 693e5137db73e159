using System.CommandLine;

namespace Weft.Cli.Samples;

/// <summary>The options that say how large a generated chain is.</summary>
internal sealed class GeneratedChainOptions(
    int accounts = 10_000, int contracts = 100, int slots = 100, int changes = 1_000)
{
    private const int SizeMax = 100_000_000;

    private readonly Option<int> _accounts = Count("--accounts", "Accounts in the genesis", accounts, 2);
    private readonly Option<int> _contracts = Count("--contracts", "Contracts in the genesis", contracts, 0);
    private readonly Option<int> _slots = Count("--slots", "Slots of each contract", slots, 1);
    private readonly Option<int> _changes = Count("--changes", "Accounts and slots that a block changes", changes, 2);
    private readonly Option<int> _seed = Count("--seed", "Another seed, another chain", 1, 0);

    public void AddTo(Command command)
    {
        foreach (var option in new[] { _accounts, _contracts, _slots, _changes, _seed }) command.Add(option);
    }

    public GeneratedChainSize Read(ParseResult parsed) => new(
        parsed.GetValue(_accounts), parsed.GetValue(_contracts), parsed.GetValue(_slots), parsed.GetValue(_changes),
        parsed.GetValue(_seed));

    private static Option<int> Count(string name, string description, int value, int min)
    {
        var option = new Option<int>(name)
        {
            HelpName = "N", Description = description, DefaultValueFactory = _ => value,
        };
        option.Validators.Add(result =>
        {
            int given = result.GetValueOrDefault<int>();
            if (given < min || given > SizeMax) result.AddError($"{name} takes {min} to {SizeMax}.");
        });
        return option;
    }
}
