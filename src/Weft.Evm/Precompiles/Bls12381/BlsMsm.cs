using System.Buffers;
using System.Runtime.InteropServices;
using Weft.Evm.Precompiles.Native;

namespace Weft.Evm.Precompiles.Bls12381;

/// <summary>0x0c and 0x0e: Σ scalar·point over points of the subgroup (EIP-2537).</summary>
internal sealed class BlsMsm<TGroup, TAffine>(string name, long multiplicationGas, ushort[] discounts) : Precompile
    where TGroup : IBlsGroup<TAffine> where TAffine : unmanaged
{
    private const int ScalarLength = 32;

    private static int PairLength => TGroup.PointLength + ScalarLength;

    public override string Name => name;

    public override long Gas(ReadOnlySpan<byte> input)
    {
        int count = input.Length / PairLength;
        if (count == 0) return 0;
        return count * multiplicationGas * discounts[Math.Min(count, discounts.Length) - 1] / 1000;
    }

    public override int MaxOutputLength(ReadOnlySpan<byte> input) => TGroup.PointLength;

    public override int Run(ReadOnlySpan<byte> input, Span<byte> output)
    {
        int count = input.Length / PairLength;
        if (count == 0 || input.Length != count * PairLength) return -1;

        // The gas of a pair pays for its 128 to 224 bytes here, so the buffers are bounded.
        TAffine[] points = ArrayPool<TAffine>.Shared.Rent(count);
        BlsScalar[] scalars = ArrayPool<BlsScalar>.Shared.Rent(count);
        int length = TryRead(input, points, scalars, out int used) ? Sum(points, scalars, used, output) : -1;
        ArrayPool<TAffine>.Shared.Return(points);
        ArrayPool<BlsScalar>.Shared.Return(scalars);
        return length;
    }

    /// <summary>Checks all pairs and keeps those that add something: blst's sums do not take infinity.</summary>
    private static bool TryRead(ReadOnlySpan<byte> input, Span<TAffine> points, Span<BlsScalar> scalars, out int used)
    {
        used = 0;
        for (; !input.IsEmpty; input = input[PairLength..])
        {
            if (!TGroup.TryRead(input, out TAffine point)) return false;
            if (!MemoryMarshal.AsBytes(new ReadOnlySpan<TAffine>(in point)).ContainsAnyExcept((byte)0)) continue;
            if (!TGroup.IsInSubgroup(point)) return false;
            points[used] = point;
            scalars[used++] = BlsEncoding.ReadScalar(input.Slice(TGroup.PointLength, ScalarLength));
        }
        return true;
    }

    private static int Sum(ReadOnlySpan<TAffine> points, ReadOnlySpan<BlsScalar> scalars, int count, Span<byte> output)
    {
        output = output[..TGroup.PointLength];
        output.Clear();
        if (count == 0) return output.Length;
        int words = TGroup.ScratchWords(count);
        ulong[] scratch = ArrayPool<ulong>.Shared.Rent(words);
        TGroup.Multiply(points[..count], scalars[..count], scratch, output);
        ArrayPool<ulong>.Shared.Return(scratch);
        return output.Length;
    }
}

/// <summary>The discounts of EIP-2537, in thousandths, by the number of pairs; the last holds for all above.</summary>
internal static class BlsDiscounts
{
    public static readonly ushort[] G1 =
    [
        1000, 949, 848, 797, 764, 750, 738, 728, 719, 712, 705, 698, 692, 687, 682, 677, 673, 669, 665, 661, 658, 654,
        651, 648, 645, 642, 640, 637, 635, 632, 630, 627, 625, 623, 621, 619, 617, 615, 613, 611, 609, 608, 606, 604,
        603, 601, 599, 598, 596, 595, 593, 592, 591, 589, 588, 586, 585, 584, 582, 581, 580, 579, 577, 576, 575, 574,
        573, 572, 570, 569, 568, 567, 566, 565, 564, 563, 562, 561, 560, 559, 558, 557, 556, 555, 554, 553, 552, 551,
        550, 549, 548, 547, 547, 546, 545, 544, 543, 542, 541, 540, 540, 539, 538, 537, 536, 536, 535, 534, 533, 532,
        532, 531, 530, 529, 528, 528, 527, 526, 525, 525, 524, 523, 522, 522, 521, 520, 520, 519,
    ];

    public static readonly ushort[] G2 =
    [
        1000, 1000, 923, 884, 855, 832, 812, 796, 782, 770, 759, 749, 740, 732, 724, 717, 711, 704, 699, 693, 688, 683,
        679, 674, 670, 666, 663, 659, 655, 652, 649, 646, 643, 640, 637, 634, 632, 629, 627, 624, 622, 620, 618, 615,
        613, 611, 609, 607, 606, 604, 602, 600, 598, 597, 595, 593, 592, 590, 589, 587, 586, 584, 583, 582, 580, 579,
        578, 576, 575, 574, 573, 571, 570, 569, 568, 567, 566, 565, 563, 562, 561, 560, 559, 558, 557, 556, 555, 554,
        553, 552, 552, 551, 550, 549, 548, 547, 546, 545, 545, 544, 543, 542, 541, 541, 540, 539, 538, 537, 537, 536,
        535, 535, 534, 533, 532, 532, 531, 530, 530, 529, 528, 528, 527, 526, 526, 525, 524, 524,
    ];
}
