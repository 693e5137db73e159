using System.Collections.Immutable;

namespace Weft.Evm.Analysis;

/// <summary>
/// What a fork says about one instruction: the gas that is always due, the words it takes and gives, and whether the
/// instruction after it starts a new basic block because this one needs the exact gas left, ends the flow or calls.
/// </summary>
internal readonly record struct OpcodeInfo(string Name, int Gas, int Pops, int Pushes, bool EndsBlock = false)
{
    public bool IsDefined => Name is not null;
}

/// <summary>One row an instruction, one table a fork. Dynamic gas is charged by the instructions themselves.</summary>
internal static class OpcodeTable
{
    private static readonly ImmutableArray<OpcodeInfo[]> ByFork = [.. ForkRules.All.Select(Build)];

    public static OpcodeInfo[] Of(Fork fork) => ByFork[(int)fork];

    private static OpcodeInfo[] Build(ForkRules rules)
    {
        var table = new OpcodeInfo[256];
        AddFrontier(table, rules);
        AddLater(table, rules);
        return table;
    }

    private static void AddFrontier(OpcodeInfo[] table, ForkRules rules)
    {
        void Add(Opcode op, int gas, int pops, int pushes, bool endsBlock = false) =>
            table[(int)op] = new(op.ToString(), gas, pops, pushes, endsBlock);
        void AddRange(Opcode first, Opcode last, int gas, int pops, int pushes)
        {
            for (Opcode op = first; op <= last; op++) Add(op, gas, pops, pushes);
        }

        Add(Opcode.STOP, 0, 0, 0, true);
        AddRange(Opcode.ADD, Opcode.SUB, 3, 2, 1);
        AddRange(Opcode.DIV, Opcode.SMOD, 5, 2, 1);
        Add(Opcode.MUL, 5, 2, 1);
        AddRange(Opcode.ADDMOD, Opcode.MULMOD, 8, 3, 1);
        Add(Opcode.EXP, 10, 2, 1);
        Add(Opcode.SIGNEXTEND, 5, 2, 1);
        AddRange(Opcode.LT, Opcode.XOR, 3, 2, 1);
        Add(Opcode.ISZERO, 3, 1, 1);
        Add(Opcode.NOT, 3, 1, 1);
        Add(Opcode.BYTE, 3, 2, 1);
        Add(Opcode.KECCAK256, 30, 2, 1);
        foreach (Opcode op in (ReadOnlySpan<Opcode>)[
            Opcode.ADDRESS, Opcode.ORIGIN, Opcode.CALLER, Opcode.CALLVALUE, Opcode.CALLDATASIZE, Opcode.CODESIZE,
            Opcode.GASPRICE, Opcode.COINBASE, Opcode.TIMESTAMP, Opcode.NUMBER, Opcode.PREVRANDAO, Opcode.GASLIMIT,
            Opcode.PC, Opcode.MSIZE])
            Add(op, 2, 0, 1);
        if (!rules.PrevRandao)
            table[(int)Opcode.PREVRANDAO] = table[(int)Opcode.PREVRANDAO] with { Name = "DIFFICULTY" };
        Add(Opcode.GAS, 2, 0, 1, true);
        Add(Opcode.BALANCE, rules.BalanceGas, 1, 1);
        Add(Opcode.EXTCODESIZE, rules.ExtCodeGas, 1, 1);
        Add(Opcode.EXTCODECOPY, rules.ExtCodeGas, 4, 0);
        Add(Opcode.CALLDATALOAD, 3, 1, 1);
        Add(Opcode.CALLDATACOPY, 3, 3, 0);
        Add(Opcode.CODECOPY, 3, 3, 0);
        Add(Opcode.BLOCKHASH, 20, 1, 1);
        Add(Opcode.POP, 2, 1, 0);
        Add(Opcode.MLOAD, 3, 1, 1);
        Add(Opcode.MSTORE, 3, 2, 0);
        Add(Opcode.MSTORE8, 3, 2, 0);
        Add(Opcode.SLOAD, rules.SloadGas, 1, 1);
        Add(Opcode.SSTORE, 0, 2, 0, true);
        Add(Opcode.JUMP, 8, 1, 0, true);
        Add(Opcode.JUMPI, 10, 2, 0, true);
        Add(Opcode.JUMPDEST, 1, 0, 0);
        for (int n = 1; n <= 32; n++) table[(int)Opcode.PUSH0 + n] = new($"PUSH{n}", 3, 0, 1);
        for (int n = 1; n <= 16; n++) table[(int)Opcode.DUP1 + n - 1] = new($"DUP{n}", 3, n, n + 1);
        for (int n = 1; n <= 16; n++) table[(int)Opcode.SWAP1 + n - 1] = new($"SWAP{n}", 3, n + 1, n + 1);
        for (int n = 0; n <= 4; n++) table[(int)Opcode.LOG0 + n] = new($"LOG{n}", 375 * (n + 1), n + 2, 0);
        Add(Opcode.CREATE, 32000, 3, 1, true);
        Add(Opcode.CALL, rules.CallGas, 7, 1, true);
        Add(Opcode.CALLCODE, rules.CallGas, 7, 1, true);
        Add(Opcode.RETURN, 0, 2, 0, true);
        Add(Opcode.SELFDESTRUCT, rules.SelfDestructGas, 1, 0, true);
    }

    private static void AddLater(OpcodeInfo[] table, ForkRules rules)
    {
        void Since(Fork fork, Opcode op, int gas, int pops, int pushes, bool endsBlock = false)
        {
            if (rules.Fork >= fork) table[(int)op] = new(op.ToString(), gas, pops, pushes, endsBlock);
        }

        Since(Fork.Homestead, Opcode.DELEGATECALL, rules.CallGas, 6, 1, true); // EIP-7
        Since(Fork.Byzantium, Opcode.RETURNDATASIZE, 2, 0, 1); // EIP-211
        Since(Fork.Byzantium, Opcode.RETURNDATACOPY, 3, 3, 0);
        Since(Fork.Byzantium, Opcode.STATICCALL, rules.CallGas, 6, 1, true); // EIP-214
        Since(Fork.Byzantium, Opcode.REVERT, 0, 2, 0, true); // EIP-140
        Since(Fork.Constantinople, Opcode.SHL, 3, 2, 1); // EIP-145
        Since(Fork.Constantinople, Opcode.SHR, 3, 2, 1);
        Since(Fork.Constantinople, Opcode.SAR, 3, 2, 1);
        Since(Fork.Constantinople, Opcode.EXTCODEHASH, rules.ExtCodeHashGas, 1, 1); // EIP-1052
        Since(Fork.Constantinople, Opcode.CREATE2, 32000, 4, 1, true); // EIP-1014
        Since(Fork.Istanbul, Opcode.CHAINID, 2, 0, 1); // EIP-1344
        Since(Fork.Istanbul, Opcode.SELFBALANCE, 5, 0, 1); // EIP-1884
        Since(Fork.London, Opcode.BASEFEE, 2, 0, 1); // EIP-3198
        Since(Fork.Shanghai, Opcode.PUSH0, 2, 0, 1); // EIP-3855
        Since(Fork.Cancun, Opcode.BLOBHASH, 3, 1, 1); // EIP-4844
        Since(Fork.Cancun, Opcode.BLOBBASEFEE, 2, 0, 1); // EIP-7516
        Since(Fork.Cancun, Opcode.TLOAD, 100, 1, 1); // EIP-1153
        Since(Fork.Cancun, Opcode.TSTORE, 100, 2, 0);
        Since(Fork.Cancun, Opcode.MCOPY, 3, 3, 0); // EIP-5656
        Since(Fork.Osaka, Opcode.CLZ, 5, 1, 1); // EIP-7939
    }
}
