using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State;

namespace Weft.Conformance.Execution;

/// <summary>One blockchain test: a genesis, then blocks as bytes, valid unless they name a rule.</summary>
internal sealed record BlockchainTest(
    string Name, ForkSchedule Schedule, BlockHeader Genesis, InMemoryState State, IReadOnlyList<TestBlock> Blocks);

/// <summary><paramref name="Exception"/> names the broken rule, or several joined by a bar; empty where the block is
/// invalid for a reason that is not told; null where it is valid.</summary>
internal sealed record TestBlock(byte[] Rlp, string? Exception);
