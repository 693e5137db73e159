using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Weft.Evm.Precompiles.Bls12381;
using Weft.Evm.Precompiles.Native;
using Weft.Primitives;

namespace Weft.Evm.Precompiles;

/// <summary>The precompiles of a fork by address. Immutable, shared by threads.</summary>
public sealed class PrecompileSet
{
    private const int HighestNumber = 0x100;

    private static readonly ImmutableArray<PrecompileSet> All = Build();

    // 257 references: a look-up by number without hashing costs two kilobytes a rule set.
    private readonly Precompile?[] _byNumber = new Precompile?[HighestNumber + 1];

    /// <summary>Where precompiles are not at their numbers only.</summary>
    private readonly Dictionary<Address, Precompile>? _moved;

    private PrecompileSet(Dictionary<Address, Precompile> moved) =>
        (_moved, Addresses) = (moved, [.. moved.Keys.Order()]);

    private PrecompileSet(params ReadOnlySpan<(int Number, Precompile Precompile)> entries)
    {
        foreach (var (number, precompile) in entries) _byNumber[number] = precompile;
        Addresses = [.. Enumerable.Range(0, _byNumber.Length).Where(n => _byNumber[n] is not null)
            .Select(n => Address.FromNumber((ulong)n))];
    }

    public static PrecompileSet Of(Fork fork) => All[(int)fork];

    /// <summary>The precompile at this address, or null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Precompile? Find(in Address address)
    {
        // An ordinary address is a hash: its first 8 bytes are not zero, and one compare rejects it.
        var bytes = address.Bytes;
        if (_moved is not null) return FindMoved(address);
        return MemoryMarshal.Read<ulong>(bytes) != 0 ? null : FindLow(bytes);
    }

    /// <summary>A set in which precompiles are elsewhere: where each one was is none any more, unless another came
    /// there.</summary>
    public PrecompileSet Move(IReadOnlyDictionary<Address, Address> targets)
    {
        var moved = new Dictionary<Address, Precompile>();
        foreach (var address in Addresses)
            if (!targets.ContainsKey(address)) moved[address] = Find(address)!;
        foreach (var (from, to) in targets)
            if (Find(from) is { } precompile) moved[to] = precompile;
        return new(moved);
    }

    /// <summary>A set without some: an account stands in their place.</summary>
    public PrecompileSet Without(IEnumerable<Address> addresses)
    {
        var left = Addresses.Except(addresses).ToDictionary(address => address, address => Find(address)!);
        return new(left);
    }

    /// <summary>The addresses in use, ascending: they are warm from the start (EIP-2929).</summary>
    public IReadOnlyList<Address> Addresses { get; }

    private Precompile? FindMoved(in Address address) => _moved!.GetValueOrDefault(address);

    private Precompile? FindLow(ReadOnlySpan<byte> address)
    {
        if (MemoryMarshal.Read<ulong>(address[8..]) != 0) return null;
        uint number = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(address[16..]);
        return number <= HighestNumber ? _byNumber[number] : null;
    }

    private static ImmutableArray<PrecompileSet> Build()
    {
        (int, Precompile)[] frontier =
            [(1, new EcRecover()), (2, new Sha256()), (3, new Ripemd160()), (4, new Identity())];
        (int, Precompile)[] byzantium =
        [
            .. frontier, (5, new ModExp(ModExpPricing.Eip198)), (6, new Bn254Add(500)), (7, new Bn254Mul(40000)),
            (8, new Bn254Pairing(100000, 80000)),
        ];
        // EIP-1108 reprices the curve.
        (int, Precompile)[] istanbul =
        [
            .. byzantium[..5], (6, new Bn254Add(150)), (7, new Bn254Mul(6000)), (8, new Bn254Pairing(45000, 34000)),
            (9, new Blake2F()),
        ];
        (int, Precompile)[] berlin = [.. istanbul[..4], (5, new ModExp(ModExpPricing.Eip2565)), .. istanbul[5..]];
        (int, Precompile)[] cancun = [.. berlin, (0x0a, new PointEvaluation())];
        (int, Precompile)[] prague =
        [
            .. cancun,
            (0x0b, new BlsAdd<BlsG1, BlsP1Affine>("BLS12_G1ADD", 375)),
            (0x0c, new BlsMsm<BlsG1, BlsP1Affine>("BLS12_G1MSM", 12000, BlsDiscounts.G1)),
            (0x0d, new BlsAdd<BlsG2, BlsP2Affine>("BLS12_G2ADD", 600)),
            (0x0e, new BlsMsm<BlsG2, BlsP2Affine>("BLS12_G2MSM", 22500, BlsDiscounts.G2)),
            (0x0f, new BlsPairingCheck()), (0x10, new BlsMapFpToG1()), (0x11, new BlsMapFp2ToG2()),
        ];
        (int, Precompile)[] osaka =
            [.. prague[..4], (5, new ModExp(ModExpPricing.Eip7883)), .. prague[5..], (0x100, new P256Verify())];

        var sets = new (Fork Since, PrecompileSet Set)[]
        {
            (Fork.Frontier, new(frontier)), (Fork.Byzantium, new(byzantium)), (Fork.Istanbul, new(istanbul)),
            (Fork.Berlin, new(berlin)), (Fork.Cancun, new(cancun)), (Fork.Prague, new(prague)),
            (Fork.Osaka, new(osaka)),
        };
        return [.. Enum.GetValues<Fork>().Select(fork => sets.Last(entry => entry.Since <= fork).Set)];
    }
}
