namespace Weft.State;

/// <summary>Is shown accesses one by one, without a copy of them all being made.</summary>
public interface IAccessVisitor
{
    void Account(in AccountAccess access);

    void Slot(in SlotAccess access);
}
