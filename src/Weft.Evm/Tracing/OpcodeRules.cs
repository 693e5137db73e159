using Weft.Evm.Analysis;

namespace Weft.Evm.Tracing;

/// <summary>What an instruction always costs, and the words that it takes and gives; zeros where a fork does not have
/// it. DUP and SWAP take what they look at.</summary>
public readonly record struct OpcodeRules(int Gas, int Pops, int Pushes)
{
    public static OpcodeRules Of(Fork fork, byte opcode)
    {
        OpcodeInfo info = OpcodeTable.Of(fork)[opcode];
        return new(info.Gas, info.Pops, info.Pushes);
    }
}
