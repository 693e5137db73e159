namespace Weft.Evm.Tracing;

/// <summary>Mnemonics of the Yellow Paper and the EIPs, for traces.</summary>
public static class OpcodeNames
{
    private static readonly string?[] Names = Build();

    /// <summary>The mnemonic, or "opcode 0x… not defined", as geth says it.</summary>
    public static string Of(byte opcode) => Names[opcode] ?? $"opcode 0x{opcode:x} not defined";

    private static string?[] Build()
    {
        var names = new string?[256];
        void From(int first, string list) => list.Split(' ').CopyTo(names, first);

        From(0x00, "STOP ADD MUL SUB DIV SDIV MOD SMOD ADDMOD MULMOD EXP SIGNEXTEND");
        From(0x10, "LT GT SLT SGT EQ ISZERO AND OR XOR NOT BYTE SHL SHR SAR CLZ");
        From(0x20, "KECCAK256");
        From(0x30, "ADDRESS BALANCE ORIGIN CALLER CALLVALUE CALLDATALOAD CALLDATASIZE CALLDATACOPY CODESIZE CODECOPY "
            + "GASPRICE EXTCODESIZE EXTCODECOPY RETURNDATASIZE RETURNDATACOPY EXTCODEHASH");
        From(0x40, "BLOCKHASH COINBASE TIMESTAMP NUMBER PREVRANDAO GASLIMIT CHAINID SELFBALANCE BASEFEE BLOBHASH "
            + "BLOBBASEFEE");
        From(0x50, "POP MLOAD MSTORE MSTORE8 SLOAD SSTORE JUMP JUMPI PC MSIZE GAS JUMPDEST TLOAD TSTORE MCOPY PUSH0");
        for (int i = 0; i < 32; i++) names[0x60 + i] = $"PUSH{i + 1}";
        for (int i = 0; i < 16; i++) (names[0x80 + i], names[0x90 + i]) = ($"DUP{i + 1}", $"SWAP{i + 1}");
        From(0xa0, "LOG0 LOG1 LOG2 LOG3 LOG4");
        From(0xf0, "CREATE CALL CALLCODE RETURN DELEGATECALL CREATE2");
        names[0xfa] = "STATICCALL";
        From(0xfd, "REVERT INVALID SELFDESTRUCT");
        return names;
    }
}
