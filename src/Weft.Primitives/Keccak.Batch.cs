using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Weft.Primitives;

// Many messages at once: each vector lane carries one message through the permutation, and takes the next one when it
// is done. Messages of different lengths therefore need no sorting, and lanes idle only at the very end.
public static partial class Keccak
{
    /// <summary>How many states are permuted side by side.</summary>
    internal enum Width
    {
        One = 1,
        Four = 4,
        Eight = 8,
    }

    /// <summary>What this machine does best; honours DOTNET_EnableAVX512=0 and DOTNET_EnableAVX2=0.</summary>
    internal static Width BestWidth =>
        IsSupported(Width.Eight) ? Width.Eight : IsSupported(Width.Four) ? Width.Four : Width.One;

    internal static bool IsSupported(Width width) =>
        width switch { Width.Eight => Avx512F.IsSupported, Width.Four => Avx2.IsSupported, _ => true };

    /// <summary>
    /// Digests of messages of one length, which lie one after the other in <paramref name="data"/>: as many as there
    /// are places in <paramref name="digests"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The data do not have exactly that many bytes.</exception>
    public static void HashBatch(ReadOnlySpan<byte> data, int messageLength, Span<Hash256> digests) =>
        HashBatch(data, messageLength, digests, BestWidth);

    internal static unsafe void HashBatch(
        ReadOnlySpan<byte> data, int messageLength, Span<Hash256> digests, Width width)
    {
        if (messageLength < 0 || (long)messageLength * digests.Length != data.Length)
            throw new ArgumentException($"{digests.Length} times {messageLength} bytes are not {data.Length}");
        fixed (byte* bytes = data)
        fixed (Hash256* results = digests)
            Run(new Messages(bytes, null, messageLength, digests.Length, results), width);
    }

    /// <summary>
    /// Digests of messages of any lengths: message i is the bytes from offsets[i] up to offsets[i + 1], so there is one
    /// offset more than there are digests.
    /// </summary>
    /// <exception cref="ArgumentException">Offsets that decrease, leave the data or are not that many.</exception>
    public static void HashMany(ReadOnlySpan<byte> data, ReadOnlySpan<int> offsets, Span<Hash256> digests) =>
        HashMany(data, offsets, digests, BestWidth);

    internal static unsafe void HashMany(
        ReadOnlySpan<byte> data, ReadOnlySpan<int> offsets, Span<Hash256> digests, Width width)
    {
        if (offsets.Length != digests.Length + 1)
            throw new ArgumentException($"{digests.Length} digests need one offset more, not {offsets.Length}");
        int last = 0;
        foreach (int offset in offsets)
        {
            if (offset < last || offset > data.Length)
                throw new ArgumentException($"offset {offset} after {last} of {data.Length} bytes");
            last = offset;
        }
        fixed (byte* bytes = data)
        fixed (int* starts = offsets)
        fixed (Hash256* results = digests)
            Run(new Messages(bytes, starts, 0, digests.Length, results), width);
    }

    /// <summary>
    /// Digests of messages that lie anywhere, each written to where its job says. No digest may go where a message of
    /// the same batch is read.
    /// </summary>
    public static void HashScattered(ReadOnlySpan<HashJob> jobs) => HashScattered(jobs, BestWidth);

    internal static unsafe void HashScattered(ReadOnlySpan<HashJob> jobs, Width width)
    {
        fixed (HashJob* first = jobs) Run(new ScatteredMessages(first, jobs.Length), width);
    }

    private static unsafe void Run<TMessages>(TMessages messages, Width width) where TMessages : struct, IMessages
    {
        if (width == Width.Eight && messages.Count > 1) RunLanes<Vector512<ulong>, Eight, TMessages>(messages);
        else if (width == Width.Four && messages.Count > 1) RunLanes<Vector256<ulong>, Four, TMessages>(messages);
        else
        {
            for (int i = 0; i < messages.Count; i++) messages.Finish(i, Hash(messages[i]));
        }
    }

    /// <summary>Messages in pinned memory, and where their digests go.</summary>
    private interface IMessages
    {
        int Count { get; }
        ReadOnlySpan<byte> this[int i] { get; }
        void Finish(int i, in Hash256 digest);
    }

    /// <summary>One behind the other; offsets is null when all have the same length.</summary>
    private readonly unsafe struct Messages(byte* data, int* offsets, int length, int count, Hash256* digests)
        : IMessages
    {
        public int Count => count;

        public ReadOnlySpan<byte> this[int i]
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => offsets == null
                ? new(data + (nint)i * length, length)
                : new(data + offsets[i], offsets[i + 1] - offsets[i]);
        }

        public void Finish(int i, in Hash256 digest) => digests[i] = digest;
    }

    private readonly unsafe struct ScatteredMessages(HashJob* jobs, int count) : IMessages
    {
        public int Count => count;

        public ReadOnlySpan<byte> this[int i]
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => new(jobs[i].Source, jobs[i].Length);
        }

        public void Finish(int i, in Hash256 digest) => Unsafe.WriteUnaligned(jobs[i].Destination, digest);
    }

    /// <summary>A message on its way through one lane.</summary>
    private unsafe struct Lane
    {
        public byte* Rest;
        public int RestLength;

        /// <summary>Which message this is, or -1 for none.</summary>
        public int Index;

        public readonly bool IsLastBlock => RestLength < Rate;
    }

    // Safe: blocks points at Rate readable bytes for each lane, either in a message that has as many left or in the
    // lane's own part of padded; all pointers go to pinned messages or to this stack frame.
    [SkipLocalsInit]
    private static unsafe void RunLanes<T, TVector, TMessages>(TMessages messages)
        where T : unmanaged
        where TVector : struct, IVector<T>
        where TMessages : struct, IMessages
    {
        int width = sizeof(T) / sizeof(ulong);
        T* state = stackalloc T[Lanes];
        Lane* lanes = stackalloc Lane[width];
        ulong* keep = stackalloc ulong[width];
        byte** blocks = stackalloc byte*[width];
        byte* padded = stackalloc byte[width * Rate];

        new Span<T>(state, Lanes).Clear();
        int next = 0, active = 0;
        for (int i = 0; i < width; i++) active += Start(messages, ref next, out lanes[i], out keep[i]);
        while (active > 0)
        {
            for (int i = 0; i < width; i++) blocks[i] = NextBlock(ref lanes[i], padded + i * Rate);
            TVector.Absorb(state, keep, blocks);
            Permute<T, TVector>(state);
            for (int i = 0; i < width; i++)
            {
                keep[i] = ulong.MaxValue;
                if (lanes[i].RestLength >= 0) continue;
                if (lanes[i].Index >= 0)
                {
                    ulong* words = (ulong*)state + i;
                    messages.Finish(lanes[i].Index, new(words[0], words[width], words[2 * width], words[3 * width]));
                    active--;
                }
                active += Start(messages, ref next, out lanes[i], out keep[i]);
            }
        }
    }

    // Gives the lane the next message and an empty state, or nothing to do; returns the number of messages started.
    private static unsafe int Start<TMessages>(TMessages messages, ref int next, out Lane lane, out ulong keep)
        where TMessages : struct, IMessages
    {
        keep = 0;
        lane = new() { Index = -1 };
        if (next == messages.Count) return 0;
        var message = messages[next];
        lane.Rest = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(message));
        lane.RestLength = message.Length;
        lane.Index = next++;
        return 1;
    }

    // The next Rate bytes of the padded message; RestLength is negative once the last of them are on their way.
    private static unsafe byte* NextBlock(ref Lane lane, byte* padded)
    {
        byte* block = lane.Rest;
        if (lane.IsLastBlock)
        {
            Pad(block, Math.Max(lane.RestLength, 0), padded);
            block = padded;
        }
        lane.Rest += Rate;
        lane.RestLength -= Rate;
        return block;
    }
}
