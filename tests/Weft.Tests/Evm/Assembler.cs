using Weft.Evm;
using Weft.Primitives;

namespace Weft.Tests.Evm;

/// <summary>Writes bytecode for tests: opcodes and numbers, each number as its shortest PUSH.</summary>
internal static class Assembler
{
    /// <summary>Items are <see cref="Opcode"/>, int, ulong, <see cref="UInt256"/>, <see cref="Address"/> or byte[] (as
    /// it is).</summary>
    public static byte[] Assemble(params object[] items)
    {
        var code = new List<byte>();
        foreach (object item in items)
        {
            if (item is Opcode op) code.Add((byte)op);
            else if (item is byte[] raw) code.AddRange(raw);
            else Push(code, item is Address a ? a.ToWord() : item is UInt256 w ? w : Convert.ToUInt64(item, null));
        }
        return [.. code];
    }

    private static void Push(List<byte> code, UInt256 value)
    {
        var bytes = new byte[32];
        value.WriteBigEndian(bytes);
        int length = Math.Max(1, value.ByteLength);
        code.Add((byte)((int)Opcode.PUSH0 + length));
        code.AddRange(bytes[(32 - length)..]);
    }

    public static byte[] Repeat(int count, params object[] items)
    {
        byte[] once = Assemble(items);
        var all = new byte[once.Length * count];
        for (int i = 0; i < count; i++) once.CopyTo(all, i * once.Length);
        return all;
    }
}
