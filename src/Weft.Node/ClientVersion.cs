using System.Reflection;
using System.Runtime.InteropServices;

namespace Weft.Node;

/// <summary>Which program this is: the SDK writes version and commit into the assembly.</summary>
public static class ClientVersion
{
    private const int CommitDigits = 8;

    private static readonly string[] Parts =
        typeof(ClientVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+');

    public static string Number => Parts[0];

    /// <summary>The first four bytes; zeros where it was built from sources without their history.</summary>
    public static string Commit { get; } = Parts.Length > 1 && Parts[1].Length >= CommitDigits
        ? Parts[1][..CommitDigits]
        : new('0', CommitDigits);

    /// <summary>As web3_clientVersion says it: name, version, platform, runtime.</summary>
    public static string Text { get; } =
        $"Weft/v{Number}-{Commit}/{RuntimeInformation.RuntimeIdentifier}/dotnet{Environment.Version}";
}
