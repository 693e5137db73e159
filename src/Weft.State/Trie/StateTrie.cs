using System.Runtime.InteropServices;
using Weft.Primitives;

namespace Weft.State.Trie;

/// <summary>
/// Computes the root of a state from its changes (Yellow Paper 4.1, appendix D): a function from the nodes before and
/// the changes to the root and the nodes after. Holds threads and buffers, no state. One update at a time.
/// </summary>
public sealed unsafe class StateTrie(int threads) : IDisposable
{
    private readonly TrieWalker _walker = new();

    public int Threads => threads;

    /// <summary>The root after <paramref name="changes"/>. Every record that changed goes to
    /// <paramref name="output"/>, which is cleared first; <paramref name="nodes"/> stays as it is.</summary>
    /// <exception cref="InvalidDataException"><paramref name="nodes"/> lacks what is needed.</exception>
    public Hash256 Update(INodeReader nodes, StateChanges changes, NodeSet output)
    {
        output.Clear();
        _walker.Begin(nodes, output.GetTable(0));
        var plan = new UpdatePlan(changes);
        fixed (Hash256* keys = plan.AccountKeys, slotKeys = plan.SlotKeys)
        fixed (int* indices = plan.AccountOrder, slotIndices = plan.SlotOrder)
        fixed (AccountChange* accounts = plan.Accounts)
        {
            var slots = new SlotValues(plan.SlotValues);
            foreach (var storage in plan.Storages)
            {
                var owner = plan.AccountKeysByIndex[storage.Account];
                if (storage.IsCleared) output.MarkCleared(owner);
                _walker.Enter(owner, slotKeys + storage.From, slotIndices + storage.From, slots);
                _walker.UpdateTrie(
                    storage.Count, storage.IsCleared, (byte*)&accounts[storage.Account].StorageRoot);
            }
            _walker.Queue.Run();
            Hash256 root;
            _walker.Enter(null, keys, indices, new AccountValues(plan.Accounts));
            _walker.UpdateTrie(plan.Accounts.Length, false, (byte*)&root);
            _walker.Queue.Run();
            for (int i = 0; i < plan.Accounts.Length; i++)
            {
                if (!plan.Accounts[i].DropsStorage) continue;
                // Records of the set are there only when slots came with the change.
                if (plan.Accounts[i].HasStorageRoot) output.ClearOwner(plan.AccountKeysByIndex[i]);
                else output.MarkCleared(plan.AccountKeysByIndex[i]);
            }
            return root;
        }
    }

    public void Dispose() => _walker.Dispose();
}
