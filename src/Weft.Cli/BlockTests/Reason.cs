using Weft.Execution;

namespace Weft.Cli.BlockTests;

/// <summary>What found out that a block is invalid.</summary>
internal enum ReasonKind : byte { Encoding, Block, Transaction }

/// <summary>Why a block was rejected, in our words.</summary>
internal readonly record struct Reason(ReasonKind Kind, string Name, string Detail)
{
    /// <summary>Test files name what is wrong with an ommer as if it were wrong with the block.</summary>
    public static Reason Of(BlockResult result) => result.Error switch
    {
        BlockError.InvalidTransaction =>
            new(ReasonKind.Transaction, result.TransactionError.ToString(), result.Detail ?? ""),
        BlockError.OmmerInvalid => new(ReasonKind.Block, result.OmmerError.ToString(), result.Detail ?? ""),
        _ => new(ReasonKind.Block, result.Error.ToString(), result.Detail ?? ""),
    };

    public override string ToString() => Detail.Length == 0 ? Name : $"{Name} ({Detail})";
}
