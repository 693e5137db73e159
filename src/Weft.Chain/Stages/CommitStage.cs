using Weft.Chain.Storage;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State.Store;

namespace Weft.Chain.Stages;

/// <summary>A block that becomes canonical with what is kept of it.</summary>
internal readonly record struct CommittedBlock(Block Block, IReadOnlyList<Receipt> Receipts, byte[] Undo);

/// <summary>
/// Writes blocks that extend the canonical chain, or take the place of its last blocks, into one transaction with the
/// state after them. <paramref name="history"/>: how much is kept; null: every block.
/// </summary>
internal sealed class CommitStage(
    Database database, ChainStore blocks, StateStore state, ulong undoWindow, History? history = null) : IDisposable
{
    private readonly ChainWriter _writer = new(blocks.Tables);

    /// <summary>The first block after the genesis that is there.</summary>
    public ulong First => history?.First ?? 1;

    /// <summary>From this block on everything is kept, whatever it takes.</summary>
    public ulong Pinned { get; set; } = ulong.MaxValue;

    public void Dispose() => _writer.Dispose();

    /// <summary>A block beside the canonical chain: the state stays.</summary>
    public void WriteSideBlock(Block block, in UInt256 totalDifficulty)
    {
        using WriteTransaction transaction = database.BeginWrite();
        _writer.AddBlock(transaction, block, totalDifficulty);
        transaction.Commit();
    }

    /// <summary>The state has been applied to the store already. Without success it goes back to what the database
    /// holds.</summary>
    public void Write(ChainUpdate update)
    {
        try
        {
            PendingState pending = state.Seal();
            Write(update, pending);
            state.Committed(pending);
        }
        catch
        {
            state.Discard();
            throw;
        }
    }

    /// <summary>The transaction alone, on any thread, while the state moves on.</summary>
    public void Write(ChainUpdate update, PendingState pending)
    {
        using WriteTransaction transaction = database.BeginWrite();
        Write(update, transaction);
        state.Write(pending, transaction);
        transaction.Commit();
    }

    private void Write(ChainUpdate update, WriteTransaction transaction)
    {
        if (update.ReplacesEdits) _writer.DeleteEdits(transaction, update.Head.Number);
        if (update.Edit is var (ordinal, edit)) _writer.AddEdit(transaction, update.Head.Number, ordinal, edit);
        long before = _writer.BytesPut;
        foreach (var (block, receipts) in update.Removed) _writer.Remove(transaction, block, receipts);
        if (update.Removed.Count > 0) history?.RemoveAbove(update.Removed[^1].Block.Header.Number - 1);
        foreach (var (block, totalDifficulty) in update.New) _writer.AddBlock(transaction, block, totalDifficulty);
        foreach (CommittedBlock block in update.Appended)
        {
            _writer.Append(transaction, block.Block, block.Receipts, block.Undo);
            ulong number = block.Block.Header.Number;
            if (number > undoWindow) _writer.Prune(transaction, number - undoWindow);
        }
        if (update.Appended.Count > 0 && history is not null)
            Forget(transaction, history, update.Head.Number, _writer.BytesPut - before);
        if (update.ForgetsAbove)
        {
            _writer.DeleteAbove(transaction, update.Head.Number);
            history?.RemoveAbove(update.Head.Number);
        }
        _writer.SetHead(transaction, update.Head);
    }

    private void Forget(WriteTransaction transaction, History history, ulong head, long bytes)
    {
        history.Add(head, bytes);
        for (int i = 0; i < History.ForgottenMax && history.TakeOldest(head, Pinned) is { } number; i++)
            _writer.Forget(transaction, blocks, number);
    }
}

/// <summary>How the canonical chain changes.</summary>
internal sealed record ChainUpdate(HeadRecord Head)
{
    /// <summary>Blocks that are canonical no more, from the head down.</summary>
    public IReadOnlyList<(Block Block, IReadOnlyList<Receipt> Receipts)> Removed { get; init; } = [];

    /// <summary>Blocks that the store does not hold yet, with their total difficulties.</summary>
    public IReadOnlyList<(Block Block, UInt256 TotalDifficulty)> New { get; init; } = [];

    /// <summary>Blocks that become canonical, upwards.</summary>
    public IReadOnlyList<CommittedBlock> Appended { get; init; } = [];

    /// <summary>Every block above the new head is deleted, whatever branch it is on.</summary>
    public bool ForgetsAbove { get; init; }

    /// <summary>An edit by hand of the state after the head, with its place among these.</summary>
    public (int Ordinal, Edit Edit)? Edit { get; init; }

    /// <summary>Earlier edits of that state are forgotten.</summary>
    public bool ReplacesEdits { get; init; }
}
