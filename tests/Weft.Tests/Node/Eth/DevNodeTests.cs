using System.Net.WebSockets;
using System.Text.Json;
using Weft.Node.Rpc;
using Weft.Primitives;
using Weft.Primitives.Transactions;
using Weft.Tests.Node.Rpc;
using Xunit;

namespace Weft.Tests.Node.Eth;

/// <summary>What a developer does with a node.</summary>
public sealed class DevNodeTests
{
    /// <summary>When it is deployed, it writes 1 to slot 0 and emits a log with topic 7; its code is STOP.</summary>
    private const string LoggingContract = "0x6001600055600760006000a160016000f3";

    private static readonly Address Receiver = Address.FromNumber(0xbeef);

    [Fact]
    public async Task A_signed_transaction_is_mined_at_once_and_has_a_receipt()
    {
        await using var node = await TestNode.StartAsync();
        Transaction transaction = Transfer(0).SignedBy(TestNode.Accounts[0].PrivateKey);
        JsonElement receipt = await node.CallAsync(
            "eth_sendRawTransactionSync", Hex.Encode(transaction.Encode()), 60_000);
        Assert.Equal(transaction.Hash.ToString(), receipt.GetProperty("transactionHash").GetString());
        Assert.Equal("0x1", receipt.GetProperty("status").GetString());
        Assert.Equal("0x5208", receipt.GetProperty("gasUsed").GetString());
        Assert.Equal("0x3e8", (await node.CallAsync("eth_getBalance", $"{Receiver}", "latest")).GetString());
        JsonElement found = await node.CallAsync("eth_getTransactionByHash", $"{transaction.Hash}");
        Assert.Equal(TestNode.Accounts[0].Address.ToString(), found.GetProperty("from").GetString());
        Assert.Equal("0x1", (await node.CallAsync("eth_blockNumber")).GetString());
    }

    [Fact]
    public async Task A_transaction_of_a_dev_account_is_filled_in_signed_and_mined()
    {
        await using var node = await TestNode.StartAsync();
        string sender = TestNode.Accounts[1].Address.ToString();
        JsonElement hash = await node.CallAsync(
            "eth_sendTransaction", new { from = sender, to = $"{Receiver}", value = "0x3e8" });
        JsonElement receipt = await Receipt(node, hash.GetString()!);
        Assert.Equal(sender, receipt.GetProperty("from").GetString());
        Assert.Equal("0x1", (await node.CallAsync("eth_getTransactionCount", sender, "latest")).GetString());
    }

    [Fact]
    public async Task A_transaction_is_filled_in_for_whoever_signs_himself()
    {
        await using var node = await TestNode.StartAsync();
        JsonElement filled = await node.CallAsync(
            "eth_fillTransaction",
            new { from = $"{TestNode.Accounts[0].Address}", to = $"{Receiver}", value = "0x3e8" });
        Assert.Equal("0x5208", filled.GetProperty("tx").GetProperty("gas").GetString());
        Assert.Equal("0x0", filled.GetProperty("tx").GetProperty("nonce").GetString());
        Assert.Equal("0x0", filled.GetProperty("tx").GetProperty("r").GetString());
        // What the signature is made of is what stands before its three empty numbers.
        Assert.StartsWith("0x02", filled.GetProperty("raw").GetString(), StringComparison.Ordinal);
        Assert.EndsWith("c0808080", filled.GetProperty("raw").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_says_how_far_back_its_states_go_and_which_commit_it_is()
    {
        await using var node = await TestNode.StartAsync();
        await node.CallAsync("hardhat_mine", "0x12c");
        JsonElement capabilities = await node.CallAsync("eth_capabilities");
        Assert.Equal("0x0", capabilities.GetProperty("logs").GetProperty("oldestBlock").GetString());
        string oldest = capabilities.GetProperty("state").GetProperty("oldestBlock").GetString()!;
        Assert.Equal("0x2c", oldest);
        await node.CallAsync("eth_getBalance", $"{Receiver}", oldest);
        await Assert.ThrowsAsync<RpcFailure>(() => node.CallAsync("eth_getBalance", $"{Receiver}", "0x2b"));
        string version = (await node.CallAsync("web3_clientVersion")).GetString()!;
        JsonElement client = (await node.CallEngineAsync(
            "engine_getClientVersionV1", new { code = "LS", name = "x", version = "1", commit = "0x00000000" }))[0];
        Assert.Contains(client.GetProperty("commit").GetString()![2..], version, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_signs_for_a_stranger_unless_it_is_impersonated()
    {
        await using var node = await TestNode.StartAsync();
        string contract = $"{Address.FromNumber(0xc0ffee)}";
        var request = new { from = contract, to = $"{Receiver}", value = "0x1", gas = "0x5208" };
        await Assert.ThrowsAsync<RpcFailure>(() => node.CallAsync("eth_sendTransaction", request));
        JsonElement funding = await node.CallAsync(
            "eth_sendTransaction",
            new { from = $"{TestNode.Accounts[0].Address}", to = contract, value = "0xde0b6b3a7640000" });
        await Receipt(node, funding.GetString()!);
        await node.CallAsync("hardhat_impersonateAccount", contract);
        JsonElement hash = await node.CallAsync("eth_sendTransaction", request);
        JsonElement receipt = await Receipt(node, hash.GetString()!);
        Assert.Equal(contract, receipt.GetProperty("from").GetString());
        JsonElement block = await node.CallAsync("eth_getBlockByNumber", "latest", true);
        Assert.Equal(contract, block.GetProperty("transactions")[0].GetProperty("from").GetString());
        await node.CallAsync("hardhat_stopImpersonatingAccount", contract);
        await Assert.ThrowsAsync<RpcFailure>(() => node.CallAsync("eth_sendTransaction", request));
    }

    [Fact]
    public async Task What_happened_is_pushed_to_subscribers_and_kept_for_filters()
    {
        await using var node = await TestNode.StartAsync();
        JsonElement blocks = await node.CallAsync("eth_newBlockFilter");
        JsonElement logs = await node.CallAsync("eth_newFilter", new { topics = new[] { Topic } });
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(RpcServerTests.SocketUrl(node), default);
        string heads = await Subscribe(socket, "\"newHeads\"");
        string watched = await Subscribe(socket, $$"""
            "logs",{"topics":["{{Topic}}"]}
            """);

        JsonElement hash = await node.CallAsync(
            "eth_sendTransaction", new { from = $"{TestNode.Accounts[0].Address}", input = LoggingContract });
        JsonElement receipt = await Receipt(node, hash.GetString()!);
        Assert.Single(receipt.GetProperty("logs").EnumerateArray());

        string both = await RpcServerTests.Receive(socket) + await RpcServerTests.Receive(socket);
        Assert.Contains(heads, both, StringComparison.Ordinal);
        Assert.Contains(watched, both, StringComparison.Ordinal);
        string blockHash = receipt.GetProperty("blockHash").GetString()!;
        Assert.Contains(blockHash, both, StringComparison.Ordinal);
        Assert.Equal(blockHash, Assert.Single(await Changes(node, blocks)).GetString());
        Assert.Equal(
            hash.GetString(), Assert.Single(await Changes(node, logs)).GetProperty("transactionHash").GetString());
        Assert.Empty(await Changes(node, logs));
        Assert.True((await node.CallAsync("eth_uninstallFilter", logs.GetString())).GetBoolean());
        await Assert.ThrowsAsync<RpcFailure>(() => node.CallAsync("eth_getFilterChanges", logs.GetString()));
    }

    [Fact]
    public async Task Who_has_a_receipt_finds_its_block_its_logs_and_its_hash_with_every_filter()
    {
        await using var node = await TestNode.StartAsync();
        JsonElement blocks = await node.CallAsync("eth_newBlockFilter");
        JsonElement logs = await node.CallAsync("eth_newFilter", new { topics = new[] { Topic } });
        JsonElement pending = await node.CallAsync("eth_newPendingTransactionFilter");
        for (int i = 0; i < 100; i++)
        {
            JsonElement hash = await node.CallAsync(
                "eth_sendTransaction", new { from = $"{TestNode.Accounts[0].Address}", input = LoggingContract });
            Assert.Equal(hash.GetString(), Assert.Single(await Changes(node, pending)).GetString());
            JsonElement receipt = JsonDocument.Parse("null").RootElement;
            for (long began = Environment.TickCount64; receipt.ValueKind != JsonValueKind.Object;)
            {
                if (Environment.TickCount64 - began > 60_000)
                    Assert.Fail($"{hash} of round {i} is in no block: {await node.CallAsync("txpool_inspect")}");
                receipt = await node.CallAsync("eth_getTransactionReceipt", hash.GetString());
            }
            Assert.Equal(
                receipt.GetProperty("blockNumber").GetString(), (await node.CallAsync("eth_blockNumber")).GetString());
            Assert.Single(await Changes(node, logs));
            Assert.Equal(
                receipt.GetProperty("blockHash").GetString(), Assert.Single(await Changes(node, blocks)).GetString());
        }
    }

    [Fact]
    public async Task Time_goes_where_it_is_told_and_a_snapshot_brings_everything_back()
    {
        await using var node = await TestNode.StartAsync();
        JsonElement snapshot = await node.CallAsync("evm_snapshot");
        JsonElement genesis = await node.CallAsync("eth_getBlockByNumber", "latest", false);
        ulong start = Convert.ToUInt64(genesis.GetProperty("timestamp").GetString(), 16);
        await node.CallAsync("evm_setNextBlockTimestamp", DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 5000);
        await node.CallAsync("evm_mine");
        JsonElement block = await node.CallAsync("eth_getBlockByNumber", "latest", false);
        Assert.InRange(Convert.ToUInt64(block.GetProperty("timestamp").GetString(), 16), start + 5000, ulong.MaxValue);
        await node.CallAsync("hardhat_mine", "0x5", "0xa");
        Assert.Equal("0x6", (await node.CallAsync("eth_blockNumber")).GetString());
        Assert.True((await node.CallAsync("evm_revert", snapshot.GetString())).GetBoolean());
        Assert.Equal("0x0", (await node.CallAsync("eth_blockNumber")).GetString());
        Assert.False((await node.CallAsync("evm_revert", snapshot.GetString())).GetBoolean());
    }

    [Fact]
    public async Task An_endless_call_ends_and_others_are_answered_meanwhile()
    {
        var limits = new RpcLimits { CallTime = TimeSpan.FromMilliseconds(300), Workers = 2 };
        await using var node = await TestNode.StartAsync(http: new() { Limits = limits });
        // JUMPDEST PUSH0 JUMP, with more gas than can be used in that time: state overrides make it a contract.
        var overrides = new Dictionary<string, object> { [$"{Receiver}"] = new { code = "0x5b5f56" } };
        Task<JsonElement>[] calls =
        [
            .. Enumerable.Range(0, 4).Select(_ => node.CallAsync(
                "eth_call", new { to = $"{Receiver}", gas = "0x7fffffffffff" }, "latest", overrides)),
        ];
        Assert.Equal("0x7a69", (await node.CallAsync("eth_chainId")).GetString());
        foreach (var call in calls) await Assert.ThrowsAsync<RpcFailure>(() => call);
    }

    private static string Topic => Hash256.FromWord(7).ToString();

    private static Transaction Transfer(ulong nonce) => new()
    {
        Type = TransactionType.DynamicFee, ChainId = 31337, Nonce = nonce, GasLimit = 21000, To = Receiver,
        Value = 1000, MaxFeePerGas = 10_000_000_000, MaxPriorityFeePerGas = 1_000_000_000,
    };

    private static async Task<JsonElement> Receipt(TestNode node, string hash)
    {
        for (int i = 0; i < 6000; i++)
        {
            JsonElement receipt = await node.CallAsync("eth_getTransactionReceipt", hash);
            if (receipt.ValueKind == JsonValueKind.Object) return receipt;
            await Task.Delay(10);
        }
        throw new TimeoutException($"{hash} was not mined");
    }

    private static async Task<List<JsonElement>> Changes(TestNode node, JsonElement filter) =>
        [.. (await node.CallAsync("eth_getFilterChanges", filter.GetString())).EnumerateArray()];

    private static async Task<string> Subscribe(ClientWebSocket socket, string arguments)
    {
        await RpcServerTests.Send(
            socket, $$"""{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":[{{arguments}}]}""");
        using var answer = JsonDocument.Parse(await RpcServerTests.Receive(socket));
        return answer.RootElement.GetProperty("result").GetString()!;
    }
}
