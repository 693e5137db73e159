using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Weft.Cli.Input;
using Weft.Cli.Workloads;

namespace Weft.Cli.Commands;

/// <summary>weft workload [NAME]</summary>
internal static class WorkloadCommand
{
    public static Command Create(CommandContext context)
    {
        var name = new Argument<string?>("NAME")
        {
            Description = "Which workload; without one they are listed", Arity = ArgumentArity.ZeroOrOne,
        };
        var (transactions, contention, seed) = (TransactionsOption(), ContentionOption(), SeedOption());
        var sign = new Option<bool>("--sign") { Description = "Sign the transactions, not just give their senders" };
        var output = new Option<string?>("--output", "-o")
        {
            HelpName = "FILE", Description = "Where the archive is written; NAME.zip in this folder unless given",
        };
        var json = new Option<bool>("--json") { Description = "Write the result as JSON" };
        var command = new Command(
            "workload", "Makes up a block over contracts of our own, with all that `weft replay` needs.")
        {
            name, transactions, seed, contention, sign, output, json,
        };
        command.SetAction(parsed => parsed.GetValue(name) is { } chosen
            ? Run(
                context, chosen, parsed.GetValue(output),
                new(
                    parsed.GetValue(transactions), parsed.GetValue(seed), parsed.GetValue(contention),
                    parsed.GetValue(sign)),
                parsed.GetValue(json))
            : List(context, parsed.GetValue(json)));
        Examples.AddTo(command, "weft workload", "weft workload swaps-64 -o /tmp/swaps.zip",
            "weft replay /tmp/swaps.zip --threads 4", "weft workload swaps-500 --transactions 10000",
            "weft workload mixed --contention 0.8 --seed 7 --sign --json");
        return command;
    }

    internal static Option<int?> TransactionsOption()
    {
        var transactions = new Option<int?>("--transactions")
        {
            HelpName = "N", Description = "Transactions of the block, 1 to 100,000; as listed unless given",
        };
        transactions.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1 or > Workload.TransactionsMax)
                result.AddError($"--transactions takes 1 to {Workload.TransactionsMax}.");
        });
        return transactions;
    }

    internal static Option<double?> ContentionOption()
    {
        var contention = new Option<double?>("--contention")
        {
            HelpName = "C",
            Description = "From 0, as disjoint as can be, to 1, all on the hottest object; as listed unless given",
        };
        contention.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double?>() is { } value && value is not (>= 0 and <= 1))
                result.AddError("--contention takes 0 to 1.");
        });
        return contention;
    }

    internal static Option<int> SeedOption() =>
        CountOption.Create("--seed", 1, 0, int.MaxValue, "Another seed, another block");

    private static int List(CommandContext context, bool json)
    {
        if (json)
        {
            context.WriteJson(Workload.All);
            return (int)ExitCode.Success;
        }
        var table = new Table().Border(TableBorder.Simple).AddColumn("workload");
        table.AddColumn(new TableColumn("txs").RightAligned()).AddColumn("what");
        table.AddColumn(new TableColumn("contention").RightAligned()).AddColumn("which is");
        foreach (var workload in Workload.All)
            table.AddRow(
                workload.Name, Text(workload.DefaultTransactions), workload.Description,
                Text(workload.DefaultContention), workload.ContentionMeans);
        context.Console.Write(table);
        return (int)ExitCode.Success;
    }

    private static int Run(CommandContext context, string name, string? output, WorkloadOptions options, bool json)
    {
        var workload = Workload.Find(name)
            ?? throw new InputException(name, "", "there is no such workload", "`weft workload` lists them");
        options = options with { Contention = options.Contention ?? workload.DefaultContention };
        string path = output ?? $"{name}.zip";
        WorkloadBlock? made = null;
        context.WithProgress(name, options.Transactions ?? workload.DefaultTransactions, json, added =>
            made = workload.Create(options, added, context.Cancellation));
        WorkloadFile.Write(made!, path);
        if (json) WriteJson(context, made!, options, path);
        else Write(context, made!, path);
        return (int)ExitCode.Success;
    }

    private static void Write(CommandContext context, WorkloadBlock made, string path)
    {
        var header = made.Block.Header;
        context.Output.WriteLine(
            $"{path}: {Text(made.Block.Transactions.Count)} transactions, {Text(header.GasUsed)} gas, "
            + $"{Text(made.WrittenLocations)} locations written, state root {header.StateRoot}");
        context.Output.WriteLine($"weft replay {path}");
    }

    private static void WriteJson(CommandContext context, WorkloadBlock made, WorkloadOptions options, string path)
    {
        var header = made.Block.Header;
        context.WriteJson(new
        {
            File = path, made.Name, Fork = made.Rules.Fork.ToString(), Transactions = made.Block.Transactions.Count,
            options.Seed, options.Contention,
            Signed = made.IsSigned, header.GasUsed, made.WrittenLocations, Hash = header.Hash.ToString(),
            StateRoot = header.StateRoot.ToString(), ReceiptsRoot = header.ReceiptsRoot.ToString(),
        });
    }

    private static string Text(IFormattable value) =>
        value.ToString(value is double ? "0.##" : "N0", CultureInfo.InvariantCulture);
}
