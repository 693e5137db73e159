namespace Weft.Primitives.Transactions;

/// <summary>
/// The v of a legacy transaction: 27 + y-parity without replay protection, 35 + 2 * chain id + y-parity with it
/// (EIP-155).
/// </summary>
public static class LegacyV
{
    /// <summary>False when v has neither form or the chain id exceeds 64 bits.</summary>
    public static bool TryParse(in UInt256 v, out ulong? chainId, out byte yParity)
    {
        (chainId, yParity) = (null, 0);
        if (v.IsUInt64 && v.U0 is 27 or 28)
        {
            yParity = (byte)(v.U0 - 27);
            return true;
        }
        if (UInt256.LessThan(v, 35)) return false;
        UInt256.Subtract(v, 35, out var rest);
        // Twice the chain id plus the parity has at most 65 bits.
        if (rest.BitLength > 65) return false;
        yParity = (byte)(rest.U0 & 1);
        chainId = rest.U1 << 63 | rest.U0 >> 1;
        return true;
    }

    public static UInt256 Of(ulong? chainId, byte yParity)
    {
        if (chainId is not { } id) return 27ul + yParity;
        UInt256 twice = new(id << 1, id >> 63, 0, 0);
        UInt256.Add(twice, 35ul + yParity, out var v);
        return v;
    }
}
