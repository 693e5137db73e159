namespace Weft.State.Overlay;

/// <summary>What a journal record undoes. At most 16 kinds: four bits of a record.</summary>
internal enum Undo : byte
{
    /// <summary>The first write of a slot in the transaction: the original is what was there.</summary>
    SlotFirstValue,

    SlotValue,
    SlotWarmth,

    /// <summary>A slot of an earlier life of its account was replaced.</summary>
    SlotLife,

    TransientValue,
    AccountWarmth,
    Balance,
    Nonce,

    /// <summary>A creation or new code.</summary>
    Body,

    Existence,
    Touch,
    Destruction,
    Log,
}
