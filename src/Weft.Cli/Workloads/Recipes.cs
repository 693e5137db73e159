namespace Weft.Cli.Workloads;

/// <summary>The workloads. Sizes of the first ones are those of the published figures.</summary>
internal static class Recipes
{
    public static IReadOnlyList<Workload> All { get; } =
    [
        new("transfers-disjoint", "wei, each from its own sender to its own recipient", 10_000, 0,
            "share of transfers to one recipient", TransfersToOne),
        new("transfers-one-recipient", "wei, all to one recipient", 10_000, 1,
            "share of transfers to the one recipient", TransfersToOne),
        new("transfers-one-sender", "wei, all from one sender: a chain of nonces", 10_000, 1,
            "share of transfers from the one sender", TransfersFromOne),
        new("erc20-disjoint", "one token, each transfer from its own holder to its own recipient", 5_000, 0,
            "share of transfers to one recipient", TokenTransfersToOne),
        new("erc20-one-recipient", "one token, all to one recipient", 5_000, 1,
            "share of transfers to the one recipient", TokenTransfersToOne),
        SwapsOver(2_000), SwapsOver(64), SwapsOver(1),
        new("nft-mint", "mints from collections with a counter each", 2_000, 1,
            "share of mints from one collection, the others are minted from their own", MintsFromOne),
        new("orderbook", "orders and cancellations for central limit order books", 2_000, 1,
            "share of orders for one book, the others take turns over one book for eight orders", OrdersForOne),
        new("game", "moves and fights of players on one map", 2_000, 0.1,
            "share of players who fight the one dragon", TurnsAgainstOne),
        new("agents", "agents that post, follow and pay", 2_000, 0.2,
            "share of agents who follow or pay the one celebrity", TurnsForOne),
        new("heavy", "375,000 gas of hashes and arithmetic each", 200, 0,
            "share that begins with the result of the one before", ComputationsFromOne),
        new("airdrop", "one call pays 20 recipients", 500, 0,
            "share of calls that pay the same 20 recipients", AirdropsToOne),
        new("mixed", "35 % wei, 30 % ERC-20, 20 % swaps, all the others", 2_000, 0.5,
            "exponent of Zipf's law for senders; for what they meet it is twice that", Mixed),
    ];

    /// <summary>Pools of which each has its own two tokens.</summary>
    public static Workload SwapsOver(int pools) => new(
        $"swaps-{pools}", $"trades with {pools:N0} pool{(pools == 1 ? "" : "s")} of two tokens", 2_000, 0,
        pools == 1 ? "of no effect" : "share of trades with one pool, the others take turns over all",
        (builder, contention, _) => EachOnce(new Swaps(
            builder, pool => (new(builder, "first token", pool), new(builder, "second token", pool)),
            Choose.Among(pools, builder.Random, contention))));

    // ---- Wei and tokens ----

    private static Func<(int, Call)> TransfersToOne(WorkloadBuilder builder, double contention, int transactions) =>
        EachOnce(new Transfers(builder, Choose.Own(builder.Random, contention)));

    private static Func<(int, Call)> TransfersFromOne(WorkloadBuilder builder, double contention, int transactions)
    {
        var transfers = new Transfers(builder, Choose.Own(builder.Random, 0));
        var sender = Choose.Own(builder.Random, contention);
        return () => By(sender(), transfers);
    }

    private static Func<(int, Call)> TokenTransfersToOne(
        WorkloadBuilder builder, double contention, int transactions)
    {
        var token = new Token(builder, "token", 0);
        return EachOnce(new TokenTransfers(builder, _ => token, () => 0, Choose.Own(builder.Random, contention)));
    }

    // ---- Contracts ----

    private static Func<(int, Call)> MintsFromOne(WorkloadBuilder builder, double contention, int transactions) =>
        EachOnce(new Mints(builder, Choose.Own(builder.Random, contention)));

    private static Func<(int, Call)> OrdersForOne(WorkloadBuilder builder, double contention, int transactions) =>
        EachOnce(new Orders(builder, Choose.Among(1 + (transactions / 8), builder.Random, contention)));

    private static Func<(int, Call)> TurnsAgainstOne(WorkloadBuilder builder, double contention, int transactions) =>
        EachOnce(new GameTurns(builder, Choose.Own(builder.Random, contention)));

    private static Func<(int, Call)> TurnsForOne(WorkloadBuilder builder, double contention, int transactions) =>
        EachOnce(new AgentTurns(builder, Choose.Own(builder.Random, contention)));

    private static Func<(int, Call)> ComputationsFromOne(
        WorkloadBuilder builder, double contention, int transactions) =>
        EachOnce(new Computations(builder, Choose.Own(builder.Random, contention)));

    private static Func<(int, Call)> AirdropsToOne(WorkloadBuilder builder, double contention, int transactions) =>
        EachOnce(new Airdrops(builder, Choose.Own(builder.Random, contention)));

    private static Func<(int, Call)> Mixed(WorkloadBuilder builder, double contention, int transactions)
    {
        var sender = Choose.Zipf(transactions, builder.Random, contention);
        var mixture = new Mixture(builder, 2 * contention);
        return () => By(sender(), mixture);
    }

    // ---- Who sends ----

    /// <summary>Every sender sends one transaction.</summary>
    private static Func<(int, Call)> EachOnce(IActivity activity)
    {
        int sender = 0;
        return () => By(sender++, activity);
    }

    private static (int, Call) By(int sender, IActivity activity) => (sender, activity.Next(sender));
}
