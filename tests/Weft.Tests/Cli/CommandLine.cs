using Weft.Cli;
using Weft.Cli.Samples;

namespace Weft.Tests.Cli;

/// <summary>Runs the command inside this process.</summary>
internal static class CommandLine
{
    public static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = new Application(output, error, isInteractive: false).Run(arguments, CancellationToken.None);
        return (code, output.ToString(), error.ToString());
    }
}

/// <summary>A folder that is gone when the test is over.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Path = Directory.CreateTempSubdirectory("weft-test-").FullName;

    public string Path { get; }

    public string Write(string name, byte[] bytes)
    {
        string path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>The sample blocks, in the layout of the archives.</summary>
    public static TemporaryFolder WithSample()
    {
        var folder = new TemporaryFolder();
        foreach (var (name, bytes) in Sample) folder.Write(name, bytes);
        return folder;
    }

    public static IReadOnlyDictionary<string, byte[]> Sample { get; } = SampleWriter.Write(SampleBlocks.Build());

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
