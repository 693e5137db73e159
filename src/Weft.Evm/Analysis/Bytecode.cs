using Weft.Primitives;

namespace Weft.Evm.Analysis;

/// <summary>
/// Code of an account with what analysis found out about it. Shared by threads and cached by hash
/// (<see cref="CodeCache"/>). The analysis is made when the code first runs under a fork.
/// </summary>
public sealed class Bytecode
{
    private static readonly byte[] DelegationPrefix = [0xef, 0x01, 0x00];

    // Written once complete and immutable, so a racing thread at worst repeats the work.
    private volatile InstructionStream? _stream;
    private volatile InstructionStream? _tracedStream;

    public Bytecode(ReadOnlyMemory<byte> code, Hash256 hash)
    {
        (Code, Hash) = (code, hash);
        IsDelegation = code.Length == 23 && code.Span.StartsWith(DelegationPrefix);
    }

    public static Bytecode Empty { get; } = new(ReadOnlyMemory<byte>.Empty, Hash256.OfEmptyCode);

    public ReadOnlyMemory<byte> Code { get; }

    /// <summary>Keccak-256 of the code; zero for init code, which nobody asks for.</summary>
    public Hash256 Hash { get; }

    public bool IsEmpty => Code.IsEmpty;

    /// <summary>EIP-7702: the code is 0xef0100 ‖ address.</summary>
    public bool IsDelegation { get; }

    /// <summary>EIP-7702: where the delegation points, else null.</summary>
    public Address? Delegation => IsDelegation ? new Address(Code.Span[3..]) : null;

    /// <summary>The fork that ran last is kept: a chain crosses forks rarely and in one direction.</summary>
    internal InstructionStream StreamFor(ForkRules rules, bool traced)
    {
        InstructionStream? stream = traced ? _tracedStream : _stream;
        return stream is not null && stream.Fork == rules.Fork ? stream : Analyze(rules, traced);
    }

    private InstructionStream Analyze(ForkRules rules, bool traced)
    {
        InstructionStream stream = CodeAnalyzer.Analyze(Code.Span, rules, traced);
        if (traced) _tracedStream = stream;
        else _stream = stream;
        return stream;
    }
}
