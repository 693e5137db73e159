using Weft.Chain.Building;
using Weft.Chain.Live;
using Weft.Execution;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;

namespace Weft.Node.Engine;

/// <summary>testing_ methods of execution-apis: for test suites, never on a public endpoint.</summary>
internal sealed class TestingMethods(LiveChain chain, BlockBuilder builder)
{
    public void AddTo(RpcMethods methods) => methods.AddHeavy("testing_buildBlockV1", Build);

    /// <summary>Builds on a block, of given transactions or, where they are null, of the pool.</summary>
    private void Build(RpcCall call)
    {
        Hash256 parent = call.Params.Hash(0);
        PayloadAttributes attributes = call.Params.Get(1, PayloadReader.ReadAttributes);
        if (call.Params.Has(3)) attributes = attributes with { ExtraData = call.Params.Data(3) };
        BlockHeader header = chain.Blocks.GetHeader(parent)
            ?? throw new JsonRpcException(JsonRpcError.ServerError, "unknown parent");
        using BuiltBlock built = call.Params.Has(2)
            ? BuildOf(header, attributes, ReadTransactions(call))
            : builder.Build(attributes);
        PayloadWriter.WriteEnvelope(call.Result, built, 4);
    }

    private BuiltBlock BuildOf(
        BlockHeader parent, PayloadAttributes attributes, IReadOnlyList<Transaction> transactions)
    {
        BuiltBlock built = builder.Build(parent, attributes, transactions);
        if (built.Dropped.Count == 0) return built;
        var (transaction, error) = built.Dropped[0];
        built.Dispose();
        throw new JsonRpcException(JsonRpcError.ServerError, $"invalid transaction {transaction.Hash}: {error}");
    }

    private static Transaction[] ReadTransactions(RpcCall call)
    {
        var encoded = call.Params.Get(2, list => ValueReader.List(list, ValueReader.Data));
        var transactions = new Transaction[encoded.Count];
        for (int i = 0; i < transactions.Length; i++)
            if (!Transaction.TryDecode(encoded[i], out Transaction transaction, out var error)
                || !SenderRecovery.TryRecoverSigners(transaction, out transactions[i]))
                throw new JsonRpcException(JsonRpcError.InvalidParams, $"invalid argument 2: transaction {i}: {error}");
        return transactions;
    }
}
