using System.Buffers;
using Weft.Evm.Interpreter;
using Weft.Primitives;

namespace Weft.Evm.Analysis;

/// <summary>
/// Collects the cells of a program, with constants and jump targets as numbers that become addresses when everything
/// has its place.
/// </summary>
internal sealed unsafe class StreamBuilder
{
    private readonly record struct Cell(nint Handler, ulong Immediate);

    /// <summary>A comparison at the end of the cells that a conditional jump may take in; no forms: not zero.</summary>
    private readonly record struct Test(
        BinaryForms? Forms, OperandKind A, OperandKind B, bool Negated, int FirstCell, int EndCell);

    private readonly Fork _fork;
    private readonly List<Cell> _cells;
    private readonly List<UInt256> _constants = [];
    private readonly List<int> _cellsWithConstant = [];
    private readonly List<(int Cell, int Pc)> _targets = [];
    private readonly List<(int Pc, ulong Demand, int Block)> _entries = [];
    private readonly int _codeLength;

    /// <summary>Lent: what does not fit into the young generation would be the large part of an analysis.</summary>
    private readonly int[] _lent;
    private Test _test;

    public StreamBuilder(Fork fork, int codeLength)
    {
        _fork = fork;
        _cells = new(codeLength + 4);
        _codeLength = codeLength;
        _lent = ArrayPool<int>.Shared.Rent(codeLength);
        CellOfJumpdest.Fill(-1);
    }

    public int Count => _cells.Count;

    private Span<int> CellOfJumpdest => _lent.AsSpan(0, _codeLength);

    public int Emit(nint handler, ulong immediate = 0)
    {
        _cells.Add(new(handler, immediate));
        return _cells.Count - 1;
    }

    public ulong Immediate(int cell) => _cells[cell].Immediate;

    public void SetImmediate(int cell, ulong immediate) => _cells[cell] = _cells[cell] with { Immediate = immediate };

    public bool LastIs(nint handler) => _cells[^1].Handler == handler;

    public void MarkJumpdest(int pc, int cell) => _lent[pc] = cell;

    /// <summary>Another entry into a block, which demands less gas and goes on behind the block's opening.</summary>
    public void AddEntry(int pc, ulong demand, int block) => _entries.Add((pc, demand, block));

    /// <summary>Puts the address of a constant into the low bits of the cell's immediate.</summary>
    public void AddConstant(int cell, in UInt256 value)
    {
        int index = _constants.Count > 0 && _constants[^1] == value ? _constants.Count - 1 : _constants.Count;
        if (index == _constants.Count) _constants.Add(value);
        SetImmediate(cell, Immediate(cell) | (uint)index);
        _cellsWithConstant.Add(cell);
    }

    /// <summary>Makes the cell's immediate the block at a destination that PUSH gave, valid or not.</summary>
    public void AddTarget(int cell, in UInt256 destination)
    {
        bool inCode = destination.IsUInt64 && destination.U0 < (ulong)_codeLength;
        _targets.Add((cell, inCode ? (int)destination.U0 : -1));
    }

    // ---- Tests and conditional jumps ----

    public bool EndsWithTest => _test.EndCell == _cells.Count && _test.EndCell > 0;

    public void RememberTest(BinaryForms? forms, OperandKind a, OperandKind b, bool negated = false) =>
        _test = new(forms, a, b, negated, _cells.Count - 1, _cells.Count);

    /// <summary>The cell just emitted is an ISZERO of the test before it.</summary>
    public void NegateTest() => _test = _test with { Negated = !_test.Negated, EndCell = _cells.Count };

    /// <summary>Replaces the test at the end by the jump that takes it in; the cell with the target comes
    /// next.</summary>
    public void FuseTestWithJump()
    {
        ulong operands = _cells[_test.FirstCell].Immediate;
        _cells.RemoveRange(_test.FirstCell, _cells.Count - _test.FirstCell);
        Emit(_test.Forms is { } forms
            ? forms.JumpIf(_test.A, _test.B, _test.Negated)
            : Handlers.JumpIfNonZero(_test.A, _test.Negated), operands);
        _test = default;
    }

    // ---- Addresses ----

    public InstructionStream Build()
    {
        int invalidTarget = Emit(Handlers.Block);
        Emit(Handlers.InvalidJump);
        foreach ((int pc, ulong demand, _) in _entries)
        {
            MarkJumpdest(pc, Emit(Handlers.Block, demand));
            Emit(Handlers.Goto);
        }
        // Safe: the stream has room for as many as are written here, and is reachable until it is returned.
        var stream = new InstructionStream(_fork, _cells.Count, _constants.Count, _codeLength);
        for (int i = 0; i < _constants.Count; i++) stream.Constants[i] = _constants[i];
        foreach (int cell in _cellsWithConstant) PlaceConstant(cell, stream.Constants);
        foreach ((int cell, int pc) in _targets)
        {
            int block = pc < 0 ? -1 : _lent[pc];
            SetImmediate(cell, (ulong)(stream.Start + (block < 0 ? invalidTarget : block)));
        }
        foreach ((int pc, _, int block) in _entries)
            SetImmediate(_lent[pc] + 1, (ulong)(stream.Start + block + 1));
        for (int i = 0; i < _cells.Count; i++)
        {
            stream.Start[i].Handler = (delegate*<Instruction*, UInt256*, long, Frame, Exit>)_cells[i].Handler;
            stream.Start[i].Immediate = _cells[i].Immediate;
        }
        CellOfJumpdest.CopyTo(new(stream.Jumpdests, _codeLength));
        ArrayPool<int>.Shared.Return(_lent);
        GC.KeepAlive(stream);
        return stream;
    }

    private void PlaceConstant(int cell, UInt256* constants)
    {
        ulong immediate = Immediate(cell);
        ulong address = (ulong)(constants + (uint)immediate);
        if (address >> Instructions.Constant.AddressBits != 0)
            throw new PlatformNotSupportedException("Weft needs user addresses of at most 48 bits");
        SetImmediate(cell, (immediate & 0xffff_0000_0000_0000) | address);
    }
}
