using Weft.Evm.Instructions;
using Weft.Evm.Interpreter;
using Weft.Primitives;

namespace Weft.Evm.Analysis;

using Handler = nint;

/// <summary>Where an operand of a fused instruction comes from; see <see cref="IOperand"/>.</summary>
internal enum OperandKind { Top, Constant, Copy }

/// <summary>All forms of an operator that takes two words, by the kinds of its operands.</summary>
internal sealed unsafe class BinaryForms
{
    private readonly Handler[] _byKinds;
    private readonly Handler[]? _jumps;
    private readonly delegate*<in UInt256, in UInt256, out UInt256, void> _apply;

    private BinaryForms(
        Handler[] byKinds, Handler swapped, Handler[]? jumps,
        delegate*<in UInt256, in UInt256, out UInt256, void> apply)
    {
        (_byKinds, Swapped, _jumps) = (byKinds, swapped, jumps);
        _apply = apply;
    }

    /// <summary>SWAP1 and the operator.</summary>
    public Handler Swapped { get; }

    public bool CanJump => _jumps is not null;

    public Handler Of(OperandKind a, OperandKind b) => _byKinds[Index(a, b)];

    /// <summary>With PUSH and JUMPI behind; <paramref name="negated"/>: an odd number of ISZERO between.</summary>
    public Handler JumpIf(OperandKind a, OperandKind b, bool negated) => _jumps![Index(a, b) * 2 + (negated ? 1 : 0)];

    /// <summary>What the operator gives for constants.</summary>
    public UInt256 Fold(in UInt256 a, in UInt256 b)
    {
        _apply(in a, in b, out UInt256 result);
        return result;
    }

    private static int Index(OperandKind a, OperandKind b) => (int)a * 3 + (int)b;

    public static BinaryForms Of<T>() where T : struct, IBinaryOperator =>
        new(ByKinds<T>(), SwappedForm<T>(), null, &T.Apply);

    public static BinaryForms OfComparison<T>() where T : struct, IComparison =>
        new(ByKinds<T>(), SwappedForm<T>(), Jumps<T>(), &T.Apply);

    private static Handler SwappedForm<T>() where T : struct, IBinaryOperator =>
        (Handler)(delegate*<Instruction*, UInt256*, long, Frame, Exit>)&Pure.BinarySwapped<T>;

    // Two constants are folded, so that form is never asked for.
    private static Handler[] ByKinds<T>() where T : struct, IBinaryOperator =>
    [
        Form<T, Top, Top>(), Form<T, Top, Constant>(), Form<T, Top, Copy>(),
        Form<T, Constant, Top>(), 0, Form<T, Constant, Copy>(),
        Form<T, Copy, Top>(), Form<T, Copy, Constant>(), Form<T, Copy, SecondCopy>(),
    ];

    private static Handler Form<T, TA, TB>()
        where T : struct, IBinaryOperator where TA : struct, IOperand where TB : struct, IOperand =>
        (Handler)(delegate*<Instruction*, UInt256*, long, Frame, Exit>)&Pure.Binary<T, TA, TB>;

    private static Handler[] Jumps<T>() where T : struct, IComparison =>
    [
        Jump<T, Top, Top, Plain>(), Jump<T, Top, Top, Negated>(),
        Jump<T, Top, Constant, Plain>(), Jump<T, Top, Constant, Negated>(),
        Jump<T, Top, Copy, Plain>(), Jump<T, Top, Copy, Negated>(),
        Jump<T, Constant, Top, Plain>(), Jump<T, Constant, Top, Negated>(),
        0, 0,
        Jump<T, Constant, Copy, Plain>(), Jump<T, Constant, Copy, Negated>(),
        Jump<T, Copy, Top, Plain>(), Jump<T, Copy, Top, Negated>(),
        Jump<T, Copy, Constant, Plain>(), Jump<T, Copy, Constant, Negated>(),
        Jump<T, Copy, SecondCopy, Plain>(), Jump<T, Copy, SecondCopy, Negated>(),
    ];

    private static Handler Jump<T, TA, TB, TNegated>()
        where T : struct, IComparison where TA : struct, IOperand where TB : struct, IOperand
        where TNegated : struct =>
        (Handler)(delegate*<Instruction*, UInt256*, long, Frame, Exit>)&Flow.JumpIf<T, TA, TB, TNegated>;
}

/// <summary>All forms of an instruction that takes one word and gives one.</summary>
internal sealed unsafe class UnaryForms
{
    private readonly Handler[] _byKind;
    private readonly delegate*<in UInt256, out UInt256, void> _apply;

    private UnaryForms(Handler[] byKind, delegate*<in UInt256, out UInt256, void> apply)
    {
        _byKind = byKind;
        _apply = apply;
    }

    public Handler Of(OperandKind a) => _byKind[(int)a];

    /// <summary>False for what depends on more than its operand.</summary>
    public bool CanFold => _apply != null;

    public UInt256 Fold(in UInt256 a)
    {
        _apply(in a, out UInt256 result);
        return result;
    }

    public static UnaryForms Of<T>() where T : struct, IUnaryOperator =>
        new([Form<T, Top>(), Form<T, Constant>(), Form<T, Copy>()], &T.Apply);

    private static Handler Form<T, TA>() where T : struct, IUnaryOperator where TA : struct, IOperand =>
        (Handler)(delegate*<Instruction*, UInt256*, long, Frame, Exit>)&Pure.Unary<T, TA>;

    public static UnaryForms OfMload() => new(
        [
            (Handler)(delegate*<Instruction*, UInt256*, long, Frame, Exit>)&Memory.Load<Top>,
            (Handler)(delegate*<Instruction*, UInt256*, long, Frame, Exit>)&Memory.Load<Constant>,
            (Handler)(delegate*<Instruction*, UInt256*, long, Frame, Exit>)&Memory.Load<Copy>,
        ], null);

    public static UnaryForms OfCallDataLoad() => new(
        [
            (Handler)(delegate*<Instruction*, UInt256*, long, Frame, Exit>)&Context.CallDataLoad<Top>,
            (Handler)(delegate*<Instruction*, UInt256*, long, Frame, Exit>)&Context.CallDataLoad<Constant>,
            (Handler)(delegate*<Instruction*, UInt256*, long, Frame, Exit>)&Context.CallDataLoad<Copy>,
        ], null);
}

/// <summary>The handlers by opcode. Taking the address of a handler does not compile it yet.</summary>
internal static unsafe class Handlers
{
    public static readonly BinaryForms?[] Binary = BuildBinary();
    public static readonly UnaryForms?[] Unary = BuildUnary();
    public static readonly Handler[] Plain = BuildPlain();

    public static readonly Handler Block = Address(&Flow.Block);
    public static readonly Handler Trace = Address(&Flow.Trace);
    public static readonly Handler Goto = Address(&Flow.Goto);
    public static readonly Handler JumpTo = Address(&Flow.JumpTo);
    public static readonly Handler InvalidJump = Address(&Flow.InvalidJump);
    public static readonly Handler InvalidOpcode = Address(&Flow.InvalidOpcode);
    public static readonly Handler PushSmall = Address(&Stack.PushSmall);
    public static readonly Handler Pop = Address(&Stack.Pop);
    public static readonly Handler Swap = Address(&Stack.Swap);
    public static readonly Handler SwapPop = Address(&Stack.SwapPop);
    public static readonly Handler Log = Address(&World.Log);

    private static readonly Handler[] PushForms =
        [0, Address(&Stack.Push<Constant>), Address(&Stack.Push<Copy>)];

    private static readonly Handler[] PushTwoForms =
    [
        Address(&Stack.PushTwo<Constant, Constant>), Address(&Stack.PushTwo<Constant, Copy>),
        Address(&Stack.PushTwo<Copy, Constant>), Address(&Stack.PushTwo<Copy, Copy>),
    ];

    private static readonly Handler[] MstoreForms =
    [
        Address(&Memory.Store<Top, Top>), Address(&Memory.Store<Top, Constant>), Address(&Memory.Store<Top, Copy>),
        Address(&Memory.Store<Constant, Top>), 0, Address(&Memory.Store<Constant, Copy>),
        Address(&Memory.Store<Copy, Top>), Address(&Memory.Store<Copy, Constant>),
        Address(&Memory.Store<Copy, SecondCopy>),
    ];

    private static readonly Handler[] JumpIfForms =
    [
        Address(&Flow.JumpIfNonZero<Top, Plain>), Address(&Flow.JumpIfNonZero<Top, Negated>),
        0, 0,
        Address(&Flow.JumpIfNonZero<Copy, Plain>), Address(&Flow.JumpIfNonZero<Copy, Negated>),
    ];

    public static Handler Push(OperandKind a) => PushForms[(int)a];

    public static Handler PushTwo(OperandKind a, OperandKind b) => PushTwoForms[((int)a - 1) * 2 + (int)b - 1];

    /// <summary>0 where both are constants.</summary>
    public static Handler Mstore(OperandKind offset, OperandKind value) => MstoreForms[(int)offset * 3 + (int)value];

    public static Handler JumpIfNonZero(OperandKind a, bool negated) => JumpIfForms[(int)a * 2 + (negated ? 1 : 0)];

    private static Handler Address(delegate*<Instruction*, UInt256*, long, Frame, Exit> handler) => (Handler)handler;

    private static BinaryForms?[] BuildBinary()
    {
        var forms = new BinaryForms?[256];
        forms[(int)Opcode.ADD] = BinaryForms.Of<Add>();
        forms[(int)Opcode.MUL] = BinaryForms.Of<Mul>();
        forms[(int)Opcode.SUB] = BinaryForms.Of<Sub>();
        forms[(int)Opcode.DIV] = BinaryForms.Of<Div>();
        forms[(int)Opcode.SDIV] = BinaryForms.Of<SDiv>();
        forms[(int)Opcode.MOD] = BinaryForms.Of<Mod>();
        forms[(int)Opcode.SMOD] = BinaryForms.Of<SMod>();
        forms[(int)Opcode.SIGNEXTEND] = BinaryForms.Of<SignExtend>();
        forms[(int)Opcode.LT] = BinaryForms.OfComparison<Lt>();
        forms[(int)Opcode.GT] = BinaryForms.OfComparison<Gt>();
        forms[(int)Opcode.SLT] = BinaryForms.OfComparison<Slt>();
        forms[(int)Opcode.SGT] = BinaryForms.OfComparison<Sgt>();
        forms[(int)Opcode.EQ] = BinaryForms.OfComparison<Eq>();
        forms[(int)Opcode.AND] = BinaryForms.Of<And>();
        forms[(int)Opcode.OR] = BinaryForms.Of<Or>();
        forms[(int)Opcode.XOR] = BinaryForms.Of<Xor>();
        forms[(int)Opcode.BYTE] = BinaryForms.Of<Instructions.Byte>();
        forms[(int)Opcode.SHL] = BinaryForms.Of<Shl>();
        forms[(int)Opcode.SHR] = BinaryForms.Of<Shr>();
        forms[(int)Opcode.SAR] = BinaryForms.Of<Sar>();
        return forms;
    }

    private static UnaryForms?[] BuildUnary()
    {
        var forms = new UnaryForms?[256];
        forms[(int)Opcode.ISZERO] = UnaryForms.Of<IsZero>();
        forms[(int)Opcode.NOT] = UnaryForms.Of<Not>();
        forms[(int)Opcode.CLZ] = UnaryForms.Of<Clz>();
        forms[(int)Opcode.MLOAD] = UnaryForms.OfMload();
        forms[(int)Opcode.CALLDATALOAD] = UnaryForms.OfCallDataLoad();
        return forms;
    }

    /// <summary>What takes its operands from the stack only, and no immediate.</summary>
    private static Handler[] BuildPlain()
    {
        var plain = new Handler[256];
        void Set(Opcode op, delegate*<Instruction*, UInt256*, long, Frame, Exit> handler) =>
            plain[(int)op] = (Handler)handler;

        Set(Opcode.STOP, &Flow.Stop);
        Set(Opcode.ADDMOD, &Pure.AddMod);
        Set(Opcode.MULMOD, &Pure.MulMod);
        Set(Opcode.EXP, &Pure.Exp);
        Set(Opcode.KECCAK256, &Memory.Keccak256);
        Set(Opcode.ADDRESS, &Context.Push<Context.Address>);
        Set(Opcode.BALANCE, &World.Ask<World.Balance>);
        Set(Opcode.ORIGIN, &Context.Push<Context.Origin>);
        Set(Opcode.CALLER, &Context.Push<Context.Caller>);
        Set(Opcode.CALLVALUE, &Context.Push<Context.CallValue>);
        Set(Opcode.CALLDATASIZE, &Context.Push<Context.CallDataSize>);
        Set(Opcode.CALLDATACOPY, &Memory.CallDataCopy);
        Set(Opcode.CODECOPY, &Memory.CodeCopy);
        Set(Opcode.GASPRICE, &Context.Push<Context.GasPrice>);
        Set(Opcode.EXTCODESIZE, &World.Ask<World.CodeSize>);
        Set(Opcode.EXTCODECOPY, &World.ExtCodeCopy);
        Set(Opcode.RETURNDATASIZE, &Context.Push<Context.ReturnDataSize>);
        Set(Opcode.RETURNDATACOPY, &Memory.ReturnDataCopy);
        Set(Opcode.EXTCODEHASH, &World.Ask<World.CodeHash>);
        Set(Opcode.BLOCKHASH, &Context.BlockHash);
        Set(Opcode.COINBASE, &Context.Push<Context.Coinbase>);
        Set(Opcode.TIMESTAMP, &Context.Push<Context.Timestamp>);
        Set(Opcode.NUMBER, &Context.Push<Context.Number>);
        Set(Opcode.PREVRANDAO, &Context.Push<Context.PrevRandao>);
        Set(Opcode.GASLIMIT, &Context.Push<Context.GasLimit>);
        Set(Opcode.CHAINID, &Context.Push<Context.ChainId>);
        Set(Opcode.SELFBALANCE, &Context.Push<Context.SelfBalance>);
        Set(Opcode.BASEFEE, &Context.Push<Context.BaseFee>);
        Set(Opcode.BLOBHASH, &Context.BlobHash);
        Set(Opcode.BLOBBASEFEE, &Context.Push<Context.BlobBaseFee>);
        Set(Opcode.MSTORE8, &Memory.StoreByte);
        Set(Opcode.SLOAD, &World.Sload);
        Set(Opcode.SSTORE, &World.Sstore);
        Set(Opcode.JUMP, &Flow.Jump);
        Set(Opcode.JUMPI, &Flow.JumpI);
        Set(Opcode.MSIZE, &Memory.Size);
        Set(Opcode.GAS, &Flow.Gas);
        Set(Opcode.TLOAD, &World.Tload);
        Set(Opcode.TSTORE, &World.Tstore);
        Set(Opcode.MCOPY, &Memory.MemoryCopy);
        Set(Opcode.CREATE, &Calls.Create);
        Set(Opcode.CALL, &Calls.Call);
        Set(Opcode.CALLCODE, &Calls.CallCode);
        Set(Opcode.RETURN, &Flow.Return);
        Set(Opcode.DELEGATECALL, &Calls.DelegateCall);
        Set(Opcode.CREATE2, &Calls.Create2);
        Set(Opcode.STATICCALL, &Calls.StaticCall);
        Set(Opcode.REVERT, &Flow.Revert);
        Set(Opcode.INVALID, &Flow.InvalidOpcode);
        Set(Opcode.SELFDESTRUCT, &Calls.SelfDestruct);
        return plain;
    }
}
