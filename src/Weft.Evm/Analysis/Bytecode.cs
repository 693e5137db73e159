using Weft.Primitives;

namespace Weft.Evm.Analysis;

/// <summary>
/// Code of an account with what analysis found out about it. Immutable once published; shared by threads and cached by
/// hash (<see cref="CodeCache"/>).
/// </summary>
public sealed class Bytecode
{
    public Bytecode(ReadOnlyMemory<byte> code, Hash256 hash) => (Code, Hash) = (code, hash);

    public static Bytecode Empty { get; } = new(ReadOnlyMemory<byte>.Empty, Hash256.OfEmptyCode);

    public ReadOnlyMemory<byte> Code { get; }

    public Hash256 Hash { get; }

    public bool IsEmpty => Code.IsEmpty;

    /// <summary>EIP-7702: where the code 0xef0100 ‖ address points, else null.</summary>
    public Address? Delegation => Code.Length == 23 && Code.Span.StartsWith((ReadOnlySpan<byte>)[0xef, 0x01, 0x00])
        ? new Address(Code.Span[3..])
        : null;
}
