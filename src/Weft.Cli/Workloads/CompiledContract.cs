using System.Buffers.Binary;
using Weft.Cli.Input;
using Weft.Primitives;

namespace Weft.Cli.Workloads;

/// <summary>A contract of contracts/src as `contracts/compile` left it: code, selectors, and where its fields lie.
/// </summary>
internal sealed class CompiledContract
{
    private const string ResourceName = "contracts.json";

    private static readonly IReadOnlyDictionary<string, CompiledContract> All = Load();

    private readonly Dictionary<string, uint> _selectors;
    private readonly Dictionary<string, ulong> _slots;

    private CompiledContract(JsonCursor json)
    {
        Code = json["code"].Bytes();
        _selectors = json["selectors"].Members().ToDictionary(m => m.Name, m => (uint)m.Value.Number());
        _slots = json["slots"].Members().ToDictionary(m => m.Name, m => m.Value.Number());
    }

    public static CompiledContract Erc20 => All["Erc20"];
    public static CompiledContract Pool => All["Pool"];
    public static CompiledContract Nft => All["Nft"];
    public static CompiledContract OrderBook => All["OrderBook"];
    public static CompiledContract GameWorld => All["GameWorld"];
    public static CompiledContract Agents => All["Agents"];
    public static CompiledContract Heavy => All["Heavy"];
    public static CompiledContract Airdrop => All["Airdrop"];

    /// <summary>The code that an account has once the contract is there.</summary>
    public ReadOnlyMemory<byte> Code { get; }

    /// <summary>The slot of a field of the contract; of a mapping, the number that goes into the hash.</summary>
    public UInt256 Slot(string field) => _slots[field];

    /// <summary>The slot of a mapping's entry: keccak(key . slot), by Solidity's layout of storage.</summary>
    public static UInt256 Entry(in UInt256 mapping, in UInt256 key)
    {
        Span<byte> preimage = stackalloc byte[64];
        key.WriteBigEndian(preimage);
        mapping.WriteBigEndian(preimage[32..]);
        return Keccak.HashToWord(preimage);
    }

    public UInt256 Entry(string mapping, in Address key) => Entry(Slot(mapping), key.ToWord());

    /// <summary>Call data: the selector, then arguments as words. Dynamic ones are spelled out by the caller.</summary>
    public byte[] Encode(string signature, params ReadOnlySpan<UInt256> words)
    {
        var data = new byte[4 + (32 * words.Length)];
        BinaryPrimitives.WriteUInt32BigEndian(data, _selectors[signature]);
        for (int i = 0; i < words.Length; i++) words[i].WriteBigEndian(data.AsSpan(4 + (32 * i), 32));
        return data;
    }

    private static Dictionary<string, CompiledContract> Load()
    {
        using var resource = typeof(CompiledContract).Assembly.GetManifestResourceStream(ResourceName)
            ?? throw new InvalidOperationException($"{ResourceName} is not in this assembly");
        using var bytes = new MemoryStream();
        resource.CopyTo(bytes);
        return JsonCursor.Parse(bytes.ToArray(), ResourceName)["contracts"].Members()
            .ToDictionary(member => member.Name, member => new CompiledContract(member.Value));
    }
}
