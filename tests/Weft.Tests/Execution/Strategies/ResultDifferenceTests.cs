using Weft.Execution;
using Weft.Execution.Strategies;
using Weft.Primitives;
using Weft.State;
using Xunit;

namespace Weft.Tests.Execution.Strategies;

public sealed class ResultDifferenceTests
{
    private static readonly Address Account = Address.FromNumber(0xacc);

    [Fact]
    public void Equal_results_have_no_difference() => Assert.Null(Find(_ => { }));

    [Fact]
    public void Each_part_of_the_changes_counts()
    {
        Assert.Contains($"{Account} is ", Show(changes => changes.Accounts[Account] = new(2, 5, Hash256.OfEmptyCode)));
        Assert.Contains("is deleted", Show(changes => changes.Accounts[Account] = null));
        Assert.Contains("is as it was", Show(changes => changes.Accounts.Remove(Account)));
        Assert.Contains("slot 0x1 is 0x9, expected 0x7", Show(changes => changes.Storage[Account][1] = 9));
        Assert.Contains("slot 0x2 is 0x1, expected as it was", Show(changes => changes.Storage[Account][2] = 1));
        Assert.Contains("slot 0x1 is as it was", Show(changes => changes.Storage.Clear()));
        Assert.Contains("cleared", Show(changes => changes.ClearedStorage.Add(Account)));
        Assert.Contains("code", Show(changes => changes.Code.Add(Hash256.OfEmptyList, default)));
    }

    [Fact]
    public void Each_part_of_the_result_counts()
    {
        var (result, changes) = (new BlockResult { Transactions = [Transaction(21_000)] }, Make());
        string? With(BlockResult other) => ResultDifference.Find(result, changes, other, changes);
        Assert.Null(With(result));
        Assert.Contains("transaction 0", With(result with { Transactions = [Transaction(21_001)] }));
        Assert.Contains("0 transactions", With(result with { Transactions = [] }));
        Assert.Contains("receipts", With(result with { ReceiptsRoot = Hash256.OfEmptyList }));
        Assert.Contains("requests", With(result with { RequestsHash = Hash256.OfEmptyList }));
        Assert.Contains("invalid", With(result with { Error = BlockError.InvalidTransaction, TransactionIndex = 3 }));
    }

    private static TransactionResult Transaction(ulong gas) =>
        new(TransactionError.None, default, gas, [], null, default);

    private static string Show(Action<StateChanges> change) => Find(change) ?? "";

    private static string? Find(Action<StateChanges> change)
    {
        var got = Make();
        change(got);
        return ResultDifference.FindInChanges(Make(), got);
    }

    private static StateChanges Make()
    {
        var changes = new StateChanges();
        changes.Accounts.Add(Account, new(1, 5, Hash256.OfEmptyCode));
        changes.Storage.Add(Account, new() { [1] = 7 });
        return changes;
    }
}
