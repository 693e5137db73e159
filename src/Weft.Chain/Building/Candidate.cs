using Weft.Chain.Pool;
using Weft.Primitives.Transactions;

namespace Weft.Chain.Building;

/// <summary>A transaction that may come into a block, with its place in the pool where it has one.</summary>
internal readonly record struct Candidate(Transaction Transaction, PooledTransaction? Pooled);
