using System.IO.Compression;

namespace Weft.Chain.BuiltIn;

/// <summary>The public chains with their genesis states, which need no file.</summary>
public static class BuiltInChains
{
    /// <summary>Bytes of an unpacked genesis at most; mainnet's has 300 kB.</summary>
    private const int GenesisSizeMax = 16 << 20;

    public static IReadOnlyList<string> Names { get; } = [.. Network.All.Select(network => network.Name)];

    /// <summary>Null for a name that is not among <see cref="Names"/>. Unpacks and decodes; the result is not kept.
    /// </summary>
    public static ChainSpec? Find(string name) =>
        Network.All.FirstOrDefault(network => network.Name == name)?.With(GenesisCodec.Decode(Unpack(name)));

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
            if (bytes.Length + read > GenesisSizeMax) throw new InvalidDataException($"genesis of {name} is too long");
            bytes.Write(chunk, 0, read);
        }
        return bytes.ToArray();
    }
}
