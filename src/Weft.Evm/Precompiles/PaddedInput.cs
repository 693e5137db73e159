namespace Weft.Evm.Precompiles;

/// <summary>Input that continues with zeros for ever, as CALLDATALOAD reads it (Yellow Paper, appendix E).</summary>
internal static class PaddedInput
{
    /// <summary>Fills <paramref name="destination"/> with the bytes from <paramref name="offset"/> on.</summary>
    public static void CopyTo(ReadOnlySpan<byte> input, long offset, Span<byte> destination)
    {
        int available = offset >= input.Length ? 0 : Math.Min(input.Length - (int)offset, destination.Length);
        if (available > 0) input.Slice((int)offset, available).CopyTo(destination);
        destination[available..].Clear();
    }

    /// <summary>What a precompile with linear cost pays: a base and an amount a started word.</summary>
    public static long LinearGas(int length, long baseGas, long wordGas) => baseGas + wordGas * ((length + 31L) / 32);
}
