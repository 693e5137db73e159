using System.Collections.Frozen;
using Weft.Evm;

namespace Weft.Cli.StateTests;

/// <summary>Forks as test files and the command line name them.</summary>
public static class ForkNames
{
    // Where a name has a synonym, the first is the one that is printed.
    private static readonly (string Name, Fork Fork)[] Names =
    [
        ("Frontier", Fork.Frontier), ("Homestead", Fork.Homestead), ("EIP150", Fork.TangerineWhistle),
        ("TangerineWhistle", Fork.TangerineWhistle), ("EIP158", Fork.SpuriousDragon),
        ("SpuriousDragon", Fork.SpuriousDragon), ("Byzantium", Fork.Byzantium), ("Constantinople", Fork.Constantinople),
        ("ConstantinopleFix", Fork.Petersburg), ("Petersburg", Fork.Petersburg), ("Istanbul", Fork.Istanbul),
        ("MuirGlacier", Fork.MuirGlacier), ("Berlin", Fork.Berlin), ("London", Fork.London),
        ("ArrowGlacier", Fork.ArrowGlacier), ("GrayGlacier", Fork.GrayGlacier), ("Paris", Fork.Paris),
        ("Merge", Fork.Paris), ("Shanghai", Fork.Shanghai), ("Cancun", Fork.Cancun), ("Prague", Fork.Prague),
        ("Osaka", Fork.Osaka), ("BPO1", Fork.Bpo1), ("BPO2", Fork.Bpo2), ("BPO3", Fork.Bpo3), ("BPO4", Fork.Bpo4),
        ("BPO5", Fork.Bpo5),
    ];

    private static readonly FrozenDictionary<string, Fork> ByName =
        Names.ToFrozenDictionary(pair => pair.Name, pair => pair.Fork, StringComparer.OrdinalIgnoreCase);

    public static bool TryParse(string name, out Fork fork) => ByName.TryGetValue(name, out fork);

    public static string NameOf(Fork fork) => Names.First(pair => pair.Fork == fork).Name;

    /// <summary>All names, for messages.</summary>
    public static string Listed => string.Join(", ", Names.Select(pair => pair.Name));
}
