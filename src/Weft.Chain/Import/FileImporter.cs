using System.Diagnostics;
using Weft.Chain.Files;
using Weft.Primitives.Blocks;
using Weft.Primitives.Rlp;

namespace Weft.Chain.Import;

/// <summary>
/// Feeds the blocks of files to a chain: those that follow each other through an <see cref="ImportPipeline"/>, others one
/// by one. After an interruption it goes on where it was: blocks below the head are passed over without decoding, as long
/// as the file has the head's own block.
/// </summary>
public sealed class FileImporter(Blockchain chain, ImportProgress progress)
{
    private ImportPipeline? _pipeline;

    /// <summary><paramref name="open"/> gives the file from its beginning; it may be asked twice.</summary>
    /// <exception cref="BlockFileException">The file is damaged; blocks before are in the database.</exception>
    public ImportOutcome Import(Func<IBlockSource> open, CancellationToken cancellation)
    {
        if (chain.Head.Number > 0)
        {
            using var rest = open();
            if (Run(rest, chain.Head.Number, cancellation) is { } outcome) return outcome;
        }
        // A new chain, or a file that leads to the head on another way or begins above it.
        using var whole = open();
        return Run(whole, 0, cancellation)!;
    }

    /// <summary>Null when the first block of at least number <paramref name="from"/> is not the head.</summary>
    private ImportOutcome? Run(IBlockSource source, ulong from, CancellationToken cancellation)
    {
        try
        {
            return Feed(source, from, cancellation);
        }
        catch (BlockFileException)
        {
            // The blocks before the damage count; one of them may be invalid, which comes first.
            if (FinishPipeline() is { } outcome) return outcome;
            throw;
        }
        finally
        {
            _pipeline?.Dispose();
            _pipeline = null;
        }
    }

    private ImportOutcome? Feed(IBlockSource source, ulong from, CancellationToken cancellation)
    {
        bool mustBeHead = from > 0;
        while (true)
        {
            if (cancellation.IsCancellationRequested)
                return FinishPipeline(abandonsRest: true) ?? new(ImportEnd.Cancelled);
            long start = Stopwatch.GetTimestamp();
            bool isBlock = source.TryRead(from, out var encoded);
            progress.AddTime(ImportStage.Read, start);
            if (!isBlock) return FinishPipeline() ?? new(ImportEnd.Complete);
            progress.AddRead(encoded.Bytes.Length);
            if (mustBeHead && !IsHead(encoded)) return null;
            mustBeHead = false;
            if (Feed(encoded) is { } end) return end;
        }
    }

    private bool IsHead(in EncodedBlock encoded) =>
        encoded.Number == chain.Head.Number
        && Block.TryDecode(encoded.Bytes.Span, out var block, out _)
        && block.Header.Hash == chain.Head.Hash;

    /// <summary>Null to go on.</summary>
    private ImportOutcome? Feed(in EncodedBlock encoded)
    {
        long start = Stopwatch.GetTimestamp();
        bool isDecoded = Block.TryDecode(encoded.Bytes.Span, out var block, out DecodeError error);
        progress.AddTime(ImportStage.Decode, start);
        if (!isDecoded)
            return FinishPipeline()
                ?? new(ImportEnd.Unusable, encoded.Place, $"block {encoded.Number} is no block: {error}");
        var header = block.Header;
        if (header.Number == 0) return CheckGenesis(encoded, header);
        if (header.ParentHash == (_pipeline?.Tip ?? chain.Head).Hash && !chain.Blocks.Contains(header.Hash))
        {
            _pipeline ??= new(chain, progress);
            return _pipeline.TryAdd(block, encoded.Bytes.Length, encoded.Place) ? null : FinishPipeline();
        }
        return FinishPipeline() ?? ImportAlone(encoded, block);
    }

    /// <summary>Everything that is on its way comes into the database. Null when all of it was valid.</summary>
    private ImportOutcome? FinishPipeline(bool abandonsRest = false)
    {
        if (_pipeline is not { } pipeline) return null;
        _pipeline = null;
        using (pipeline)
        {
            return pipeline.Finish(abandonsRest) is { } result
                ? new(ImportEnd.InvalidBlock, pipeline.FailedPlace, Explain(result), result.Header, result.Result)
                : null;
        }
    }

    /// <summary>A block that does not follow the one before: it is known, or on a branch. Null to go on.</summary>
    private ImportOutcome? ImportAlone(in EncodedBlock encoded, Block block)
    {
        var header = block.Header;
        var result = chain.Import(block);
        switch (result.Status)
        {
            case ImportStatus.Known:
                progress.AddKnown(header.Number);
                return null;
            case ImportStatus.Invalid:
                return new(ImportEnd.InvalidBlock, encoded.Place, Explain(result), header, result.Result);
            case ImportStatus.UnknownParent:
                return new(ImportEnd.Unusable, encoded.Place, ExplainParent(header), header, result.Result);
            default:
                progress.AddBlock(header.Number, header.GasUsed, block.Transactions.Count);
                return null;
        }
    }

    private ImportOutcome? CheckGenesis(in EncodedBlock encoded, BlockHeader header)
    {
        var genesis = chain.Spec.Genesis.Header.Hash;
        if (header.Hash == genesis) return null;
        return new(
            ImportEnd.Unusable, encoded.Place,
            $"begins with genesis {header.Hash}, this chain ({chain.Spec.Name}) with {genesis}", header);
    }

    private static string Explain(ImportResult result)
    {
        string transaction = result.Result.TransactionIndex < 0 ? "" : $" in transaction {result.Result.TransactionIndex}";
        string detail = result.Result.Detail is { } text ? $": {text}" : "";
        return $"block {result.Header.Number} is invalid: {result.Result.Error}{transaction}{detail}";
    }

    private string ExplainParent(BlockHeader header) => header.Number > chain.Head.Number + 1
        ? $"block {header.Number} cannot follow the head, which is {chain.Head.Number}"
        : $"the parent {header.ParentHash} of block {header.Number} is not there, or out of the undo window";
}
