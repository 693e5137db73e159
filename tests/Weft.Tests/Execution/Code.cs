using Weft.Primitives;

namespace Weft.Tests.Execution;

/// <summary>Small contracts, written out byte by byte.</summary>
internal static class Code
{
    /// <summary>PUSH0 PUSH0 REVERT</summary>
    public static byte[] Revert => [0x5f, 0x5f, 0xfd];

    public static byte[] Invalid => [0xfe];

    /// <summary>Stores the first word of call data in slot 0 and the caller in slot 1.</summary>
    public static byte[] StoreInputAndCaller => [0x5f, 0x35, 0x5f, 0x55, 0x33, 0x60, 1, 0x55];

    /// <summary>Sets slot <paramref name="key"/> to <paramref name="value"/>.</summary>
    public static byte[] Store(byte key, byte value) => [0x60, value, 0x60, key, 0x55];

    /// <summary>GASPRICE into slot 0.</summary>
    public static byte[] StoreGasPrice => [0x3a, 0x60, 0, 0x55];

    /// <summary>What <see cref="StoreCostOfBalance"/> finds: PUSH20, BALANCE, POP, GAS.</summary>
    public static readonly UInt256 WarmBalanceCost = 3 + 100 + 2 + 2, ColdBalanceCost = 3 + 2600 + 2 + 2;

    /// <summary>Stores in slot 0 the gas between two GAS around a BALANCE of the address.</summary>
    public static byte[] StoreCostOfBalance(Address address) =>
        [0x5a, 0x73, .. address.Bytes, 0x31, 0x50, 0x5a, 0x90, 0x03, 0x5f, 0x55];

    /// <summary>Returns the bytes, at most 255 of them.</summary>
    public static byte[] Return(byte[] bytes) => [.. CopyTail(bytes, 9), 0x5f, 0xf3, .. bytes];

    /// <summary>Logs the bytes with one topic. Code and data fit 65535 bytes.</summary>
    public static byte[] Log(Hash256 topic, byte[] data)
    {
        byte high = (byte)(data.Length >> 8), low = (byte)data.Length;
        byte[] log = [0x7f, .. topic.Bytes, 0x61, high, low, 0x5f, 0xa1, 0x00];
        return [0x61, high, low, 0x60, (byte)(8 + log.Length), 0x5f, 0x39, .. log.Prepend((byte)0x5b), .. data];
    }

    /// <summary>Length on the stack, the bytes behind the code in memory from 0 on.</summary>
    private static byte[] CopyTail(byte[] bytes, byte offset) =>
        [0x60, (byte)bytes.Length, 0x80, 0x60, offset, 0x5f, 0x39];
}
