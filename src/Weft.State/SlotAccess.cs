using Weft.Primitives;

namespace Weft.State;

/// <summary>A slot that was read, and perhaps written. SSTORE reads what it overwrites, since its price depends on
/// it.</summary>
public readonly record struct SlotAccess(Address Address, UInt256 Key, UInt256 Before, UInt256 After)
{
    public bool IsChanged => Before != After;
}
