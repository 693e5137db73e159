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
    ];

    public static Workload SwapsOver(int pools) => throw new ArgumentOutOfRangeException(nameof(pools));

    // ---- Wei and tokens ----

    private static Func<(int, Call)> TransfersToOne(WorkloadBuilder builder, double contention, int transactions) =>
        EachOnce(new Transfers(builder, Choose.Own(builder.Random, contention)));

    private static Func<(int, Call)> TransfersFromOne(WorkloadBuilder builder, double contention, int transactions)
    {
        var transfers = new Transfers(builder, Choose.Own(builder.Random, 0));
        var sender = Senders(builder, contention);
        return () =>
        {
            int number = sender();
            return (number, transfers.Next(number));
        };
    }

    private static Func<(int, Call)> TokenTransfersToOne(
        WorkloadBuilder builder, double contention, int transactions)
    {
        var token = new Token(builder, "token", 0);
        return EachOnce(new TokenTransfers(builder, _ => token, () => 0, Choose.Own(builder.Random, contention)));
    }

    // ---- Who sends ----

    /// <summary>Every sender sends one transaction.</summary>
    private static Func<(int, Call)> EachOnce(IActivity activity)
    {
        int sender = 0;
        return () => (sender, activity.Next(sender++));
    }

    private static Func<int> Senders(WorkloadBuilder builder, double contention) =>
        Choose.Own(builder.Random, contention);
}
