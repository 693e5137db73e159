using System.IO.Compression;
using System.Text.Json;
using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Primitives;
using Weft.State;
using Xunit;

namespace Weft.Conformance.Evm;

/// <summary>The vectors of go-ethereum for instructions of two operands, run through the machine.</summary>
public sealed class OpcodeVectors
{
    private sealed record Vector(string X, string Y, string Expected);

    private static readonly Address Contract = Address.FromNumber(0xc0de);

    public static TheoryData<string, byte> Instructions => new()
    {
        { "add", 0x01 }, { "mul", 0x02 }, { "sub", 0x03 }, { "div", 0x04 }, { "sdiv", 0x05 }, { "mod", 0x06 },
        { "smod", 0x07 }, { "exp", 0x0a }, { "signext", 0x0b }, { "lt", 0x10 }, { "gt", 0x11 }, { "slt", 0x12 },
        { "sgt", 0x13 }, { "eq", 0x14 }, { "and", 0x16 }, { "or", 0x17 }, { "xor", 0x18 }, { "byte", 0x1a },
        { "shl", 0x1b }, { "shr", 0x1c }, { "sar", 0x1d },
    };

    [Theory]
    [MemberData(nameof(Instructions))]
    public void Results_match(string name, byte opcode)
    {
        using ZipArchive? zip = Fixtures.OpenZip("opcodes.zip");
        if (zip is null) return;
        using Stream stream = zip.GetEntry($"testcases_{name}.json")!.Open();
        var vectors = JsonSerializer.Deserialize<Vector[]>(stream)!;
        using var machine = new VirtualMachine(ForkRules.Of(Fork.Osaka));

        Assert.NotEmpty(vectors);
        foreach (var vector in vectors)
        {
            string got = Convert.ToHexStringLower(Run(machine, Code(vector, opcode)));
            Assert.True(vector.Expected == got, $"{name} {vector.X} {vector.Y}: expected {vector.Expected}, got {got}");
        }
    }

    /// <summary>The vectors push X, then Y; the result is returned.</summary>
    private static byte[] Code(Vector vector, byte opcode) =>
    [
        0x7f, .. Convert.FromHexString(vector.X), 0x7f, .. Convert.FromHexString(vector.Y), opcode,
        0x5f, 0x52, 0x60, 0x20, 0x5f, 0xf3,
    ];

    private static byte[] Run(VirtualMachine machine, byte[] code)
    {
        var source = new InMemoryState();
        source.SetAccount(Contract, new Account(1, UInt256.Zero, source.AddCode(code)));
        var state = new WorldState(source);
        var host = new Host(machine.Rules, new CodeCache());
        host.Attach(state, new NoHistory());
        state.BeginTransaction();
        var message = new Message(MessageKind.Call, Address.Zero, Contract, Contract, UInt256.Zero, 100_000, default);
        var result = machine.Run(message, host, new BlockEnvironment(), new TransactionEnvironment());
        Assert.Equal(Halt.Success, result.Halt);
        return result.Output.ToArray();
    }

    private sealed class NoHistory : IBlockHashes
    {
        public Hash256 GetBlockHash(ulong number) => Hash256.Zero;
    }
}
