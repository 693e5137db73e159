using System.Globalization;
using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Evm.Tracing;
using Weft.Primitives;
using Xunit;

namespace Weft.Tests.Evm;

/// <summary>
/// Handlers must end in a jump: a handler that calls instead would eat the thread's stack. The host is asked at the
/// beginning and the end of a long run of one pattern; both questions must come from the same depth.
/// </summary>
public sealed class TailCallTests
{
    private const int Repetitions = 60;

    /// <summary>A call would leave at least a return address and a saved register behind for each
    /// instruction.</summary>
    private const long LargestDrift = 512;

    private static readonly Address Contract = Address.FromNumber(0xc0de);

    private sealed class NullTracer : ITracer
    {
        public void Enter(in Message message, int depth) { }
        public void Step(in Step step) { }
        public void Exit(in MessageResult result, int depth) { }
    }

    /// <summary>The operand forms of a two-word operator {0}: constant and top, top and constant, and so on.</summary>
    private static readonly string[] BinaryForms =
    [
        "366005{0}50", "36600590{0}50", "363681{0}5050", "36368190{0}5050", "363690{0}50", "36806005{0}5050",
        "36600581{0}5050", "368081{0}5050",
    ];

    /// <summary>Memory, calldata, pushes and swaps in their fused forms.</summary>
    private static readonly string[] OtherForms =
    [
        "60405150", "36604052", "3636815250", "368052", "60055f52", "365f52", "5f3550", "3680355050", "36805050",
        "36600580505050", "36363691505050", "368015195050", Push32 + "805050",
    ];

    private const string Push32 = "7f1122334455667788112233445566778811223344556677881122334455667788";

    /// <summary>Every opcode that goes on, fed with zeros; then the fused forms.</summary>
    public static TheoryData<string> Patterns()
    {
        var patterns = new HashSet<string>();
        OpcodeInfo[] table = OpcodeTable.Of(Fork.Osaka);
        for (int op = 0; op < 256; op++)
        {
            OpcodeInfo info = table[op];
            bool ends = (Opcode)op is Opcode.STOP or Opcode.RETURN or Opcode.REVERT or Opcode.INVALID
                or Opcode.SELFDESTRUCT or Opcode.JUMP or Opcode.JUMPI;
            if (!info.IsDefined || ends) continue;
            bool pushes = op is > (int)Opcode.PUSH0 and <= (int)Opcode.PUSH32;
            string pushed = pushes ? new string('7', 2 * (op - (int)Opcode.PUSH0)) : "";
            string name = op.ToString("x2", CultureInfo.InvariantCulture);
            // A creation with more value than there is, for one that is made leaves the account behind.
            string operands = (Opcode)op is Opcode.CREATE or Opcode.CREATE2
                ? Times(info.Pops - 1, "36") + "5f19"
                : Times(info.Pops, "36");
            patterns.Add(operands + name + pushed + Times(info.Pushes, "50"));
            if (info is not { Pops: 2, Pushes: 1 }) continue;
            foreach (string form in BinaryForms) patterns.Add(With(form, name));
        }
        foreach (string form in OtherForms) patterns.Add(form);
        return [.. patterns];
    }

    /// <summary>Jumps to the JUMPDEST (5b) right behind them, whose position is {0}.</summary>
    public static TheoryData<string> JumpPatterns()
    {
        var data = new TheoryData<string>
        {
            "61{0}565b", "3661{0}575b", "361561{0}575b", "36151561{0}575b", "3680151561{0}575b50", "36801561{0}575b50",
            "368061{0}575b50", "3661{0}01565b", "363661{0}01575b",
        };
        string[] operands = ["3636", "366005", "36600590", "36368190", "363681", "36806005", "36600581", "368081"];
        foreach (string comparison in (string[])["10", "11", "12", "13", "14"])
            foreach (string form in operands)
                foreach (string negation in (string[])["", "15", "1515"])
                    data.Add(form + comparison + negation + "61{0}575b");
        return data;
    }

    private static string Times(int count, string text) => string.Concat(Enumerable.Repeat(text, count));

    private static string With(string form, string value) => form.Replace("{0}", value, StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Patterns))]
    public void Handlers_of_a_pattern_leave_the_machine_stack_where_it_was(string pattern)
    {
        byte[] body = Convert.FromHexString(string.Concat(Enumerable.Repeat(pattern, Repetitions)));
        AssertNoDrift(body, traced: false);
        AssertNoDrift(body, traced: true);
    }

    [Theory]
    [MemberData(nameof(JumpPatterns))]
    public void Handlers_of_a_jump_leave_the_machine_stack_where_it_was(string pattern)
    {
        const int Prologue = 3;
        var body = new List<byte>();
        int jumpdest = With(pattern, "0000").LastIndexOf("5b", StringComparison.Ordinal) / 2;
        for (int i = 0; i < Repetitions; i++)
        {
            string target = (Prologue + body.Count + jumpdest).ToString("x4", CultureInfo.InvariantCulture);
            body.AddRange(Convert.FromHexString(With(pattern, target)));
        }
        AssertNoDrift([.. body], traced: false);
        AssertNoDrift([.. body], traced: true);
    }

    private static unsafe void AssertNoDrift(byte[] body, bool traced)
    {
        var positions = new List<long>();
        var host = new TestHost
        {
            OnSload = () =>
            {
                int here = 0;
                positions.Add((long)&here);
            },
        };
        byte[] question = Assembler.Assemble(Opcode.CALLDATASIZE, Opcode.SLOAD, Opcode.POP);
        host.Deploy(Contract, [.. question, .. body, .. question]);
        using var machine = new VirtualMachine(ForkRules.Of(Fork.Osaka));
        machine.Run(
            new Message(MessageKind.Call, Address.Zero, Contract, Contract, 0, 1_000_000_000, default),
            host, new BlockEnvironment(), new TransactionEnvironment(), traced ? new NullTracer() : null);
        Assert.True(positions.Count >= 2, $"the run halted before its end: {Convert.ToHexString(body)[..20]}");
        Assert.InRange(Math.Abs(positions[0] - positions[^1]), 0, LargestDrift);
    }
}
