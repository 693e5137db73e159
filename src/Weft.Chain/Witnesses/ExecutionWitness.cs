using Weft.Primitives.Blocks;

namespace Weft.Chain.Witnesses;

/// <summary>
/// What it takes to execute a block without a database, and to prove the state roots before and after it: what
/// debug_executionWitness gives. <see cref="State.Trie.Witness"/> is a state made of it.
/// </summary>
/// <param name="State">Nodes of all tries, each once.</param>
/// <param name="Codes">Code that was run or looked at.</param>
/// <param name="Keys">What was read: 20 bytes of an address, or 32 of a slot.</param>
/// <param name="Headers">The parent, and before it every ancestor down to the oldest one that BLOCKHASH asked for;
/// oldest first.</param>
public sealed record ExecutionWitness(
    IReadOnlyList<ReadOnlyMemory<byte>> State, IReadOnlyList<ReadOnlyMemory<byte>> Codes,
    IReadOnlyList<ReadOnlyMemory<byte>> Keys, IReadOnlyList<BlockHeader> Headers);
