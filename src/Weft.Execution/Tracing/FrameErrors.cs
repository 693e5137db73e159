using Weft.Evm;
using Weft.Evm.Precompiles;
using Weft.Evm.Tracing;
using Weft.Primitives;

namespace Weft.Execution.Tracing;

/// <summary>
/// Says why a frame failed, in the words of geth, which tools look for. Some name the instruction that failed: so it
/// has to see every step. One transaction at a time.
/// </summary>
internal sealed class FrameErrors(ForkRules rules)
{
    public const string Reverted = "execution reverted";

    private const int ReentrancySentryGas = 2300;
    private const int StackLimit = 1024;

    private byte _opcode;
    private int _stackLength;
    private long _gas;

    public void Step(in Step step) => (_opcode, _stackLength, _gas) = (step.Opcode, step.Stack.Length, step.Gas);

    /// <summary>Null for success. <paramref name="target"/> and <paramref name="input"/> are those of the frame's
    /// message.</summary>
    public string? Describe(Halt halt, in Address target, ReadOnlySpan<byte> input) => halt switch
    {
        Halt.Success => null,
        Halt.Revert => Reverted,
        Halt.OutOfGas => OutOfGas(),
        Halt.StackUnderflow => $"stack underflow ({_stackLength} <=> {OpcodeRules.Of(rules.Fork, _opcode).Pops})",
        Halt.StackOverflow => StackOverflow(OpcodeRules.Of(rules.Fork, _opcode)),
        Halt.InvalidOpcode => $"invalid opcode: {OpcodeNames.Of(_opcode)}",
        Halt.InvalidJump => "invalid jump destination",
        Halt.StaticViolation => "write protection",
        Halt.ReturnDataOutOfBounds => "return data out of bounds",
        Halt.CreateCollision => "contract address collision",
        Halt.CodeTooLarge => "max code size exceeded",
        Halt.InitCodeTooLarge => "out of gas: max initcode size exceeded",
        Halt.CodeStartsWithEF => "invalid code: must not begin with 0xef",
        Halt.CodeStoreOutOfGas => "contract creation code storage out of gas",
        Halt.PrecompileFailure => OfPrecompile(PrecompileSet.Of(rules.Fork).Find(target), input),
        Halt.CallDepth => "max call depth exceeded",
        Halt.InsufficientBalance => "insufficient balance for transfer",
        Halt.NonceOverflow => "nonce uint64 overflow",
        _ => halt.ToString(),
    };

    private string OutOfGas() =>
        rules.Sstore == SstoreRule.Net2200 && _opcode == (byte)Opcode.SSTORE && _gas <= ReentrancySentryGas
            ? "out of gas: not enough gas for reentrancy sentry"
            : "out of gas";

    private string StackOverflow(OpcodeRules opcode) =>
        $"stack limit reached {_stackLength} ({StackLimit + opcode.Pops - opcode.Pushes})";

    /// <summary>What can be told from the length of the input is told as geth does.</summary>
    private static string OfPrecompile(Precompile? precompile, ReadOnlySpan<byte> input) => precompile?.Name switch
    {
        "BLAKE2F" => input.Length != 213 ? "invalid input length" : "invalid final flag",
        "BN254_PAIRING" when input.Length % 192 != 0 => "bad elliptic curve pairing size",
        "BN254_ADD" or "BN254_MUL" or "BN254_PAIRING" => "bn256: malformed point",
        "KZG_POINT_EVALUATION" => input.Length != 192 ? "invalid input length" : "error verifying kzg proof",
        { } name when name.StartsWith("BLS12", StringComparison.Ordinal) => OfBls12(name, input.Length),
        _ => "precompiled failed",
    };

    private static string OfBls12(string name, int length)
    {
        bool fits = name switch
        {
            "BLS12_G1ADD" => length == 256,
            "BLS12_G2ADD" => length == 512,
            "BLS12_G1MSM" => length > 0 && length % 160 == 0,
            "BLS12_G2MSM" => length > 0 && length % 288 == 0,
            "BLS12_PAIRING_CHECK" => length > 0 && length % 384 == 0,
            "BLS12_MAP_FP_TO_G1" => length == 64,
            "BLS12_MAP_FP2_TO_G2" => length == 128,
            _ => true,
        };
        return fits ? "point is not on curve" : "invalid input length";
    }
}
