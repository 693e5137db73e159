using System.Reflection;
using System.Runtime.InteropServices;

namespace Weft.Evm.Precompiles.Native;

/// <summary>Finds the native libraries behind the precompiles, and says what to do where one is missing.</summary>
internal static class NativeLibraries
{
    /// <summary>c-kzg-4844 and blst in one library, built by native/build-kzg.sh.</summary>
    public const string Kzg = "ckzg";

    /// <summary>The GNU multiple precision library.</summary>
    public const string Gmp = "gmp";

    /// <summary>An environment variable naming the folder with libckzg.so.</summary>
    private const string FolderVariable = "WEFT_NATIVE";

    // An assembly can have one resolver: the static constructor registers it exactly once.
    static NativeLibraries() => NativeLibrary.SetDllImportResolver(typeof(NativeLibraries).Assembly, Resolve);

    /// <summary>Call before the first import of a class: its static constructor is the place.</summary>
    public static void Register()
    {
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) => name switch
    {
        Kzg => LoadFirst(KzgCandidates()) ?? throw new DllNotFoundException(
            $"{KzgFileName} was not found; run ./weft once: it builds the library (or native/build-kzg.sh does)"),
        Gmp => LoadFirst(GmpCandidates) ?? throw new DllNotFoundException(
            "the GNU multiple precision library (libgmp) was not found; install it (Debian: apt-get install libgmp10)"),
        _ => 0,
    };

    /// <summary>A file that was put beside the KZG library; null where there is none.</summary>
    public static string? FindBesideKzg(string name) =>
        KzgCandidates().Select(library => Path.Combine(Path.GetDirectoryName(library)!, name))
            .FirstOrDefault(File.Exists);

    private static string KzgFileName => OperatingSystem.IsWindows() ? "ckzg.dll" : "libckzg.so";

    private static IReadOnlyList<string> GmpCandidates => OperatingSystem.IsMacOS()
        ? ["libgmp.10.dylib", "libgmp.dylib"] : OperatingSystem.IsWindows()
        ? ["libgmp-10.dll", "gmp-10.dll", "gmp.dll"] : ["libgmp.so.10", "libgmp.so"];

    private static nint? LoadFirst(IEnumerable<string> candidates)
    {
        foreach (string candidate in candidates)
        {
            if (NativeLibrary.TryLoad(candidate, out nint handle)) return handle;
        }
        return null;
    }

    /// <summary>Full paths only: a library of this name from elsewhere on the system may be another version.</summary>
    private static IEnumerable<string> KzgCandidates()
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } folder)
            yield return Path.Combine(Path.GetFullPath(folder), KzgFileName);
        yield return Path.Combine(AppContext.BaseDirectory, KzgFileName);
        for (var up = new DirectoryInfo(AppContext.BaseDirectory); up is not null; up = up.Parent)
            yield return Path.Combine(up.FullName, "artifacts", "native", KzgFileName);
    }
}
