using Weft.Primitives;
using Weft.Primitives.Blocks;

namespace Weft.Node.Parallelism;

/// <summary>Block access lists (EIP-7928) as JSON.</summary>
public static class AccessListJson
{
    /// <summary>With the names that execution-spec-tests use.</summary>
    public static object Of(AccountChanges account) => new
    {
        Address = account.Address.ToString(),
        StorageChanges = account.StorageChanges.Select(slot => new
        {
            Slot = slot.Slot.ToHex(),
            SlotChanges = slot.Changes.Select(change => new
            {
                BlockAccessIndex = change.Index, PostValue = change.Value.ToHex(),
            }),
        }),
        StorageReads = account.StorageReads.Select(slot => slot.ToHex()),
        BalanceChanges = account.BalanceChanges.Select(change => new
        {
            BlockAccessIndex = change.Index, PostBalance = change.Value.ToHex(),
        }),
        NonceChanges = account.NonceChanges.Select(change => new
        {
            BlockAccessIndex = change.Index, PostNonce = change.Value,
        }),
        CodeChanges = account.CodeChanges.Select(change => new
        {
            BlockAccessIndex = change.Index, NewCode = Hex.Encode(change.Value.Span),
        }),
    };
}
