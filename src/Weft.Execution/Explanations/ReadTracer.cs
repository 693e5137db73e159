using Weft.Evm;
using Weft.Evm.Tracing;
using Weft.Execution.Access;
using Weft.Primitives;
using Weft.State.MultiVersion;

namespace Weft.Execution.Explanations;

/// <summary>Where in a program something is read.</summary>
/// <param name="Code">The account whose code it is; with a delegation (EIP-7702) the one that delegates.</param>
/// <param name="Pc">The program counter.</param>
public readonly record struct ReadPlace(Address Code, int Pc, byte Opcode);

/// <summary>
/// Finds the first instruction by which transactions read certain locations. Follows a block in serial execution: what
/// a transaction reads only while it speculates is not found, nor what it reads by itself, as the nonce of its sender.
/// </summary>
public sealed class ReadTracer : ITracer
{
    /// <summary>Who makes system calls (EIP-4788 and later), which are no transactions.</summary>
    private static readonly Address SystemAddress = Address.Parse("0xfffffffffffffffffffffffffffffffffffffffe");

    private readonly HashSet<(int Transaction, AccessLocation Location)> _wanted;
    private readonly HashSet<int> _transactions;
    private readonly Dictionary<(int, AccessLocation), ReadPlace> _found = [];
    private readonly Stack<Message> _frames = [];
    private int _transaction;
    private bool _isWatching;

    /// <summary>Transactions by block access index.</summary>
    public ReadTracer(IEnumerable<(int Transaction, AccessLocation Location)> wanted)
    {
        _wanted = [.. wanted];
        _transactions = [.. _wanted.Select(one => one.Transaction)];
    }

    /// <summary>Null where no instruction does.</summary>
    public ReadPlace? PlaceOf(int transaction, in AccessLocation location) =>
        _found.TryGetValue((transaction, location), out var place) ? place : null;

    public void Enter(in Message message, int depth)
    {
        if (_frames.Count == 0)
        {
            bool isTransaction = message.Caller != SystemAddress;
            if (isTransaction) _transaction++;
            _isWatching = isTransaction && _transactions.Contains(_transaction);
        }
        _frames.Push(message);
    }

    public void Exit(in MessageResult result, int depth) => _frames.Pop();

    public void Step(in Step step)
    {
        if (!_isWatching || !_frames.TryPeek(out var frame)) return;
        var stack = step.Stack;
        switch ((Opcode)step.Opcode)
        {
            case Opcode.SLOAD or Opcode.SSTORE when stack.Length > 0:
                Note(AccessLocation.OfSlot(frame.Recipient, stack[^1]), frame, step);
                break;
            case Opcode.BALANCE or Opcode.EXTCODESIZE or Opcode.EXTCODECOPY or Opcode.EXTCODEHASH
                or Opcode.SELFDESTRUCT when stack.Length > 0:
                NoteFields(Address.FromWord(stack[^1]), frame, step);
                break;
            case Opcode.CALL or Opcode.CALLCODE or Opcode.DELEGATECALL or Opcode.STATICCALL when stack.Length > 1:
                NoteFields(Address.FromWord(stack[^2]), frame, step);
                break;
            case Opcode.SELFBALANCE or Opcode.CREATE or Opcode.CREATE2:
                NoteFields(frame.Recipient, frame, step);
                break;
        }
    }

    private void NoteFields(in Address address, in Message frame, in Step step)
    {
        for (var field = Observed.Balance; field < Observed.Storage; field = (Observed)((int)field << 1))
            Note(AccessLocation.OfField(address, field), frame, step);
    }

    private void Note(in AccessLocation location, in Message frame, in Step step)
    {
        if (_wanted.Contains((_transaction, location)))
            _found.TryAdd((_transaction, location), new(frame.CodeAddress, step.Pc, step.Opcode));
    }
}
