using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Evm.Tracing;
using Weft.Primitives;
using Xunit;

namespace Weft.Tests.Evm;

/// <summary>
/// The translation with fused instructions against the one with a block for each instruction, which tracing uses: same
/// halt, gas, output, storage, logs and refund for generated programs. Gas is also recomputed from the reported steps.
/// </summary>
public sealed class FusionTests
{
    private const int Programs = 4000;
    private static readonly Address Contract = Address.FromNumber(0xc0de);

    private sealed class StepCounter : ITracer
    {
        public int Steps { get; private set; }
        public void Enter(in Message message, int depth) { }
        public void Step(in Step step) => Steps++;
        public void Exit(in MessageResult result, int depth) { }
    }

    [Fact]
    public void Fused_and_unfused_translation_agree_on_generated_programs()
    {
        int succeeded = 0;
        for (int seed = 1; seed <= Programs; seed++)
        {
            Fork fork = seed % 3 == 0 ? Fork.Osaka : seed % 3 == 1 ? Fork.London : Fork.Byzantium;
            byte[] code = new ProgramGenerator(seed, fork).Generate();
            var plain = Outcome.Of(code, fork, null);
            var tracer = new StepCounter();
            var traced = Outcome.Of(code, fork, tracer);
            Assert.True(
                plain == traced, $"seed {seed}, {fork}: {plain} but traced {traced}\n{Convert.ToHexString(code)}");
            Assert.True(tracer.Steps > 0);
            if (plain.Halted <= Halt.Revert) succeeded++;
        }
        // The generator would be worthless if most programs failed at once.
        Assert.InRange(succeeded, Programs / 4, Programs);
    }

    private sealed record Outcome(Halt Halted, long GasLeft, long Refund, string Output, string Effects)
    {
        public static Outcome Of(byte[] code, Fork fork, ITracer? tracer)
        {
            var host = new TestHost();
            host.Deploy(Contract, code);
            host.SetBalance(Contract, 1000);
            for (ulong slot = 0; slot < 4; slot++) host.SetOriginal(Contract, slot, slot);
            using var machine = new VirtualMachine(ForkRules.Of(fork));
            byte[] input = [.. Enumerable.Range(1, 70).Select(i => (byte)(i * 37))];
            MessageResult result = machine.Run(
                new Message(MessageKind.Call, Address.FromNumber(1000), Contract, Contract, 0, 300_000, input),
                host, new BlockEnvironment { Number = 300, Timestamp = 12345 }, new TransactionEnvironment(), tracer);
            string effects = string.Join(',', Enumerable.Range(0, 8).Select(s => host.StorageAt(Contract, (ulong)s)))
                + string.Join(';', host.Logs.Select(l => Convert.ToHexString(l.Data) + string.Concat(l.Topics)));
            return new(
                Collapse(result.Halt), result.GasLeft, result.Refund,
                Convert.ToHexString(result.Output.Span), result.Succeeded ? effects : "");
        }

        /// <summary>Blocks find out about gas and stack earlier than instructions do; which of two reasons for the same
        /// exceptional halt is found first may differ.</summary>
        private static Halt Collapse(Halt halt) => halt > Halt.Revert ? Halt.OutOfGas : halt;
    }

    /// <summary>Programs of blocks with jumps between them; mostly, not always, with enough words on the
    /// stack.</summary>
    private sealed class ProgramGenerator(int seed, Fork fork)
    {
        private const int Blocks = 6;
        private readonly Random _random = new(seed);
        private readonly OpcodeInfo[] _table = OpcodeTable.Of(fork);
        private readonly List<byte> _code = [];
        private readonly List<(int At, int Block)> _targets = [];
        private int _height;

        public byte[] Generate()
        {
            var starts = new int[Blocks];
            for (int block = 0; block < Blocks; block++)
            {
                starts[block] = _code.Count;
                for (int i = _random.Next(3) == 0 ? 3 : 1; i > 0; i--) _code.Add((byte)Opcode.JUMPDEST);
                // A jump may come from a block that left fewer words.
                _height = 0;
                for (int i = _random.Next(2, 6); i > 0; i--) Emit((byte)Opcode.CALLDATASIZE);
                for (int i = _random.Next(30); i > 0; i--) AddInstruction();
                AddEnd(block);
            }
            foreach ((int at, int block) in _targets)
                (_code[at], _code[at + 1]) = ((byte)(starts[block] >> 8), (byte)starts[block]);
            return [.. _code];
        }

        private void AddInstruction()
        {
            int choice = _random.Next(10);
            if (choice < 3) Push();
            else if (choice < 5)
            {
                Opcode first = _random.Next(2) == 0 ? Opcode.DUP1 : Opcode.SWAP1;
                Emit((byte)((int)first + _random.Next(Math.Clamp(_height, 1, 8))));
            }
            else EmitWithOperands(Pick());
        }

        /// <summary>What goes to memory usually gets small numbers; anything else would only run out of gas.</summary>
        private void EmitWithOperands(byte opcode)
        {
            var op = (Opcode)opcode;
            bool usesMemory = op is Opcode.KECCAK256 or Opcode.CALLDATACOPY or Opcode.CODECOPY or Opcode.EXTCODECOPY
                or Opcode.RETURNDATACOPY or Opcode.MLOAD or Opcode.MSTORE or Opcode.MSTORE8 or Opcode.MCOPY
                or (>= Opcode.LOG0 and <= Opcode.LOG4) or (>= Opcode.CREATE and <= Opcode.STATICCALL);
            if (usesMemory && _random.Next(8) > 0)
            {
                for (int i = _table[opcode].Pops; i > 0; i--)
                {
                    Emit((byte)Opcode.PUSH1);
                    _code.Add((byte)(op == Opcode.RETURNDATACOPY ? 0 : _random.Next(70)));
                }
            }
            Emit(opcode);
        }

        private byte Pick()
        {
            while (true)
            {
                var op = (Opcode)_random.Next(256);
                OpcodeInfo info = _table[(int)op];
                bool unwanted = op is Opcode.STOP or Opcode.RETURN or Opcode.REVERT or Opcode.INVALID
                    or Opcode.SELFDESTRUCT or Opcode.JUMP or Opcode.JUMPI or Opcode.CREATE or Opcode.CREATE2
                    or (>= Opcode.PUSH0 and <= Opcode.PUSH32);
                if (info.IsDefined && !unwanted && (info.Pops <= _height || _random.Next(300) == 0)) return (byte)op;
            }
        }

        private void Push()
        {
            int length = _random.Next(20) == 0 ? _random.Next(1, 33) : 1;
            Emit((byte)((int)Opcode.PUSH0 + length));
            for (int i = 0; i < length; i++) _code.Add((byte)(_random.Next(20) == 0 ? 0xff : _random.Next(80)));
        }

        private void Emit(byte opcode)
        {
            _code.Add(opcode);
            OpcodeInfo info = _table[opcode];
            _height = Math.Max(0, _height + info.Pushes - info.Pops);
        }

        private void AddEnd(int block)
        {
            if (block == Blocks - 1 || _random.Next(8) == 0)
            {
                Opcode end = _random.Next(5) == 0 ? Opcode.REVERT : Opcode.RETURN;
                _code.AddRange([(byte)Opcode.PUSH1, 64, (byte)Opcode.PUSH1, 0, (byte)end]);
                return;
            }
            bool conditional = _height > 0 && _random.Next(3) > 0;
            _code.Add((byte)((int)Opcode.PUSH1 + 1));
            _targets.Add((_code.Count, _random.Next(12) == 0 ? _random.Next(Blocks) : _random.Next(block + 1, Blocks)));
            _code.AddRange([0, 0, (byte)(conditional ? Opcode.JUMPI : Opcode.JUMP)]);
            if (conditional) _height--;
        }
    }
}
