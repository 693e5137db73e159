namespace Weft.Cli.Workloads;

/// <summary>Like a block of mainnet: many kinds of transactions, few objects that are in everybody's mind.</summary>
internal sealed class Mixture : IActivity
{
    private const int Recipients = 5_000, Tokens = 200, Pools = 300, Players = 1_000, Agents = 1_000;

    private readonly Random _random;
    private readonly WorkloadBuilder _builder;
    private readonly Dictionary<int, Token> _tokens = [];
    private readonly (int Percent, IActivity Activity)[] _parts;

    /// <summary><paramref name="exponent"/> of Zipf's law for all objects.</summary>
    public Mixture(WorkloadBuilder builder, double exponent)
    {
        (_builder, _random) = (builder, builder.Random);
        var recipient = Zipf(Recipients);
        _parts =
        [
            (35, new Transfers(builder, recipient)),
            (30, new TokenTransfers(builder, TokenAt, Zipf(Tokens), recipient)),
            // As on mainnet, where one token is on one side of most pools.
            (20, new Swaps(builder, pool => (TokenAt(0), TokenAt(1 + pool)), Zipf(Pools))),
            (3, new Mints(builder, Zipf(20))),
            (3, new Orders(builder, Zipf(10))),
            (4, new AgentTurns(builder, Zipf(Agents))),
            (3, new GameTurns(builder, Zipf(Players))),
            (1, new Computations(builder, Zipf(100))),
            (1, new Airdrops(builder, Zipf(20))),
        ];

        Func<int> Zipf(int count) => Choose.Zipf(count, builder.Random, exponent);
    }

    public Call Next(int sender)
    {
        int draw = _random.Next(100);
        foreach (var (percent, activity) in _parts)
            if ((draw -= percent) < 0) return activity.Next(sender);
        throw new InvalidOperationException("the parts do not make 100 %");
    }

    private Token TokenAt(int number)
    {
        if (!_tokens.TryGetValue(number, out var token)) _tokens.Add(number, token = new(_builder, "token", number));
        return token;
    }
}
