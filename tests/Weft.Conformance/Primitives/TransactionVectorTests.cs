using System.Text.Json;
using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Rlp;
using Weft.Primitives.Transactions;
using Xunit;

namespace Weft.Conformance.Primitives;

/// <summary>
/// TransactionTests of ethereum/tests: for every fork either hash, sender and intrinsic gas of a transaction, or the
/// rule that it breaks.
/// </summary>
public sealed class TransactionVectorTests
{
    [Fact]
    public void Transactions_are_accepted_or_refused_as_each_fork_says()
    {
        using var archive = Fixtures.OpenZip("ethereum-tests/TransactionTests.zip");
        if (archive is null) return;
        var failures = new List<string>();
        int files = 0, accepted = 0, refused = 0;
        foreach (var entry in archive.Entries)
        {
            if (!entry.FullName.EndsWith(".json", StringComparison.Ordinal)) continue;
            files++;
            using var json = Json.Parse(entry);
            foreach (var test in json.RootElement.EnumerateObject())
            {
                byte[] bytes = test.Value.Bytes("txbytes");
                foreach (var expected in test.Value.GetProperty("result").EnumerateObject())
                {
                    if (expected.Value.TryGetProperty("exception", out _)) refused++;
                    else accepted++;
                    if (Difference(bytes, ForkOf(expected.Name), expected.Value) is { } difference)
                        failures.Add($"{test.Name} {expected.Name}: {difference}");
                }
            }
        }
        Console.WriteLine($"TransactionTests: {files} files, {accepted} accepted, {refused} refused");
        Assert.True(failures.Count == 0, string.Join('\n', failures));
        Assert.True(files >= 210 && accepted >= 606 && refused >= 2000);
    }

    private static string? Difference(byte[] bytes, Fork fork, JsonElement expected)
    {
        string reason = Judge(bytes, ForkRules.Of(fork), out var transaction, out var sender, out var intrinsic);
        if (expected.TryGetProperty("exception", out var exception))
        {
            string rule = exception.GetString()!["TransactionException.".Length..];
            return Array.IndexOf(ReasonsOf(rule), reason) >= 0 ? null : $"expected {rule}, found {reason}";
        }
        if (reason != "None") return $"refused: {reason}";
        if (transaction.Hash != expected.Hash("hash")) return $"hash {transaction.Hash}";
        if (sender != expected.Address("sender")) return $"sender {sender}";
        return intrinsic.Gas == expected.Word("intrinsicGas") ? null : $"intrinsic gas {intrinsic.Gas}";
    }

    /// <summary>The first rule that is broken, by name, in the order in which a node meets them.</summary>
    private static string Judge(
        byte[] bytes, ForkRules rules, out Transaction transaction, out Address sender, out IntrinsicGas intrinsic)
    {
        (sender, intrinsic) = (default, default);
        if (!Transaction.TryDecode(bytes, out transaction, out var decodeError)) return decodeError.ToString();
        var error = TransactionRules.Check(transaction, rules, chainId: 1, out intrinsic, out _);
        if (error != TransactionError.None) return error.ToString();
        return SenderRecovery.TryRecover(transaction, out sender) ? "None" : "NoSender";
    }

    private static Fork ForkOf(string name) => name switch
    {
        "EIP150" => Fork.TangerineWhistle,
        "EIP158" => Fork.SpuriousDragon,
        "ConstantinopleFix" => Fork.Petersburg,
        _ => Enum.Parse<Fork>(name),
    };

    /// <summary>What each rule of the vectors is called here. Several names where a transaction breaks several rules
    /// and is refused for the first that is met, and where the vectors use one name for different things.</summary>
    private static string[] ReasonsOf(string rule) => rule switch
    {
        "TYPE_NOT_SUPPORTED" =>
        [
            nameof(TransactionError.TypeNotSupported), nameof(DecodeError.UnknownTransactionType),
            nameof(DecodeError.ListExpected), nameof(DecodeError.IntegerTooLarge),
        ],
        "INVALID_SIGNATURE_VRS" =>
        [
            nameof(DecodeError.SignatureOutOfRange), nameof(DecodeError.InvalidV), nameof(DecodeError.IntegerTooLarge),
            nameof(TransactionError.InvalidSignature), nameof(TransactionError.ReplayProtectionNotSupported),
        ],
        "INVALID_CHAINID" =>
        [
            nameof(TransactionError.WrongChainId), nameof(TransactionError.ReplayProtectionNotSupported),
            nameof(TransactionError.InvalidSignature), nameof(DecodeError.InvalidV),
        ],
        "EC_RECOVERY_FAIL" => ["NoSender", nameof(TransactionError.IntrinsicGasTooLow)],
        "INTRINSIC_GAS_TOO_LOW" => [nameof(TransactionError.IntrinsicGasTooLow)],
        "INITCODE_SIZE_EXCEEDED" => [nameof(TransactionError.InitCodeTooLarge)],
        "NONCE_TOO_BIG" => [nameof(TransactionError.NonceIsMax)],
        "GASLIMIT_PRICE_PRODUCT_OVERFLOW" => [nameof(TransactionError.GasPriceTooHigh)],
        "PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS_2" => [nameof(TransactionError.PriorityFeeAboveFeeCap)],
        "RLP_TOO_FEW_ELEMENTS" => [nameof(DecodeError.InputTooShort), nameof(DecodeError.InvalidV)],
        "RLP_TOO_MANY_ELEMENTS" => [nameof(DecodeError.TrailingItems)],
        "RLP_ERROR_SIZE" =>
        [
            nameof(DecodeError.TrailingItems), nameof(DecodeError.InputTooShort), nameof(DecodeError.LengthTooLarge),
            nameof(DecodeError.WrongSize), nameof(DecodeError.StringExpected), nameof(DecodeError.InvalidV),
        ],
        // What starts below 0xc0 is a type here, not a string where a list should be.
        "RLP_ERROR_EOF" or "RLP_INVALID_HEADER" => [nameof(DecodeError.UnknownTransactionType)],
        "GASLIMIT_OVERFLOW" => [nameof(DecodeError.IntegerTooLarge), nameof(DecodeError.IntegerWithLeadingZero)],
        _ when rule.Contains("LEADING_ZEROS", StringComparison.Ordinal) =>
        [
            nameof(DecodeError.IntegerWithLeadingZero), nameof(DecodeError.LengthWithLeadingZero),
            nameof(DecodeError.SingleByteWithHeader),
        ],
        _ when rule.EndsWith("OVERFLOW", StringComparison.Ordinal) => [nameof(DecodeError.IntegerTooLarge)],
        _ when rule.EndsWith("TOO_SHORT", StringComparison.Ordinal) => [nameof(DecodeError.WrongSize)],
        _ when rule.EndsWith("TOO_LONG", StringComparison.Ordinal) => [nameof(DecodeError.WrongSize)],
        _ when rule.StartsWith("RLP_INVALID_", StringComparison.Ordinal) => [nameof(DecodeError.StringExpected)],
        _ => [],
    };
}
