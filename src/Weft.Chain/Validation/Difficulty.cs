using Weft.Evm;
using Weft.Primitives;

namespace Weft.Chain.Validation;

/// <summary>The difficulty that a block must have (Yellow Paper 4.3.4; EIP-2, EIP-100 and the delays of the bomb).
/// </summary>
public static class Difficulty
{
    private static readonly UInt256 Minimum = 131072;

    /// <summary>A step is the parent's difficulty divided by this.</summary>
    private const ulong StepDivisor = 2048;

    private const ulong MaxStepsDown = 99;

    /// <summary>Blocks after which the bomb doubles.</summary>
    private const ulong BombPeriod = 100_000;

    /// <summary>Zero from Paris on. <paramref name="timestamp"/> is after the parent's.</summary>
    public static UInt256 Of(
        ulong number, ulong timestamp, ulong parentTimestamp, in UInt256 parentDifficulty, bool parentHasOmmers,
        ForkRules rules)
    {
        ulong seconds = timestamp - parentTimestamp;
        var (up, down) = rules.Difficulty switch
        {
            DifficultyRule.Frontier => seconds < 13 ? (1ul, 0ul) : (0ul, 1ul),
            DifficultyRule.Homestead => (1ul, seconds / 10),
            DifficultyRule.Byzantium => (parentHasOmmers ? 2ul : 1, seconds / 9),
            _ => (0ul, 0ul),
        };
        if (rules.Difficulty == DifficultyRule.Zero) return UInt256.Zero;
        // The minimum holds for the sum. Some clients raise the first part to it and then add the bomb, which differs
        // only where no chain of weight has been.
        UInt256 sum = Step(parentDifficulty, up, down) + Bomb(number, rules);
        return sum > Minimum ? sum : Minimum;
    }

    /// <summary><paramref name="up"/> steps up and <paramref name="down"/> steps down, together at most 99 down.
    /// </summary>
    private static UInt256 Step(in UInt256 parent, ulong up, ulong down)
    {
        UInt256 step = parent / (UInt256)StepDivisor;
        return up >= down
            ? parent + step * (UInt256)(up - down)
            : parent - step * (UInt256)Math.Min(down - up, MaxStepsDown);
    }

    private static UInt256 Bomb(ulong number, ForkRules rules)
    {
        ulong period = number <= rules.BombDelay ? 0 : (number - rules.BombDelay) / BombPeriod;
        if (period < 2) return UInt256.Zero;
        // 25 million blocks without a delay: nobody mines this any more.
        return period - 2 > 254 ? UInt256.MaxValue / (UInt256)2ul : UInt256.One << (int)(period - 2);
    }
}
