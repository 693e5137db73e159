using System.CommandLine;
using System.IO.Compression;
using Weft.Chain;
using Weft.Chain.Files;
using Weft.Cli.Data;
using Weft.Cli.Input;
using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Cli.Commands;

/// <summary>weft export FILE [--from N] [--to N]</summary>
internal static class ExportCommand
{
    public static Command Create(CommandContext context)
    {
        var file = new Argument<string>("FILE")
        {
            Description = "The file to write: NAME.era1, otherwise concatenated RLP; NAME.gz in gzip",
        };
        var from = new Option<ulong?>("--from")
        {
            HelpName = "NUMBER",
            Description = "The first block; without it 1, for era1 the first of the epoch of --to",
        };
        var to = new Option<ulong?>("--to")
        {
            HelpName = "NUMBER", Description = "The last block; without it the head",
        };
        var json = new Option<bool>("--json") { Description = "Write the result as JSON" };
        var command = new Command("export", "Writes canonical blocks to a file that import takes.")
        {
            file, from, to, json,
        };
        var options = DataOptions.AddTo(command);
        command.SetAction(parsed => Run(
            context, parsed.GetValue(file)!, parsed.GetValue(from), parsed.GetValue(to), options.Read(parsed),
            parsed.GetValue(json)));
        Examples.AddTo(command, "weft export chain.rlp.gz --data /data/sepolia",
            "weft export epoch-0.era1 --from 0 --to 8191 --data /data/sepolia");
        return command;
    }

    private static int Run(
        CommandContext context, string path, ulong? from, ulong? to, DataSettings settings, bool json)
    {
        using var open = DataFolder.Open(settings.Folder).OpenChain(settings);
        bool isEra = path.EndsWith(".era1", StringComparison.OrdinalIgnoreCase);
        ulong last = to ?? open.Chain.Head.Number;
        ulong first = from ?? (isEra ? last / (ulong)Era1Writer.BlocksMax * (ulong)Era1Writer.BlocksMax : 1);
        Check(first, last, open.Chain.Head.Number, isEra);
        long count = (long)(last - first) + 1;
        // The genesis of an era1 file cannot have 2^31 blocks behind it; RLP might, and only the bar would be wrong.
        context.WithProgress(path, (int)Math.Min(count, int.MaxValue), json, done =>
            Write(open.Chain.Blocks, path, isEra, first, last, done, context.Cancellation));
        if (json) context.WriteJson(new { Path = path, First = first, Last = last, new FileInfo(path).Length });
        else context.Output.WriteLine(
            $"{path}: blocks {first} to {last}, {ByteSize.Format(new FileInfo(path).Length)}");
        return (int)ExitCode.Success;
    }

    private static void Check(ulong first, ulong last, ulong head, bool isEra)
    {
        if (last > head) throw new InputException("--to", "", $"{last} is above the head, which is {head}");
        if (first > last)
            throw new InputException("--from", "", $"{first} is above {last}", "there is nothing to write");
        if (isEra && last - first >= (ulong)Era1Writer.BlocksMax)
            throw new InputException(
                "--from", "", $"an era1 file holds {Era1Writer.BlocksMax} blocks at most",
                $"begin at {last + 1 - (ulong)Era1Writer.BlocksMax}, or write several files");
    }

    /// <summary>Under another name until it is whole.</summary>
    private static void Write(
        ChainStore blocks, string path, bool isEra, ulong first, ulong last, Action done,
        CancellationToken cancellation)
    {
        string partial = path + AtomicFile.Suffix;
        try
        {
            using (var target = OpenTarget(partial, path, isEra))
            {
                for (ulong number = first; number <= last; number++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    WriteBlock(blocks, number, target);
                    done();
                }
                target.Complete();
            }
            File.Move(partial, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, "", e.Message, "name a file that can be written");
        }
        finally
        {
            // Where there is no folder, to delete what is not in it is an error.
            if (File.Exists(partial)) File.Delete(partial);
        }
    }

    private static IBlockTarget OpenTarget(string partial, string path, bool isEra)
    {
        Stream stream = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
        if (isEra) return new Era1Writer(stream);
        return new RlpBlockWriter(
            path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
                ? new GZipStream(stream, CompressionLevel.Optimal)
                : stream);
    }

    private static void WriteBlock(ChainStore blocks, ulong number, IBlockTarget target)
    {
        Hash256 hash = blocks.GetCanonicalHash(number) ?? throw Damaged(number, "canonical hash");
        Block block = blocks.GetBlock(hash) ?? throw Damaged(number, "block");
        IReadOnlyList<Receipt> receipts = [];
        UInt256 total = default;
        if (target.NeedsReceipts)
        {
            receipts = number == 0 ? [] : blocks.GetReceipts(hash) ?? throw Damaged(number, "receipts");
            total = blocks.GetTotalDifficulty(hash) ?? throw Damaged(number, "total difficulty");
        }
        target.Write(block, receipts, total);
    }

    private static InvalidDataException Damaged(ulong number, string what) =>
        new($"the database is damaged: {what} of block {number} missing");
}
