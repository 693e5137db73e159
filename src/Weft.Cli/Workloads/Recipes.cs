namespace Weft.Cli.Workloads;

/// <summary>The workloads: a kind of transaction, and how it is decided which object and which sender each has. The
/// first ones have the sizes of the published figures.</summary>
internal static class Recipes
{
    public static IReadOnlyList<Workload> All { get; } =
    [
        new("transfers-disjoint", "wei, each from its own sender to its own recipient", 10_000, 0,
            "share of transfers to one recipient", Each((builder, recipient) => new Transfers(builder, recipient))),
        new("transfers-one-recipient", "wei, all to one recipient", 10_000, 1,
            "share of transfers to the one recipient", Each((builder, recipient) => new Transfers(builder, recipient))),
        new("transfers-one-sender", "wei, all from one sender: a chain of nonces", 10_000, 1,
            "share of transfers from the one sender", TransfersFromOne),
        new("erc20-disjoint", "one token, each transfer from its own holder to its own recipient", 5_000, 0,
            "share of transfers to one recipient", Each(TransfersOfOneToken)),
        new("erc20-one-recipient", "one token, all to one recipient", 5_000, 1,
            "share of transfers to the one recipient", Each(TransfersOfOneToken)),
        SwapsOver(2_000), SwapsOver(64), SwapsOver(1),
        new("nft-mint", "mints from collections with a counter each", 2_000, 1,
            "share of mints from one collection, the others are minted from their own",
            Each((builder, collection) => new Mints(builder, collection))),
        new("orderbook", "orders and cancellations for central limit order books", 2_000, 1,
            "share of orders for one book, the others take turns over one book for eight orders", OrdersForBooks),
        new("game", "moves and fights of players on one map", 2_000, 0.1,
            "share of players who fight the one dragon", Each((builder, victim) => new GameTurns(builder, victim))),
        new("agents", "agents that post, follow and pay", 2_000, 0.2,
            "share of agents who follow or pay the one celebrity",
            Each((builder, agent) => new AgentTurns(builder, agent))),
        new("heavy", "375,000 gas of hashes and arithmetic each", 200, 0,
            "share that begins with the result of the one before",
            Each((builder, key) => new Computations(builder, key))),
        new("airdrop", "one call pays 20 recipients", 500, 0,
            "share of calls that pay the same 20 recipients", Each((builder, list) => new Airdrops(builder, list))),
        new("mixed", "35 % wei, 30 % ERC-20, 20 % swaps, all the others", 2_000, 0.5,
            "exponent of Zipf's law for senders; for what they meet it is twice that", Mixed),
    ];

    /// <summary>Pools of which each has its own two tokens.</summary>
    public static Workload SwapsOver(int pools) => new(
        $"swaps-{pools}", $"trades with {pools:N0} pool{(pools == 1 ? "" : "s")} of two tokens", 2_000, 0,
        pools == 1 ? "of no effect" : "share of trades with one pool, the others take turns over all",
        (builder, contention, _) => FromNewSenders(new Swaps(
            builder, pool => (new(builder, "first token", pool), new(builder, "second token", pool)),
            Choose.Among(pools, builder.Random, contention))));

    /// <summary>A share of the transactions meets object 0, each of the others one of its own.</summary>
    private static Workload.Recipe Each(Func<WorkloadBuilder, Func<int>, IActivity> create) =>
        (builder, contention, _) => FromNewSenders(create(builder, Choose.Own(builder.Random, contention)));

    // ---- What is met ----

    private static TokenTransfers TransfersOfOneToken(WorkloadBuilder builder, Func<int> recipient)
    {
        var token = new Token(builder, "token", 0);
        return new(builder, _ => token, () => 0, recipient);
    }

    private static Func<(int, Call)> TransfersFromOne(WorkloadBuilder builder, double contention, int transactions) =>
        From(
            Choose.Own(builder.Random, contention), new Transfers(builder, Choose.Own(builder.Random, hotShare: 0)));

    private static Func<(int, Call)> OrdersForBooks(WorkloadBuilder builder, double contention, int transactions) =>
        FromNewSenders(new Orders(builder, Choose.Among(1 + (transactions / 8), builder.Random, contention)));

    private static Func<(int, Call)> Mixed(WorkloadBuilder builder, double contention, int transactions) =>
        From(Choose.Zipf(transactions, builder.Random, contention), new Mixture(builder, 2 * contention));

    // ---- Who sends ----

    /// <summary>Every sender sends one transaction.</summary>
    private static Func<(int, Call)> FromNewSenders(IActivity activity)
    {
        int count = 0;
        return From(() => count++, activity);
    }

    private static Func<(int, Call)> From(Func<int> senders, IActivity activity) => () =>
    {
        int sender = senders();
        return (sender, activity.Next(sender));
    };
}
