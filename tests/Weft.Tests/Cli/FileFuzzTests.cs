using System.Text;
using Weft.Cli.Input;
using Weft.Cli.Programs;
using Weft.Cli.Replay;
using Weft.Cli.StateTests;
using Xunit;

namespace Weft.Tests.Cli;

/// <summary>Files with random damage are read or refused; no other exception leaves a reader. The seed is fixed.
/// </summary>
public sealed class FileFuzzTests
{
    private const int Seed = 20261122, Rounds = 400;

    [Fact]
    public void Damaged_block_files_are_read_or_refused()
    {
        var random = new Random(Seed);
        var names = TemporaryFolder.Sample.Keys.ToArray();
        int refused = 0;
        for (int i = 0; i < Rounds; i++)
        {
            var files = TemporaryFolder.Sample.ToDictionary();
            string damaged = names[random.Next(names.Length)];
            files[damaged] = Damage(files[damaged], random);
            using var folder = new MemoryFolder(files);
            var reader = new BlockFileReader(folder);
            refused += BlockFileReader.FindBlocks(folder).Count(name => IsRefused(() => reader.Read(name)));
        }
        Assert.InRange(refused, Rounds / 4, Rounds * 3);
    }

    [Fact]
    public void Damaged_state_tests_are_read_or_refused() => Fuzz(StateTestCommandTests.Json, json =>
    {
        foreach (var (name, test) in json.Members())
        {
            if (!StateTest.IsStateTest(test)) continue;
            var read = StateTest.Read(name, test);
            foreach (var expected in read.Expectations) read.Transaction(expected);
        }
    });

    [Fact]
    public void Damaged_programs_are_read_or_refused() =>
        Fuzz(RunCommandTests.ProgramJson, json => EvmProgram.Read(json));

    [Fact]
    public void Random_bytes_are_refused_as_archives()
    {
        var random = new Random(Seed);
        using var folder = new TemporaryFolder();
        for (int i = 0; i < 50; i++)
        {
            var bytes = new byte[random.Next(2, 400)];
            random.NextBytes(bytes);
            (bytes[0], bytes[1]) = ((byte)'P', (byte)'K');
            string path = folder.Write("noise.zip", bytes);
            Assert.Throws<InputException>(() => InputFolder.Open(path));
        }
    }

    [Fact]
    public void Damaged_archives_are_read_or_refused()
    {
        var random = new Random(Seed);
        var archive = HostileInputTests.Zip(TemporaryFolder.Sample);
        using var folder = new TemporaryFolder();
        for (int i = 0; i < Rounds / 2; i++)
        {
            string path = folder.Write("damaged.zip", Damage(archive, random));
            IsRefused(() =>
            {
                using var opened = InputFolder.Open(path);
                foreach (string name in opened.Names) opened.Read(name);
            });
        }
    }

    private static void Fuzz(string text, Action<JsonCursor> read)
    {
        var random = new Random(Seed);
        int refused = 0;
        for (int i = 0; i < Rounds; i++)
        {
            var damaged = Damage(Encoding.UTF8.GetBytes(text), random);
            if (IsRefused(() => read(JsonCursor.Parse(damaged, "fuzz")))) refused++;
        }
        Assert.InRange(refused, Rounds / 4, Rounds);
    }

    private static bool IsRefused(Action read)
    {
        try
        {
            read();
            return false;
        }
        catch (InputException e)
        {
            Assert.DoesNotContain('\n', e.Message);
            return true;
        }
    }

    /// <summary>One to three of: a changed byte, a digit for a digit, a removed or doubled piece, a cut.</summary>
    private static byte[] Damage(byte[] bytes, Random random)
    {
        var damaged = bytes.ToList();
        for (int n = random.Next(1, 4); n > 0 && damaged.Count > 8; n--)
        {
            int at = random.Next(damaged.Count), length = Math.Min(random.Next(1, 40), damaged.Count - at);
            switch (random.Next(5))
            {
                case 0: damaged[at] = (byte)random.Next(256); break;
                case 1: damaged[at] = (byte)"0123456789abcdefxX{}[]\",:"[random.Next(25)]; break;
                case 2: damaged.RemoveRange(at, length); break;
                case 3: damaged.InsertRange(at, damaged.GetRange(at, length)); break;
                default: damaged.RemoveRange(at, damaged.Count - at); break;
            }
        }
        return [.. damaged];
    }

    private sealed class MemoryFolder(Dictionary<string, byte[]> files) : InputFolder("memory")
    {
        public override IReadOnlyList<string> Names { get; } = [.. files.Keys];

        public override byte[] Read(string name) => files[name];
    }
}
