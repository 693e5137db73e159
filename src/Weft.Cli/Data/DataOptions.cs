using System.CommandLine;
using Weft.Execution.Strategies;
using Weft.State.Store;

namespace Weft.Cli.Data;

/// <summary>How a data folder is opened.</summary>
public sealed record DataSettings(string Folder, long CacheBytes, Durability Durability, int Threads)
{
    /// <summary>How blocks are executed, by commands that do.</summary>
    public Strategy Strategy { get; init; }
}

/// <summary>The options that every command on a data folder has.</summary>
internal sealed class DataOptions
{
    private const int ThreadsMax = 256;

    private readonly Option<string?> _data = new("--data")
    {
        HelpName = "DIR", Description = $"The data folder; without it {DataFolder.DefaultPath}",
    };

    private readonly Option<string> _cache = new("--cache")
    {
        HelpName = "SIZE", Description = "Memory for the cache before the database, e.g. 256M or 2G",
        DefaultValueFactory = _ => "256M",
    };

    private readonly Option<Durability> _durability = new("--durability")
    {
        HelpName = "WHEN",
        Description = "When blocks are safe from a crash of the system: block (each), seconds (every few), exit. "
            + "A killed process loses nothing under any",
        DefaultValueFactory = _ => Durability.Seconds,
    };

    private readonly Option<int> _threads = new("--threads")
    {
        HelpName = "N", Description = "Threads for senders, transactions and roots; without it one a core",
        DefaultValueFactory = _ => Environment.ProcessorCount,
    };

    private DataOptions()
    {
        _cache.Validators.Add(result =>
        {
            if (!ByteSize.TryParse(result.GetValueOrDefault<string>(), out _))
                result.AddError("--cache takes a size such as 256M or 2G.");
        });
        _threads.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > ThreadsMax)
                result.AddError($"--threads takes 1 to {ThreadsMax}.");
        });
    }

    public static DataOptions AddTo(Command command)
    {
        var options = new DataOptions();
        command.Add(options._data);
        command.Add(options._cache);
        command.Add(options._durability);
        command.Add(options._threads);
        return options;
    }

    public DataSettings Read(ParseResult parsed)
    {
        // A size that cannot be read was refused before.
        bool isSize = ByteSize.TryParse(parsed.GetValue(_cache)!, out long cache);
        return new(
            parsed.GetValue(_data) ?? DataFolder.DefaultPath, isSize ? cache : 0, parsed.GetValue(_durability),
            parsed.GetValue(_threads));
    }
}
