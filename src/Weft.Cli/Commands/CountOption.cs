using System.CommandLine;

namespace Weft.Cli.Commands;

/// <summary>An option that takes a number between two bounds.</summary>
internal static class CountOption
{
    public static Option<int> Create(string name, int count, int min, int max, string description)
    {
        var option = new Option<int>(name)
        {
            HelpName = "N", Description = description, DefaultValueFactory = _ => count,
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var value && (value < min || value > max))
                result.AddError($"{name} takes {min} to {max}.");
        });
        return option;
    }
}
