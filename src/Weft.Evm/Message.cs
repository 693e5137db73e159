using Weft.Primitives;

namespace Weft.Evm;

public enum MessageKind : byte { Call, CallCode, DelegateCall, StaticCall, Create, Create2 }

/// <summary>
/// A message call or creation (Yellow Paper 8 and 7) from outside the machine. <paramref name="Recipient"/> is the
/// account whose storage is used, or the address of the contract to be created; <paramref name="CodeAddress"/> is where
/// the code comes from; <paramref name="Input"/> is the call data or the init code. The sender's nonce is not touched.
/// </summary>
public readonly record struct Message(
    MessageKind Kind, Address Caller, Address Recipient, Address CodeAddress, UInt256 Value, long Gas,
    ReadOnlyMemory<byte> Input, bool IsStatic = false);

/// <summary>Why a frame ended. All but the first two consume all its gas.</summary>
public enum Halt : byte
{
    Success, Revert,
    OutOfGas, StackUnderflow, StackOverflow, InvalidOpcode, InvalidJump, StaticViolation, ReturnDataOutOfBounds,
    CreateCollision, CodeTooLarge, InitCodeTooLarge, CodeStartsWithEF, CodeStoreOutOfGas, PrecompileFailure,

    /// <summary>The call was not made: depth 1024, balance or nonce; its gas returns to the caller.</summary>
    CallDepth, InsufficientBalance, NonceOverflow,
}

/// <summary>
/// How a message ended. <paramref name="Output"/> is return or revert data and lives until the machine's next message.
/// <paramref name="Refund"/> is what SSTORE and SELFDESTRUCT earned, in gas, zero unless successful.
/// </summary>
public readonly record struct MessageResult(Halt Halt, long GasLeft, long Refund, ReadOnlyMemory<byte> Output)
{
    public bool Succeeded => Halt == Halt.Success;
}
