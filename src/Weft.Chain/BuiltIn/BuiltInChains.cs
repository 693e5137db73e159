using System.IO.Compression;
using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;

namespace Weft.Chain.BuiltIn;

/// <summary>The chains that need no genesis file.</summary>
public static class BuiltInChains
{
    /// <summary>Bytes of an unpacked genesis at most; mainnet's has 300 kB.</summary>
    private const int GenesisSizeMax = 16 << 20;

    public static IReadOnlyList<string> Names { get; } = ["mainnet", "sepolia", "holesky", "hoodi"];

    /// <summary>Null for a name that is not among <see cref="Names"/>. Unpacks and decodes; the result is not kept.
    /// </summary>
    public static ChainSpec? Find(string name) => ForksOf(name) is { } forks
        ? new(name, forks, GenesisCodec.Decode(Unpack(name)), DepositContractOf(name))
        : null;

    public static ForkSchedule? ForksOf(string name) => name switch
    {
        "mainnet" => ForkSchedule.Mainnet,
        "sepolia" => Sepolia,
        "holesky" => Holesky,
        "hoodi" => Hoodi,
        _ => null,
    };

    /// <summary>What <see cref="Find"/> unpacks.</summary>
    public static byte[] Pack(Genesis genesis)
    {
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
            brotli.Write(GenesisCodec.Encode(genesis));
        return packed.ToArray();
    }

    private static byte[] Unpack(string name)
    {
        using var resource = typeof(BuiltInChains).Assembly.GetManifestResourceStream($"{name}.genesis")
            ?? throw new InvalidOperationException($"the genesis of {name} is not in this assembly");
        using var brotli = new BrotliStream(resource, CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        var chunk = new byte[64 << 10];
        for (int read; (read = brotli.Read(chunk)) > 0;)
        {
            if (bytes.Length + read > GenesisSizeMax) throw new InvalidDataException($"the genesis of {name} is too long");
            bytes.Write(chunk, 0, read);
        }
        return bytes.ToArray();
    }

    private static Address? DepositContractOf(string name) => name switch
    {
        "sepolia" => Address.Parse("0x7f02c3e3c98b133055b8b348b2ac625669ed295d"),
        "holesky" => Address.Parse("0x4242424242424242424242424242424242424242"),
        _ => null,
    };

    private static ForkSchedule Sepolia { get; } = Create(
        11_155_111, paris: 1_450_409, 1_677_557_088, 1_706_655_072, 1_741_159_776, 1_760_427_360, 1_761_017_184,
        1_761_607_008);

    private static ForkSchedule Holesky { get; } = Create(
        17_000, paris: 0, 1_696_000_704, 1_707_305_664, 1_740_434_112, 1_759_308_480, 1_759_800_000, 1_760_389_824);

    private static ForkSchedule Hoodi { get; } = Create(
        560_048, paris: 0, 0, 0, 1_742_999_832, 1_761_677_592, 1_762_365_720, 1_762_955_544);

    /// <summary>London from genesis on; Shanghai to BPO2 at <paramref name="times"/>.</summary>
    private static ForkSchedule Create(ulong chainId, ulong paris, params ReadOnlySpan<ulong> times)
    {
        var activations = new List<ForkActivation>
        {
            ForkActivation.AtNumber(Fork.London, 0), ForkActivation.AtNumber(Fork.Paris, paris),
        };
        for (int i = 0; i < times.Length; i++)
            activations.Add(new(ForkRules.Of((Fork)((int)Fork.Shanghai + i)), paris, times[i]));
        return new(chainId, activations);
    }
}
