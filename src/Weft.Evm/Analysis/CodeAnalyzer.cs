using System.Runtime.InteropServices;
using Weft.Primitives;

namespace Weft.Evm.Analysis;

/// <summary>
/// Translates code into basic blocks of fused instructions. One pass: words that PUSH and DUP would move wait in a
/// short queue until the instruction that takes them is known, so most are never moved; operators of constants are
/// folded; a comparison, ISZERO, PUSH and JUMPI become one instruction. Gas and stack bounds are summed up from the
/// original instructions, whatever became of them. Time and memory are linear in the length of the code.
/// </summary>
internal ref struct CodeAnalyzer
{
    /// <summary>An operand that has not been moved to the stack yet.</summary>
    private readonly record struct Pending(OperandKind Kind, UInt256 Constant, int Depth);

    /// <summary>A chain of blocks within this limit keeps the sum of gas inside the 32 bits of a demand.</summary>
    private const int MaxBlockGas = 1 << 30;

    private const int StackLimit = 1024;

    private const int MaxRun = 1 << 20;

    private readonly ReadOnlySpan<byte> _code;
    private readonly OpcodeInfo[] _table;
    private readonly bool _traced;
    private readonly StreamBuilder _builder;
    private readonly List<Pending> _pending = [];

    // The open block.
    private int _blockCell;
    private int _gas, _height, _needed, _growth;

    /// <summary>JUMPDESTs right behind the one that opened the block, as in 5b5b5b: entries into the same
    /// block.</summary>
    private int _run, _runStart;

    private CodeAnalyzer(ReadOnlySpan<byte> code, ForkRules rules, bool traced)
    {
        _code = code;
        _table = OpcodeTable.Of(rules.Fork);
        _traced = traced;
        _builder = new StreamBuilder(rules.Fork, code.Length);
    }

    public static InstructionStream Analyze(ReadOnlySpan<byte> code, ForkRules rules, bool traced) =>
        new CodeAnalyzer(code, rules, traced).Translate();

    private InstructionStream Translate()
    {
        OpenBlock();
        int pc = 0;
        while (pc < _code.Length)
        {
            byte opcode = _code[pc];
            if (opcode == (byte)Opcode.JUMPDEST) pc = OpenJumpdest(pc);
            bool flowGoesOn = TranslateOne(ref pc);
            if (!flowGoesOn) pc = SkipToJumpdest(pc);
        }
        Flush();
        if (_traced) OpenTracedStep(_code.Length);
        _builder.Emit(Handlers.Plain[(int)Opcode.STOP]);
        CloseBlock();
        return _builder.Build();
    }

    /// <summary>Translates the instruction at <paramref name="pc"/> and those fused with it; false when it ends the
    /// flow.</summary>
    private bool TranslateOne(ref int pc)
    {
        byte opcode = _code[pc];
        OpcodeInfo info = _table[opcode];
        if (_traced) OpenTracedStep(pc);
        if (!info.IsDefined)
        {
            _builder.Emit(Handlers.InvalidOpcode);
            pc++;
            return false;
        }
        Account(info);
        int at = pc;
        pc += 1 + PushedBytes(opcode);
        bool flowGoesOn = Dispatch(at, opcode, ref pc);
        if (_traced) Flush();
        if (!flowGoesOn) return false;
        if (info.EndsBlock || _gas > MaxBlockGas)
        {
            Flush();
            OpenBlock();
        }
        return true;
    }

    private bool Dispatch(int at, byte opcode, ref int pc)
    {
        var op = (Opcode)opcode;
        if (op is >= Opcode.PUSH0 and <= Opcode.PUSH32) AddConstant(PushedValue(at));
        else if (op is >= Opcode.DUP1 and <= Opcode.DUP16) Duplicate(op - Opcode.DUP1);
        else if (op is >= Opcode.SWAP1 and <= Opcode.SWAP16) Swap(op - Opcode.SWAP1 + 1, ref pc);
        else if (op is >= Opcode.LOG0 and <= Opcode.LOG4) EmitAfterFlush(Handlers.Log, (ulong)(op - Opcode.LOG0));
        else if (Handlers.Binary[opcode] is { } binary) EmitBinary(binary);
        else if (Handlers.Unary[opcode] is { } unary) EmitUnary(unary);
        else return DispatchSpecial(op, at);
        return true;
    }

    private bool DispatchSpecial(Opcode op, int at)
    {
        switch (op)
        {
            case Opcode.JUMPDEST: return true;
            case Opcode.POP: Drop(); return true;
            case Opcode.PC: AddConstant((ulong)at); return true;
            case Opcode.CODESIZE: AddConstant((ulong)_code.Length); return true;
            case Opcode.MSTORE: EmitMstore(); return true;
            case Opcode.JUMP: EmitJump(); return false;
            case Opcode.JUMPI: EmitJumpI(); return true;
            default:
                EmitAfterFlush(Handlers.Plain[(int)op], 0);
                return op is not (Opcode.STOP or Opcode.RETURN or Opcode.REVERT or Opcode.INVALID
                    or Opcode.SELFDESTRUCT);
        }
    }

    // ---- Code bytes ----

    private static int PushedBytes(byte opcode) =>
        opcode is >= (byte)Opcode.PUSH1 and <= (byte)Opcode.PUSH32 ? opcode - (byte)Opcode.PUSH0 : 0;

    /// <summary>Code that ends within the pushed bytes reads as zeros there.</summary>
    private readonly UInt256 PushedValue(int at)
    {
        int length = PushedBytes(_code[at]);
        Span<byte> bytes = stackalloc byte[length];
        bytes.Clear();
        _code.Slice(at + 1, Math.Min(length, _code.Length - at - 1)).CopyTo(bytes);
        return UInt256.FromBigEndian(bytes);
    }

    /// <summary>What follows the end of a flow runs only from a JUMPDEST on.</summary>
    private readonly int SkipToJumpdest(int pc)
    {
        while (pc < _code.Length && _code[pc] != (byte)Opcode.JUMPDEST) pc += 1 + PushedBytes(_code[pc]);
        return pc;
    }

    // ---- Blocks ----

    /// <summary>Returns the last of the JUMPDESTs in a row.</summary>
    private int OpenJumpdest(int pc)
    {
        Flush();
        OpenBlock();
        _builder.MarkJumpdest(pc, _blockCell);
        _runStart = pc;
        if (_traced) return pc;
        while (pc + 1 < _code.Length && _code[pc + 1] == (byte)Opcode.JUMPDEST && _run < MaxRun)
        {
            pc++;
            _run++;
            Account(_table[(int)Opcode.JUMPDEST]);
        }
        return pc;
    }

    private void OpenBlock()
    {
        CloseBlock();
        _blockCell = _builder.Emit(Handlers.Block);
        (_gas, _height, _needed, _growth, _run) = (0, 0, 0, 0, 0);
    }

    private readonly void CloseBlock()
    {
        if (_builder.Count == 0) return;
        // More than the stack can hold is refused whatever the number.
        ulong needed = (ulong)Math.Min(_needed, StackLimit + 1) * 32;
        ulong growth = (ulong)Math.Min(_growth, StackLimit + 1) * 32;
        ulong bounds = needed << 32 | growth << 48;
        _builder.SetImmediate(_blockCell, (uint)_gas | bounds);
        for (int i = 1; i <= _run; i++) _builder.AddEntry(_runStart + i, (uint)(_gas - i) | bounds, _blockCell);
    }

    /// <summary>A traced instruction is a block of its own behind its report, so that gas is exact when it
    /// reports.</summary>
    private void OpenTracedStep(int pc)
    {
        _builder.Emit(Handlers.Trace, (ulong)pc);
        OpenBlock();
    }

    private void Account(OpcodeInfo info)
    {
        _gas += info.Gas;
        _needed = Math.Max(_needed, info.Pops - _height);
        _height += info.Pushes - info.Pops;
        _growth = Math.Max(_growth, _height);
    }

    // ---- The queue ----

    private readonly void AddConstant(in UInt256 value) => _pending.Add(new(OperandKind.Constant, value, 0));

    private readonly void Duplicate(int n)
    {
        int inQueue = _pending.Count - 1 - n;
        _pending.Add(inQueue >= 0 ? _pending[inQueue] : new(OperandKind.Copy, default, n - _pending.Count));
    }

    private void Swap(int n, ref int pc)
    {
        int last = _pending.Count - 1;
        if (n <= last)
        {
            (_pending[last], _pending[last - n]) = (_pending[last - n], _pending[last]);
            return;
        }
        if (!_traced && pc < _code.Length && FuseSwap(n, ref pc)) return;
        EmitAfterFlush(Handlers.Swap, (ulong)n * 32);
    }

    /// <summary>SWAP1 with an operator behind, SWAPn with POP behind.</summary>
    private bool FuseSwap(int n, ref int pc)
    {
        byte next = _code[pc];
        OpcodeInfo info = _table[next];
        if (!info.IsDefined) return false;
        if (n == 1 && Handlers.Binary[next] is { } binary && _pending.Count <= 1)
        {
            if (_pending.Count == 0) _builder.Emit(binary.Swapped);
            else EmitBinary(binary, new(OperandKind.Top, default, 0), TakePending());
        }
        else if (next == (byte)Opcode.POP && _pending.Count == 0) _builder.Emit(Handlers.SwapPop, (ulong)n * 32);
        else return false;
        Account(info);
        pc++;
        return true;
    }

    private readonly Pending TakePending()
    {
        if (_pending.Count == 0) return new(OperandKind.Top, default, 0);
        Pending last = _pending[^1];
        _pending.RemoveAt(_pending.Count - 1);
        return last;
    }

    private readonly void Drop()
    {
        if (_pending.Count > 0) _pending.RemoveAt(_pending.Count - 1);
        else if (_traced || !_builder.LastIs(Handlers.Pop)) _builder.Emit(Handlers.Pop, 32);
        else
        {
            int last = _builder.Count - 1;
            _builder.SetImmediate(last, _builder.Immediate(last) + 32);
        }
    }

    /// <summary>Moves to the stack what waits, all but the last <paramref name="keep"/>, which then lie
    /// deeper.</summary>
    private readonly void Flush(int keep = 0)
    {
        int count = _pending.Count - keep;
        if (count <= 0) return;
        int i = 0;
        for (; i + 1 < count; i += 2) EmitPushTwo(Deepen(_pending[i], i), Deepen(_pending[i + 1], i + 1));
        if (i < count) EmitPush(Deepen(_pending[i], i));
        for (i = count; i < _pending.Count; i++) _pending[i] = Deepen(_pending[i], count);
        _pending.RemoveRange(0, count);
    }

    private static Pending Deepen(Pending operand, int by) =>
        operand.Kind == OperandKind.Copy ? operand with { Depth = operand.Depth + by } : operand;

    // ---- Emitting ----

    private readonly void EmitAfterFlush(nint handler, ulong immediate)
    {
        Flush();
        _builder.Emit(handler, immediate);
    }

    private readonly void EmitPush(in Pending operand)
    {
        if (operand.Kind == OperandKind.Constant && operand.Constant.IsUInt64)
            _builder.Emit(Handlers.PushSmall, operand.Constant.U0);
        else EmitWith(Handlers.Push(operand.Kind), operand, default);
    }

    private readonly void EmitPushTwo(in Pending first, in Pending second)
    {
        EmitWith(Handlers.PushTwo(first.Kind, second.Kind), first, default);
        EmitWith(0, second, default);
    }

    /// <summary>One cell with its operands; a second copy shares the immediate with the first.</summary>
    private readonly void EmitWith(nint handler, in Pending a, in Pending b)
    {
        ulong copies = a.Kind == OperandKind.Copy ? (ulong)a.Depth * 32 << 48 : 0;
        if (b.Kind == OperandKind.Copy) copies |= (ulong)b.Depth * 32 << (a.Kind == OperandKind.Copy ? 32 : 48);
        int cell = _builder.Emit(handler, copies);
        if (a.Kind == OperandKind.Constant) _builder.AddConstant(cell, a.Constant);
        if (b.Kind == OperandKind.Constant) _builder.AddConstant(cell, b.Constant);
    }

    private void EmitBinary(BinaryForms forms)
    {
        Flush(keep: 2);
        Pending a = TakePending();
        EmitBinary(forms, a, TakePending());
    }

    private readonly void EmitBinary(BinaryForms forms, in Pending a, in Pending b)
    {
        if (a.Kind == OperandKind.Constant && b.Kind == OperandKind.Constant)
        {
            AddConstant(forms.Fold(a.Constant, b.Constant));
            return;
        }
        EmitWith(forms.Of(a.Kind, b.Kind), a, b);
        if (forms.CanJump && !_traced) _builder.RememberTest(forms, a.Kind, b.Kind);
    }

    private readonly void EmitUnary(UnaryForms forms)
    {
        Flush(keep: 1);
        Pending a = TakePending();
        if (a.Kind == OperandKind.Constant && forms.CanFold) AddConstant(forms.Fold(a.Constant));
        else if (!_traced && forms == Handlers.Unary[(int)Opcode.ISZERO]) EmitIsZero(forms, a);
        else EmitWith(forms.Of(a.Kind), a, default);
    }

    private readonly void EmitIsZero(UnaryForms forms, in Pending a)
    {
        bool ofTest = a.Kind == OperandKind.Top && _builder.EndsWithTest;
        EmitWith(forms.Of(a.Kind), a, default);
        if (ofTest) _builder.NegateTest();
        else _builder.RememberTest(null, a.Kind, default, negated: true);
    }

    private readonly void EmitMstore()
    {
        Flush(keep: 2);
        Pending offset = TakePending(), value = TakePending();
        if (offset.Kind == OperandKind.Constant && value.Kind == OperandKind.Constant)
        {
            EmitPush(value);
            value = new(OperandKind.Top, default, 0);
        }
        EmitWith(Handlers.Mstore(offset.Kind, value.Kind), offset, value);
    }

    private readonly void EmitJump()
    {
        if (_pending.Count == 0 || _pending[^1].Kind != OperandKind.Constant || _traced)
        {
            EmitAfterFlush(Handlers.Plain[(int)Opcode.JUMP], 0);
            return;
        }
        Pending destination = TakePending();
        Flush();
        _builder.AddTarget(_builder.Emit(Handlers.JumpTo), destination.Constant);
    }

    private readonly void EmitJumpI()
    {
        if (_pending.Count == 0 || _pending[^1].Kind != OperandKind.Constant || _traced)
        {
            EmitAfterFlush(Handlers.Plain[(int)Opcode.JUMPI], 0);
            return;
        }
        Pending destination = TakePending();
        if (_pending.Count == 0 && _builder.EndsWithTest) _builder.FuseTestWithJump();
        else
        {
            Flush(keep: 1);
            if (_pending is [{ Kind: OperandKind.Constant }]) Flush();
            Pending condition = TakePending();
            EmitWith(Handlers.JumpIfNonZero(condition.Kind, negated: false), condition, default);
        }
        _builder.AddTarget(_builder.Emit(0), destination.Constant);
    }
}
