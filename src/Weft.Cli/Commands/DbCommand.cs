using System.CommandLine;
using Weft.Cli.Data;
using Weft.State.Store;

namespace Weft.Cli.Commands;

/// <summary>weft db stat|verify|rewind|compact</summary>
internal static class DbCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command("db", "Looks after the database of a data folder.")
        {
            CreateStat(context), CreateVerify(context), CreateRewind(context), CreateCompact(context),
        };
        Examples.AddTo(command, "weft db stat --data /data/sepolia", "weft db verify", "weft db rewind 8000",
            "weft db compact");
        return command;
    }

    private static Command CreateStat(CommandContext context)
    {
        var json = Json();
        var command = new Command("stat", "Says what the database holds and how large it is.") { json };
        var options = DataOptions.AddTo(command);
        command.SetAction(parsed => DatabaseReport.Write(context, options.Read(parsed), parsed.GetValue(json)));
        Examples.AddTo(command, "weft db stat --data /data/sepolia --json");
        return command;
    }

    private static Command CreateVerify(CommandContext context)
    {
        var json = Json();
        var command = new Command(
            "verify", "Computes the state root again from accounts and slots alone, and checks node records, blocks, "
            + "receipts and indexes. Takes memory of twice --cache at most.")
        {
            json,
        };
        var options = DataOptions.AddTo(command);
        command.SetAction(parsed => DatabaseVerification.Run(context, options.Read(parsed), parsed.GetValue(json)));
        Examples.AddTo(command, "weft db verify --data /data/sepolia", "weft db verify --cache 4G --json");
        return command;
    }

    private static Command CreateRewind(CommandContext context)
    {
        var number = new Argument<ulong>("NUMBER") { Description = "The block that becomes the head" };
        var json = Json();
        var command = new Command(
            "rewind", "Goes back to an earlier block, at most 256 below the head; later blocks are forgotten.")
        {
            number, json,
        };
        var options = DataOptions.AddTo(command);
        command.SetAction(parsed => Rewind(
            context, parsed.GetValue(number), options.Read(parsed), parsed.GetValue(json)));
        Examples.AddTo(command, "weft db rewind 8000 --data /data/sepolia");
        return command;
    }

    private static Command CreateCompact(CommandContext context)
    {
        var json = Json();
        var command = new Command("compact", "Gives free pages of the database back to the file system.") { json };
        var options = DataOptions.AddTo(command);
        command.SetAction(parsed => Compact(context, options.Read(parsed), parsed.GetValue(json)));
        Examples.AddTo(command, "weft db compact --data /data/sepolia");
        return command;
    }

    private static Option<bool> Json() => new("--json") { Description = "Write the result as JSON" };

    private static int Rewind(CommandContext context, ulong number, DataSettings settings, bool json)
    {
        using var open = DataFolder.Open(settings.Folder).OpenChain(settings);
        ulong before = open.Chain.Head.Number;
        try
        {
            open.Chain.Rewind(number);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new Input.InputException("NUMBER", "", e.Message.Split(" (Parameter")[0]);
        }
        var head = open.Chain.Head;
        if (json) context.WriteJson(new { Before = before, Head = new { head.Number, Hash = head.Hash.ToString() } });
        else context.Output.WriteLine($"head {head.Number} {head.Hash}, was {before}");
        return (int)ExitCode.Success;
    }

    private static int Compact(CommandContext context, DataSettings settings, bool json)
    {
        var folder = DataFolder.Open(settings.Folder);
        long before = folder.DatabaseLength;
        // COMPACT
        long after = folder.DatabaseLength;
        if (json) context.WriteJson(new { Before = before, After = after });
        else context.Output.WriteLine($"{ByteSize.Format(before)} before, {ByteSize.Format(after)} now");
        return (int)ExitCode.Success;
    }
}
