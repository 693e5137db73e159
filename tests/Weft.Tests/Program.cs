using Weft.Tests.State.Store;

namespace Weft.Tests;

/// <summary>What this assembly does as a process of its own; the test host does not come here.</summary>
internal static class Program
{
    private static int Main(string[] arguments) => arguments switch
    {
        [StoreWriter.Name, .. var rest] => StoreWriter.Run(rest),
        _ => 2,
    };
}
