using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Weft.Execution.Parallel;

/// <summary>
/// On which processor a sleeping thread wakes up. Left to itself Linux often wakes it where the thread that wakes it
/// runs, if it was there before, and then one waits for the other's time slice, some milliseconds, beside an idle
/// processor. Placed before it is woken, and free to move afterwards, it begins in some 50 us. Elsewhere than on Linux
/// there is nothing to be had.
/// </summary>
public sealed unsafe partial class Processors
{
    private const string Library = "libc";
    private const int MaskBytes = sizeof(ulong) * Mask.Length;

    private readonly Mask _all;
    private readonly int[] _numbers;

    private Processors(in Mask all, int[] numbers) => (_all, _numbers) = (all, numbers);

    /// <summary>Those that the calling thread may use; null where there are fewer than <paramref name="least"/>, or
    /// where they cannot be chosen.</summary>
    public static Processors? TryFind(int least = 2)
    {
        if (!OperatingSystem.IsLinux()) return null;
        try
        {
            var all = default(Mask);
            // Safe: the mask is as long as is said.
            if (GetAffinity(0, MaskBytes, &all) < 0 || GetProcessor() < 0 || GetThread() <= 0) return null;
            int[] numbers = all.ToNumbers();
            return numbers.Length < least ? null : new(all, numbers);
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
        catch (DllNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The calling thread as <see cref="Place"/> names it.</summary>
    public static int ThreadId => GetThread();

    /// <summary>Where the calling thread is now, as a number among these.</summary>
    public int Current => Math.Max(0, Array.IndexOf(_numbers, GetProcessor()));

    /// <summary>The thread will wake up on the one so many places after <see cref="Current"/>.</summary>
    public void Place(int thread, int current, int distance)
    {
        var one = default(Mask);
        one.Add(_numbers[(current + distance) % _numbers.Length]);
        // Safe: the mask is as long as is said. That it fails is no harm.
        _ = SetAffinity(thread, MaskBytes, &one);
    }

    /// <summary>The calling thread stays on one of these. Threads that it starts do not: .NET lets them go
    /// anywhere.</summary>
    public void Settle(int place)
    {
        var one = default(Mask);
        one.Add(_numbers[place % _numbers.Length]);
        // Safe: as above.
        _ = SetAffinity(0, MaskBytes, &one);
    }

    /// <summary>The calling thread may go wherever it could at first.</summary>
    public void Release()
    {
        var all = _all;
        // Safe: as above.
        _ = SetAffinity(0, MaskBytes, &all);
    }

    [LibraryImport(Library, EntryPoint = "sched_getaffinity")]
    private static partial int GetAffinity(int thread, nint bytes, Mask* mask);

    [LibraryImport(Library, EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nint bytes, Mask* mask);

    [LibraryImport(Library, EntryPoint = "sched_getcpu")]
    private static partial int GetProcessor();

    [LibraryImport(Library, EntryPoint = "gettid")]
    private static partial int GetThread();

    /// <summary>One bit for each of the first 1024 processors.</summary>
    [InlineArray(Length)]
    private struct Mask
    {
        public const int Length = 16;

        private ulong _first;

        public readonly int[] ToNumbers()
        {
            var numbers = new List<int>();
            for (int number = 0; number < 64 * Length; number++)
                if ((this[number / 64] & 1ul << number % 64) != 0) numbers.Add(number);
            return [.. numbers];
        }

        public void Add(int number) => this[number / 64] |= 1ul << number % 64;
    }
}
