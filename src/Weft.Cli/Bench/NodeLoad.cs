using System.Buffers;
using System.Diagnostics;
using System.Text.Json;
using Weft.Cli.Input;
using Weft.Cli.Workloads;
using Weft.Primitives;
using Weft.Primitives.Crypto;
using Weft.Primitives.Transactions;

namespace Weft.Cli.Bench;

/// <summary>How much is sent, and how.</summary>
/// <param name="Transactions">In all.</param>
/// <param name="Senders">Accounts that send them, each in the order of its nonces.</param>
/// <param name="Batch">Transactions of one request.</param>
/// <param name="Connections">Requests at a time.</param>
internal sealed record LoadSize(int Transactions, int Senders, int Batch, int Connections);

/// <summary>What came of it. A transaction counts when its receipt has come back and says that it succeeded.</summary>
/// <param name="PerSecond">Transactions a second, from the first request to the last receipt.</param>
/// <param name="Calls">eth_calls that were made meanwhile.</param>
/// <param name="CallMedian">Milliseconds of such a call.</param>
/// <param name="CallP99">Milliseconds that one of a hundred exceeded.</param>
/// <param name="NodeCores">Processor time of the node over the time that passed.</param>
/// <param name="RecoveryCores">The part of a core that recovering the senders alone takes at this rate.</param>
internal sealed record LoadFigures(
    string Node, string Load, int Transactions, double PerSecond, int Blocks, int Calls, double CallMedian,
    double CallP99, double NodeCores, double RecoveryCores, long MemoryBytes);

/// <summary>
/// Sends signed transactions over JSON-RPC and fetches the receipt of each, while calls ask for the state. Signing is
/// done before the clock starts; everything else is part of it.
/// </summary>
internal sealed partial class NodeLoad(LoadTarget target, LoadSize size, CancellationToken cancellation)
{
    private const ulong TransferGas = 21_000, TokenGas = 60_000;
    private const int CallInterval = 5;
    private static readonly UInt256 Balance = (UInt256)1_000_000 * 1_000_000_000_000_000_000;
    private static readonly UInt256 Fee = 100_000_000_000;
    private static readonly TimeSpan ReceiptTimeout = TimeSpan.FromMinutes(5);

    private readonly ulong _chainId = ReadQuantity(target.Call("eth_chainId")!.GetValue<string>());
    private readonly List<double> _calls = [];

    public LoadFigures RunTransfers() =>
        Run("plain transfers", i => (RecipientOf(i), TransferGas, 1, ReadOnlyMemory<byte>.Empty), RecipientOf(0));

    public LoadFigures RunTokens()
    {
        var token = WorkloadBuilder.AddressOf("load token", 0);
        target.Call("anvil_setCode", token.ToString(), Hex.Encode(CompiledContract.Erc20.Code.Span));
        foreach (int sender in Enumerable.Range(0, size.Senders))
        {
            var slot = CompiledContract.Erc20.Entry("balanceOf", AddressOf(sender));
            target.Call(
                "anvil_setStorageAt", token.ToString(), Hash256.FromWord(slot).ToString(),
                Hash256.FromWord(Balance).ToString());
        }
        return Run(
            "ERC-20 transfers",
            i => (token, TokenGas, 0, CompiledContract.Erc20.Encode(
                "transfer(address,uint256)", RecipientOf(i).ToWord(), 1)),
            token);
    }

    private static Address RecipientOf(int number) => WorkloadBuilder.AddressOf("load recipient", number % 10_000);

    private static UInt256 KeyOf(int sender) => (Keccak.HashToWord("weft load"u8) >> 1) - (ulong)sender;

    private static Address AddressOf(int sender)
    {
        Span<byte> key = stackalloc byte[64];
        Secp256k1.GetPublicKey(KeyOf(sender), key);
        return Secp256k1.PublicKeyToAddress(key);
    }

    private LoadFigures Run(
        string load, Func<int, (Address To, ulong Gas, ulong Value, ReadOnlyMemory<byte> Data)> make, Address called)
    {
        var batches = Prepare(make);
        double recovery = TimeRecovery(batches[0].Transactions[0]);
        ulong firstBlock = ReadQuantity(target.Call("eth_blockNumber")!.GetValue<string>());
        var (processor, start) = (target.ProcessorTime, Stopwatch.GetTimestamp());
        using var done = new CancellationTokenSource();
        var caller = new Thread(() => CallUntil(called, done.Token)) { IsBackground = true };
        caller.Start();
        double seconds;
        try
        {
            SendAll(batches);
            seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        finally
        {
            done.Cancel();
            caller.Join();
        }
        int count = batches.Sum(batch => batch.Transactions.Length);
        ulong lastBlock = ReadQuantity(target.Call("eth_blockNumber")!.GetValue<string>());
        _calls.Sort();
        return new(
            target.Name, load, count, count / seconds, (int)(lastBlock - firstBlock), _calls.Count,
            Percentile(_calls, 50), Percentile(_calls, 99), (target.ProcessorTime - processor).TotalSeconds / seconds,
            count / seconds * recovery, target.Memory);
    }

    private void SendAll(SignedBatch[] batches)
    {
        int next = -1;
        var threads = new Thread[size.Connections];
        InputException? failure = null;
        for (int i = 0; i < threads.Length; i++)
        {
            threads[i] = new(() =>
            {
                try
                {
                    for (int j; failure is null && (j = Interlocked.Increment(ref next)) < batches.Length;)
                        SendAndWait(batches[j]);
                }
                catch (Exception e) when (e is InputException or HttpRequestException or OperationCanceledException)
                {
                    failure = e as InputException ?? new InputException(target.Name, "", e.Message);
                    // Whoever waits for this batch would wait for ever.
                    foreach (var batch in batches) batch.IsSent.Set();
                }
            });
            threads[i].Start();
        }
        foreach (var thread in threads) thread.Join();
        cancellation.ThrowIfCancellationRequested();
        if (failure is not null) throw failure;
    }

    private static double Percentile(List<double> sorted, int percent) =>
        sorted.Count == 0 ? 0 : sorted[Math.Min(sorted.Count - 1, sorted.Count * percent / 100)];

    // ---- Before the clock starts ----

    /// <summary>Batches hold consecutive nonces of one sender each; those of a sender are sent one after
    /// another.</summary>
    private SignedBatch[] Prepare(Func<int, (Address To, ulong Gas, ulong Value, ReadOnlyMemory<byte> Data)> make)
    {
        int perSender = Math.Max(1, size.Transactions / size.Senders);
        var batches = new SignedBatch[size.Senders * ((perSender + size.Batch - 1) / size.Batch)];
        int perBatch = batches.Length / size.Senders;
        Parallel.For(0, size.Senders, sender =>
        {
            var address = AddressOf(sender).ToString();
            target.Call("anvil_setBalance", address, Balance.ToHex());
            ulong nonce = ReadQuantity(target.Call("eth_getTransactionCount", address, "latest")!.GetValue<string>());
            SignedBatch? before = null;
            for (int b = 0; b < perBatch; b++)
            {
                int count = Math.Min(size.Batch, perSender - (b * size.Batch));
                var signed = new Transaction[count];
                for (int i = 0; i < count; i++)
                    signed[i] = Sign(sender, nonce++, make((sender * perSender) + (b * size.Batch) + i));
                // All senders' first batches come first.
                before = batches[(b * size.Senders) + sender] = new(signed, before);
            }
        });
        return batches;
    }

    private Transaction Sign(
        int sender, ulong nonce, (Address To, ulong Gas, ulong Value, ReadOnlyMemory<byte> Data) call) =>
        new Transaction
        {
            Type = TransactionType.DynamicFee, ChainId = _chainId, Nonce = nonce, MaxFeePerGas = Fee,
            MaxPriorityFeePerGas = 1_000_000_000, GasLimit = call.Gas, To = call.To, Value = call.Value,
            Data = call.Data,
        }.SignedBy(KeyOf(sender));

    /// <summary>Seconds that recovering one sender takes.</summary>
    private static double TimeRecovery(Transaction transaction)
    {
        const int Rounds = 400;
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < Rounds; i++) SenderRecovery.TryRecover(transaction, out _);
        return Stopwatch.GetElapsedTime(start).TotalSeconds / Rounds;
    }

    // ---- Under the clock ----

    private void SendAndWait(SignedBatch batch)
    {
        batch.Before?.IsSent.Wait(cancellation);
        using (var answer = JsonDocument.Parse(target.Send(batch.SendRequest())))
            foreach (var item in answer.RootElement.EnumerateArray())
                if (item.TryGetProperty("error", out var error))
                    throw new InputException(target.Name, "eth_sendRawTransaction", error.GetRawText());
        batch.IsSent.Set();
        byte[] request = batch.ReceiptRequest();
        var watch = Stopwatch.StartNew();
        while (!HaveAllSucceeded(request))
        {
            cancellation.ThrowIfCancellationRequested();
            if (watch.Elapsed > ReceiptTimeout)
                throw new InputException(target.Name, "eth_getTransactionReceipt", "no receipt after five minutes");
            Thread.Sleep(5);
        }
    }

    private bool HaveAllSucceeded(byte[] request)
    {
        using var answer = JsonDocument.Parse(target.Send(request));
        foreach (var item in answer.RootElement.EnumerateArray())
        {
            if (!item.TryGetProperty("result", out var receipt) || receipt.ValueKind != JsonValueKind.Object)
                return false;
            if (receipt.GetProperty("status").GetString() != "0x1")
                throw new InputException(target.Name, "", $"a transaction failed: {receipt.GetRawText()}");
        }
        return true;
    }

    /// <summary>Calls, one after another, whose times are kept.</summary>
    private void CallUntil(Address to, CancellationToken done)
    {
        using var probe = target.OpenProbe();
        byte[] request = probe.Prepare(
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_call\",\"params\":[{\"to\":\"" + to
            + "\",\"data\":\"0x18160ddd\"},\"latest\"]}");
        while (!done.IsCancellationRequested)
        {
            long start = Stopwatch.GetTimestamp();
            probe.Send(request);
            lock (_calls) _calls.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            Thread.Sleep(CallInterval);
        }
    }

    private static ulong ReadQuantity(string text) =>
        JsonCursor.TryParseWord(text, out var value) ? value.U0
            : throw new InputException("node", "", $"number {text}");

    /// <summary>Transactions of one sender that go out in one request.</summary>
    private sealed class SignedBatch(Transaction[] transactions, SignedBatch? before)
    {
        private readonly byte[] _sendRequest =
            Write("eth_sendRawTransaction", transactions, t => Hex.Encode(t.Encode()));

        public Transaction[] Transactions => transactions;

        public SignedBatch? Before => before;

        public ManualResetEventSlim IsSent { get; } = new();

        public byte[] SendRequest() => _sendRequest;

        public byte[] ReceiptRequest() => Write("eth_getTransactionReceipt", transactions, t => t.Hash.ToString());

        private static byte[] Write(string method, Transaction[] transactions, Func<Transaction, string> parameter)
        {
            var buffer = new ArrayBufferWriter<byte>();
            using var writer = new Utf8JsonWriter(buffer);
            writer.WriteStartArray();
            for (int i = 0; i < transactions.Length; i++)
            {
                writer.WriteStartObject();
                writer.WriteString("jsonrpc", "2.0");
                writer.WriteNumber("id", i);
                writer.WriteString("method", method);
                writer.WriteStartArray("params");
                writer.WriteStringValue(parameter(transactions[i]));
                writer.WriteEndArray();
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.Flush();
            return buffer.WrittenSpan.ToArray();
        }
    }
}
