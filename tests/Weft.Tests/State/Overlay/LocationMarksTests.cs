using Weft.State.Overlay;
using Xunit;

namespace Weft.Tests.State.Overlay;

public sealed class LocationMarksTests
{
    [Theory]
    [InlineData(10)]
    [InlineData(1_000)]
    [InlineData(20_000)]
    public void What_was_marked_is_found_until_all_is_cleared(int count)
    {
        var marks = new LocationMarks();
        for (int round = 0; round < 3; round++)
        {
            // Those of the edges, which have a mark of their own meaning.
            ulong[] hashes = [0, 1, 2, 3, uint.MaxValue, ulong.MaxValue, .. Hashes(round, count)];
            foreach (ulong hash in hashes) marks.Add(hash, isCertain: hash % 4 == 0);
            foreach (ulong hash in hashes) Assert.True(marks.Contains(hash));
            foreach (ulong hash in hashes)
                if (hash % 4 == 0) Assert.True(marks.ContainsCertain(hash));
            Assert.DoesNotContain(Hashes(round + 10, count), marks.Contains);
            marks.Clear();
            Assert.DoesNotContain(hashes, marks.Contains);
        }
    }

    [Fact]
    public void A_change_that_is_not_certain_becomes_so_and_stays_so()
    {
        var marks = new LocationMarks();
        marks.Add(40, isCertain: false);
        Assert.False(marks.ContainsCertain(40));
        marks.Add(40, isCertain: true);
        Assert.True(marks.ContainsCertain(40));
        marks.Add(40, isCertain: false);
        Assert.True(marks.ContainsCertain(40));
    }

    /// <summary>While another thread marks what it has not said.</summary>
    [Fact]
    public async Task What_was_marked_before_is_found_while_another_thread_marks()
    {
        var marks = new LocationMarks();
        ulong[] hashes = [.. Hashes(1, 50_000)];
        int marked = 0;
        var marking = Task.Run(() =>
        {
            for (int i = 0; i < hashes.Length; i++)
            {
                marks.Add(hashes[i], isCertain: true);
                Volatile.Write(ref marked, i + 1);
            }
        });
        var random = new Random(1);
        while (!marking.IsCompleted)
        {
            int known = Volatile.Read(ref marked);
            if (known > 0) Assert.True(marks.ContainsCertain(hashes[random.Next(known)]));
        }
        await marking;
        foreach (ulong hash in hashes) Assert.True(marks.Contains(hash));
    }

    private static IEnumerable<ulong> Hashes(int seed, int count)
    {
        var random = new Random(seed);
        for (int i = 0; i < count; i++) yield return (ulong)random.NextInt64(long.MaxValue) * 2;
    }
}
