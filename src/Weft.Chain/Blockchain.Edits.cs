using Weft.Chain.Storage;
using Weft.Primitives;
using Weft.State;

namespace Weft.Chain;

/// <summary>Changes to the state by hand, outside of blocks, for development. They belong to the state after the block
/// that is the head then: what undoes that block undoes them first.</summary>
public sealed partial class Blockchain
{
    /// <summary>Edits of one state that are kept as records of their own: reading an earlier state goes through all of
    /// them.</summary>
    private const int EditsMax = 32;

    /// <summary>Applies the changes to the state at the head and commits them. Returns what undoes them.</summary>
    /// <exception cref="InvalidOperationException">The chain is not for development.</exception>
    internal byte[] Edit(StateChanges changes)
    {
        if (!Spec.IsDevelopment) throw new InvalidOperationException($"the state of {Spec.Name} is not to be edited");
        DropBranch();
        byte[] undo = UndoRecord.Encode(changes, View), merged = undo;
        var before = Blocks.GetEdits(Head.Number);
        bool merges = before.Count >= EditsMax;
        Hash256 root = Apply(changes);
        if (merges)
            merged = UndoRecord.Merge([.. before.Select(edit => (ReadOnlyMemory<byte>)edit.Undo), undo], View);
        _commit.Write(new(RecordOf(Head))
        {
            Edit = (merges ? 0 : before.Count, new(root, merged)), ReplacesEdits = merges,
        });
        return undo;
    }

    /// <summary>The state at the head becomes what executing its block came to.</summary>
    internal void UndoEdits()
    {
        var edits = Blocks.GetEdits(Head.Number);
        if (edits.Count == 0) return;
        DropBranch();
        foreach (var edit in edits.Reverse()) Apply(UndoRecord.Decode(edit.Undo));
        _commit.Write(new(RecordOf(Head)) { ReplacesEdits = true });
    }

    /// <summary>From this block on nothing is forgotten, so that one can go back to it.</summary>
    internal ulong Pinned
    {
        set => _commit.Pinned = value;
    }

    /// <summary>The first block that is there besides the genesis.</summary>
    internal ulong First => _commit.First;

    /// <summary>Back to the genesis as it was, also where the blocks after it have been forgotten.</summary>
    internal void Restart()
    {
        // As far as undoing leads.
        Rewind(_commit.First == 1 ? 0 : Math.Min(_commit.First, Head.Number));
        if (Head.Number == Spec.Genesis.Header.Number) UndoEdits();
        else Replace();
    }

    /// <summary>The state becomes that of the genesis, whatever it is.</summary>
    private void Replace()
    {
        var (header, genesis) = Spec.Genesis;
        var changes = new StateChanges();
        foreach (Address address in Blocks.ReadAccounts())
        {
            changes.Accounts.Add(address, null);
            changes.ClearedStorage.Add(address);
        }
        foreach (var (address, account) in genesis.Accounts) changes.Accounts[address] = account;
        foreach (var (address, slots) in genesis.Storage) changes.Storage.Add(address, slots);
        foreach (var (hash, code) in genesis.Code) changes.Code.Add(hash, code);
        var removed = ReadCanonicalAbove(Head.Number - 1);
        Hash256 root = _engine.Trie.Update(State, changes, _nodes);
        if (root != header.StateRoot) throw ChainTables.Damaged($"the genesis has the root {root}");
        State.Apply(changes);
        State.Apply(_nodes);
        _commit.Write(new(RecordOf(header)) { Removed = removed, ForgetsAbove = true, ReplacesEdits = true });
        (Head, _totalDifficulty) = (header, header.Difficulty);
        LastMove = new(Head, [], []) { HasGap = true };
    }

    private Hash256 Apply(StateChanges changes)
    {
        Hash256 root = _engine.Trie.Update(State, changes, _nodes);
        Apply(changes, Head.Number);
        State.Apply(_nodes);
        return root;
    }
}
