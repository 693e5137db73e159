using System.Collections.Immutable;
using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Tests.Primitives;

internal sealed partial class WireRandom
{
    /// <summary>A block access list of one to four accounts.</summary>
    public BlockAccessList AccessList() => new(
        [.. Many(4, AccountChanges).Append(AccountChanges()).OrderBy(account => account.Address)]);

    public AccountChanges AccountChanges()
    {
        var slots = Many(8, Value).Distinct().Order().ToArray();
        int changed = Next(slots.Length + 1);
        return new(
            Address(),
            [.. slots[..changed].Select(slot => new SlotChanges(slot, [new(0, Value()), .. Changes(Value)]))],
            [.. slots[changed..]], Changes(Value), Changes(Word), Changes(() => (ReadOnlyMemory<byte>)Blob(300)));
    }

    private ImmutableArray<IndexedChange<T>> Changes<T>(Func<T> make) =>
        [.. Many(4, () => 1 + Next(1000)).Distinct().Order().Select(index => new IndexedChange<T>(index, make()))];
}
