using Weft.Evm;
using Weft.Execution.Parallel;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Transactions;
using Weft.State;

namespace Weft.Cli.Simulation;

/// <summary>A block and who is to run when.</summary>
/// <param name="Schedule">Decides instead of <paramref name="ScheduleSeed"/>, where there is one.</param>
internal sealed record SimulatedBlock(
    ForkRules Rules, InMemoryState State, Block Block, int Workers, int ScheduleSeed,
    IReadOnlyList<Switch>? Schedule = null)
{
    public const int WorkersMin = 2, WorkersMax = 4;

    /// <summary>What a seed stands for.</summary>
    public static SimulatedBlock Of(int seed)
    {
        var block = new AdversarialBlock(seed);
        return new(
            block.Rules, block.State, block.Block, WorkersMin + (seed % (WorkersMax - WorkersMin + 1)), seed);
    }

    public IReadOnlyList<Transaction> Transactions => Block.Transactions;

    /// <summary>Without some transactions. Nonces of those that follow go down, so that the rest stays valid.</summary>
    public SimulatedBlock Without(int first, int count)
    {
        var rest = Transactions.ToList();
        for (int i = first + count - 1; i >= first; i--)
        {
            var removed = rest[i];
            rest.RemoveAt(i);
            for (int j = i; j < rest.Count; j++) rest[j] = Renumber(rest[j], removed);
        }
        return this with { Block = Block with { Transactions = [.. rest] }, Schedule = null };
    }

    private static Transaction Renumber(Transaction transaction, Transaction removed)
    {
        var authorizations = transaction.AuthorizationList.Select(
            one => one with { Nonce = Lower(one.Nonce, one.Authority, removed) });
        return AdversarialBlock.Copy(
            transaction, Lower(transaction.Nonce, transaction.Sender, removed), [.. authorizations]);
    }

    /// <summary>By one for each of the account's nonces that the removed transaction would have used before.</summary>
    private static ulong Lower(ulong nonce, in Address? account, Transaction removed)
    {
        ulong used = removed.Sender == account && removed.Nonce < nonce ? 1u : 0;
        foreach (var authorization in removed.AuthorizationList)
            if (authorization.Authority == account && authorization.Nonce < nonce) used++;
        return nonce - used;
    }
}
