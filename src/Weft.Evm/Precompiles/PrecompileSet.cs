using Weft.Primitives;

namespace Weft.Evm.Precompiles;

/// <summary>The precompiles of a fork by address. Immutable, shared by threads.</summary>
public sealed class PrecompileSet
{
    private readonly Precompile?[] _byNumber = new Precompile?[0x101];

    public static PrecompileSet Of(Fork fork) => new();

    /// <summary>The precompile at this address, or null.</summary>
    public Precompile? Find(in Address address)
    {
        UInt256 word = address.ToWord();
        return word.IsUInt64 && word.U0 <= 0x100 ? _byNumber[word.U0] : null;
    }

    /// <summary>The addresses in use, ascending: they are warm from the start (EIP-2929).</summary>
    public IReadOnlyList<Address> Addresses =>
        [.. Enumerable.Range(0, _byNumber.Length).Where(n => _byNumber[n] is not null).Select(n => Address.FromNumber((ulong)n))];
}
