using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;

namespace Weft.Chain.Live;

/// <summary>Finds the least gas with which a call succeeds. More gas may change what a contract does, so this is a
/// search among runs, not arithmetic.</summary>
internal sealed class GasEstimator(CallSession session, CallRequest request)
{
    private const ulong TransferGas = 21_000;

    /// <summary>Gas that a call with value gives its recipient on top.</summary>
    private const ulong CallStipend = 2_300;

    /// <summary>The search ends when the range is this small a part of its upper end.</summary>
    private const double Tolerance = 0.015;

    public GasEstimate Run()
    {
        ulong high = request.Gas is { } gas && gas >= TransferGas ? gas : session.Block.GasLimit;
        high = Math.Min(Math.Min(high, session.GasMax), session.Rules.MaxTransactionGas);
        if (!TryBoundByMoney(ref high, out string? message)) return new() { Message = message };
        if (IsPlainTransfer() && session.Call(request, TransferGas).Succeeded) return new() { Gas = TransferGas };
        var result = session.Call(request, high);
        if (!result.Succeeded) return Fail(result, high);
        return Search(result, high);
    }

    private GasEstimate Search(CallResult result, ulong high)
    {
        ulong low = result.GasUsed - 1;
        // Most calls succeed with what they used, the stipend, and what the 63/64 rule keeps back (EIP-150).
        ulong optimistic = (ulong)((UInt128)(result.GasUsedMax + CallStipend) * 64 / 63);
        if (optimistic < high)
        {
            if (!TryWith(optimistic, ref low, ref high, out var stopped)) return Fail(stopped!, high);
        }
        while (low + 1 < high && (double)(high - low) / high >= Tolerance)
        {
            ulong middle = Math.Min(low + (high - low) / 2, low * 2);
            if (!TryWith(middle, ref low, ref high, out var stopped)) return Fail(stopped!, high);
        }
        return new() { Gas = high };
    }

    /// <summary>False when the search cannot go on.</summary>
    private bool TryWith(ulong gas, ref ulong low, ref ulong high, out CallResult? stopped)
    {
        stopped = session.Call(request, gas);
        if (stopped.WasStopped) return false;
        if (stopped.Succeeded) high = gas;
        else low = gas;
        return true;
    }

    private bool IsPlainTransfer() =>
        request.Data.IsEmpty && request.AccessList is null && request.AuthorizationList is null
        && request.BlobVersionedHashes is null && request.To is { } to
        && session.Precompiles.Find(to) is null
        && (!session.State.TryGetAccount(to, out var account) || account.CodeHash == Hash256.OfEmptyCode);

    /// <summary>No more gas than the sender can pay for.</summary>
    private bool TryBoundByMoney(ref ulong high, out string? message)
    {
        message = null;
        UInt256 price = request.GasPrice ?? request.MaxFeePerGas ?? UInt256.Zero;
        if (price.IsZero) return true;
        UInt256 available = session.GetSender(request).Balance;
        if (request.Value >= available && !request.Value.IsZero)
        {
            message = "insufficient funds for transfer";
            return false;
        }
        available -= request.Value;
        UInt256 blobs = (UInt256)((ulong)(request.BlobVersionedHashes?.Count ?? 0) * BlobGas.PerBlob)
            * (request.MaxFeePerBlobGas ?? UInt256.Zero);
        if (blobs > available)
        {
            message = "insufficient funds for gas * price + value";
            return false;
        }
        UInt256 allowance = (available - blobs) / price;
        if (allowance.IsUInt64) high = Math.Min(high, allowance.U0);
        return true;
    }

    private static GasEstimate Fail(CallResult result, ulong high)
    {
        bool isOutOfGas = result.Halt == Halt.OutOfGas
            || result.Error is TransactionError.IntrinsicGasTooLow or TransactionError.FloorGasTooLow;
        return new()
        {
            Failure = result,
            Message = isOutOfGas ? $"gas required exceeds allowance ({high})"
                : result.Error != TransactionError.None ? $"failed with {high} gas: {result.Message}"
                : result.Message,
        };
    }
}
