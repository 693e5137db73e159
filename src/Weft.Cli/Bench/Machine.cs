using System.Runtime;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Weft.Cli.Bench;

/// <summary>The conditions under which something was measured, in one line.</summary>
internal static class Machine
{
    public static string Describe()
    {
        string vectors = Avx512F.IsSupported ? "AVX-512" : Avx2.IsSupported ? "AVX2" : "no AVX2";
        string collector = GCSettings.IsServerGC ? "server GC" : "workstation GC";
        string framework = RuntimeInformation.FrameworkDescription;
        return $"{Processor()}, {Environment.ProcessorCount} cores, {vectors}, {framework}, {collector}, load {Load()}";
    }

    private static string Processor() => ReadLines("/proc/cpuinfo")
        .Where(line => line.StartsWith("model name", StringComparison.Ordinal))
        .Select(line => line[(line.IndexOf(':') + 1)..].Trim())
        .FirstOrDefault(RuntimeInformation.ProcessArchitecture.ToString());

    private static string Load() =>
        ReadLines("/proc/loadavg").Select(line => line.Split(' ')[0]).FirstOrDefault("unknown");

    private static string[] ReadLines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (IOException)
        {
            // Not Linux: the line then says less.
            return [];
        }
    }
}
