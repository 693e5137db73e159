using System.Text;
using System.Text.Json;
using Weft.Node.Dev;
using Weft.Primitives;
using Weft.Primitives.Crypto;
using Weft.Primitives.Transactions;
using Xunit;

namespace Weft.Tests.Node.Dev;

/// <summary>What Foundry's and Hardhat's users steer a development node with.</summary>
public sealed class DevMethodsTests
{
    private static readonly string Alice = $"{TestNode.Accounts[0].Address}";
    private static readonly string Bob = $"{TestNode.Accounts[1].Address}";
    private static readonly string Somebody = $"{Address.FromNumber(0xabcde)}";

    private static async Task<string?> Text(TestNode node, string method, params object?[] arguments) =>
        (await node.CallAsync(method, arguments)).ToString();

    [Fact]
    public async Task The_answer_to_a_sent_transaction_comes_when_it_is_mined()
    {
        await using var node = await TestNode.StartAsync();
        for (int i = 0; i < 5; i++)
        {
            string hash = (await Text(node, "eth_sendTransaction", new { from = Alice, to = Bob, value = "0x1" }))!;
            JsonElement receipt = await node.CallAsync("eth_getTransactionReceipt", hash);
            Assert.Equal("0x1", receipt.GetProperty("status").GetString());
        }
    }

    [Fact]
    public async Task Without_automine_transactions_wait_until_somebody_mines()
    {
        await using var node = await TestNode.StartAsync();
        Assert.Equal("True", await Text(node, "evm_setAutomine", false));
        Assert.Equal("False", await Text(node, "anvil_getAutomine"));
        string hash = (await Text(node, "eth_sendTransaction", new { from = Alice, to = Bob, value = "0x1" }))!;
        Assert.Equal(JsonValueKind.Null, (await node.CallAsync("eth_getTransactionReceipt", hash)).ValueKind);
        Assert.Equal("0x0", await Text(node, "evm_mine"));
        Assert.Equal(JsonValueKind.Object, (await node.CallAsync("eth_getTransactionReceipt", hash)).ValueKind);
        string dropped = (await Text(node, "eth_sendTransaction", new { from = Alice, to = Bob, value = "0x1" }))!;
        Assert.Equal(dropped, await Text(node, "anvil_dropTransaction", dropped));
        Assert.Equal("False", await Text(node, "hardhat_dropTransaction", dropped));
    }

    [Fact]
    public async Task Many_blocks_are_mined_at_an_interval_and_too_many_are_refused()
    {
        await using var node = await TestNode.StartAsync();
        await node.CallAsync("hardhat_mine", "0x64", "0x3c");
        JsonElement head = await node.CallAsync("eth_getBlockByNumber", "latest", false);
        JsonElement first = await node.CallAsync("eth_getBlockByNumber", "0x1", false);
        Assert.Equal("0x64", head.GetProperty("number").GetString());
        Assert.Equal(99 * 60, Number(head, "timestamp") - Number(first, "timestamp"));
        var error = await Assert.ThrowsAsync<RpcFailure>(() => node.CallAsync("hardhat_mine", "0x1000000"));
        Assert.Contains("at most 100000", error.Message, StringComparison.Ordinal);
        Assert.Equal("0x64", await Text(node, "eth_blockNumber"));
    }

    [Fact]
    public async Task The_next_block_is_as_it_was_asked_for()
    {
        await using var node = await TestNode.StartAsync();
        await node.CallAsync("anvil_setNextBlockBaseFeePerGas", "0x7");
        await node.CallAsync("hardhat_setCoinbase", Somebody);
        await node.CallAsync("hardhat_setPrevRandao", "0x2a");
        await node.CallAsync("evm_setBlockGasLimit", "0x1c9c380");
        await node.CallAsync("evm_setNextBlockTimestamp", 9_000_000_000);
        await node.CallAsync("evm_mine");
        JsonElement block = await node.CallAsync("eth_getBlockByNumber", "latest", false);
        Assert.Equal(7, Number(block, "baseFeePerGas"));
        Assert.Equal(9_000_000_000, Number(block, "timestamp"));
        Assert.Equal(30_000_000, Number(block, "gasLimit"));
        Assert.Equal(Somebody, block.GetProperty("miner").GetString());
        Assert.EndsWith("2a", block.GetProperty("mixHash").GetString(), StringComparison.Ordinal);
        await Assert.ThrowsAsync<RpcFailure>(() => node.CallAsync("evm_setNextBlockTimestamp", 9_000_000_000));
        await node.CallAsync("evm_increaseTime", 3600);
        await node.CallAsync("evm_mine");
        JsonElement next = await node.CallAsync("eth_getBlockByNumber", "latest", false);
        Assert.InRange(Number(next, "timestamp"), 9_000_003_600, 9_000_004_200);
    }

    [Fact]
    public async Task Proofs_are_against_the_state_as_it_was_edited()
    {
        await using var node = await TestNode.StartAsync();
        await node.CallAsync("anvil_setBalance", Somebody, "0x1234");
        await node.CallAsync("hardhat_setStorageAt", Somebody, "0x0", "0x" + new string('0', 63) + "9");
        JsonElement proof = await node.CallAsync("eth_getProof", Somebody, new[] { "0x0" }, "latest");
        Assert.Equal("0x1234", proof.GetProperty("balance").GetString());
        Assert.Equal("0x9", proof.GetProperty("storageProof")[0].GetProperty("value").GetString());
    }

    [Fact]
    public async Task An_impersonated_contract_sends_and_its_block_is_traced()
    {
        await using var node = await TestNode.StartAsync();
        await node.CallAsync("anvil_setCode", Somebody, "0x00");
        await node.CallAsync("anvil_setBalance", Somebody, "0xde0b6b3a7640000");
        await node.CallAsync("anvil_impersonateAccount", Somebody);
        string hash = (await Text(node, "eth_sendTransaction", new { from = Somebody, to = Bob, value = "0x5" }))!;
        JsonElement trace = await node.CallAsync("debug_traceTransaction", hash, new { tracer = "callTracer" });
        Assert.Equal(Somebody, trace.GetProperty("from").GetString());
        await node.CallAsync("anvil_stopImpersonatingAccount", Somebody);
        await Assert.ThrowsAsync<RpcFailure>(
            () => node.CallAsync("eth_sendTransaction", new { from = Somebody, to = Bob, value = "0x5" }));
    }

    [Fact]
    public async Task A_state_is_dumped_and_loaded_into_another_node()
    {
        await using var one = await TestNode.StartAsync();
        await one.CallAsync("anvil_setCode", Somebody, "0x6001");
        await one.CallAsync("anvil_setStorageAt", Somebody, "0x1", "0x" + new string('0', 63) + "7");
        string dump = (await Text(one, "anvil_dumpState"))!;
        await using var two = await TestNode.StartAsync();
        Assert.Equal("True", await Text(two, "anvil_loadState", dump));
        Assert.Equal("0x6001", await Text(two, "eth_getCode", Somebody, "latest"));
        Assert.EndsWith("7", await Text(two, "eth_getStorageAt", Somebody, "0x1", "latest"), StringComparison.Ordinal);
        foreach (string bad in new[] { "0x", "0x1f8b", "0x7b7d", "0x1f8b08000000000000" })
            Assert.Equal(
                -32602, (await Assert.ThrowsAsync<RpcFailure>(() => two.CallAsync("anvil_loadState", bad))).Code);
    }

    [Fact]
    public async Task Balances_grow_and_blocks_are_rolled_back()
    {
        await using var node = await TestNode.StartAsync();
        await node.CallAsync("anvil_setBalance", Somebody, "0x5");
        await node.CallAsync("anvil_addBalance", Somebody, "0x7");
        Assert.Equal("0xc", await Text(node, "eth_getBalance", Somebody, "latest"));
        string most = "0x" + new string('f', 64);
        Assert.Equal(
            -32602, (await Assert.ThrowsAsync<RpcFailure>(() => node.CallAsync("anvil_addBalance", Somebody, most)))
                .Code);
        for (int i = 0; i < 3; i++)
            await node.CallAsync("eth_sendTransactionSync", new { from = Alice, to = Bob, value = "0x1" }, 60_000);

        await node.CallAsync("anvil_rollback", 2);

        Assert.Equal("0x1", await Text(node, "eth_blockNumber"));
        Assert.Equal("0x1", await Text(node, "eth_getTransactionCount", Alice, "pending"));
        Assert.Equal(
            -32602, (await Assert.ThrowsAsync<RpcFailure>(() => node.CallAsync("anvil_rollback", 2))).Code);
        await node.CallAsync("anvil_rollback");
        Assert.Equal("0x0", await Text(node, "eth_blockNumber"));
        Assert.Equal("0xc", await Text(node, "eth_getBalance", Somebody, "latest"));
        Assert.Equal("0", await Text(node, "anvil_getGenesisTime"));
    }

    [Fact]
    public async Task Last_blocks_are_replaced_by_others_with_the_transactions_that_are_given()
    {
        await using var node = await TestNode.StartAsync();
        JsonElement filter = await node.CallAsync("eth_newBlockFilter");
        var transfer = new { from = Alice, to = Bob, value = "0x1" };
        for (int i = 0; i < 4; i++) await node.CallAsync("eth_sendTransactionSync", transfer, 60_000);
        async Task<JsonElement> Block(int number) =>
            await node.CallAsync("eth_getBlockByNumber", $"0x{number:x}", false);
        JsonElement[] before = [await Block(1), await Block(2), await Block(3), await Block(4)];
        Transaction raw = new Transaction
        {
            Type = TransactionType.DynamicFee, ChainId = 31337, Nonce = 3, GasLimit = 21000,
            To = TestNode.Accounts[1].Address, MaxFeePerGas = 10_000_000_000,
        }.SignedBy(TestNode.Accounts[0].PrivateKey);

        object[] two = [transfer, 0], one = [Hex.Encode(raw.Encode()), 2];
        await node.CallAsync("anvil_reorg", 3, new[] { two, two, one });

        Assert.Equal("0x4", await Text(node, "eth_blockNumber"));
        Assert.Equal(before[0].GetRawText(), (await Block(1)).GetRawText());
        int[] counts = [2, 0, 1];
        for (int i = 0; i < 3; i++)
        {
            JsonElement block = await Block(i + 2);
            Assert.Equal(counts[i], block.GetProperty("transactions").GetArrayLength());
            Assert.NotEqual(Text(before[i + 1], "hash"), Text(block, "hash"));
        }
        Assert.Equal("0x4", await Text(node, "eth_getTransactionCount", Alice, "latest"));
        // Whoever follows hears of all that came: four, then three others.
        Assert.Equal(7, (await node.CallAsync("eth_getFilterChanges", filter)).GetArrayLength());
        // Empty blocks of the same second are others, too.
        JsonElement last = await Block(4);
        await node.CallAsync("anvil_reorg", new { depth = 1, tx_block_pairs = Array.Empty<object>() });
        Assert.NotEqual(Text(last, "hash"), Text(await Block(4), "hash"));
        foreach (object?[] wrong in new object?[][]
            {
                [5], [1, new object[] { new object[] { transfer, 1 } }], [1, new object[] { transfer }], [1, "0x"], [],
                [1, new object[] { new object[] { "0x02c0", 0 } }],
            })
        {
            var failure = await Assert.ThrowsAsync<RpcFailure>(() => node.CallAsync("anvil_reorg", wrong));
            Assert.Equal(-32602, failure.Code);
        }
        Assert.Equal("0x4", await Text(node, "eth_blockNumber"));
    }

    private static string Text(JsonElement json, string member) => json.GetProperty(member).GetString()!;

    [Fact]
    public async Task Tokens_are_dealt_by_finding_the_slot_that_holds_them()
    {
        await using var node = await TestNode.StartAsync();
        // Returns what is at the hash of the first argument and zero, whatever is asked.
        await node.CallAsync("anvil_setCode", Somebody, "0x6004355f5260405f20545f5260205ff3");
        async Task<string?> Ask(string selector, string of) => await Text(
            node, "eth_call", new { to = Somebody, data = $"{selector}{new string('0', 24)}{of[2..]}" }, "latest");
        foreach (int amount in new[] { 100, 100, 0, 7 })
        {
            await node.CallAsync("anvil_dealERC20", Bob, Somebody, amount);
            Assert.Equal($"0x{amount:x64}", await Ask("0x70a08231", Bob));
        }
        await node.CallAsync("anvil_setERC20Allowance", Alice, Bob, Somebody, "0x9");
        Assert.Equal($"0x{9:x64}", await Ask("0xdd62ed3e", Alice));
        Assert.Equal(
            -32602,
            (await Assert.ThrowsAsync<RpcFailure>(() => node.CallAsync("anvil_dealERC20", Bob, Alice, 1))).Code);
    }

    [Fact]
    public async Task A_sender_is_answered_with_the_receipt_or_when_his_time_is_up()
    {
        await using var node = await TestNode.StartAsync();
        JsonElement receipt = await node.CallAsync(
            "eth_sendTransactionSync", new { from = Alice, to = Bob, value = "0x1" }, 60_000);
        Assert.Equal("0x1", receipt.GetProperty("blockNumber").GetString());
        await node.CallAsync("evm_setAutomine", false);
        var late = await Assert.ThrowsAsync<RpcFailure>(
            () => node.CallAsync("eth_sendTransactionSync", new { from = Alice, to = Bob, value = "0x1" }, 50));
        Assert.Equal(4, late.Code);
    }

    [Fact]
    public async Task A_transaction_that_cannot_be_mined_is_answered_all_the_same()
    {
        await using var node = await TestNode.StartAsync();
        string waiting = (await Text(
            node, "eth_sendTransaction", new { from = Alice, to = Bob, nonce = "0x5", gas = "0x5208" }))!;
        Assert.Equal(JsonValueKind.Null, (await node.CallAsync("eth_getTransactionReceipt", waiting)).ValueKind);
        Assert.Equal("0x0", await Text(node, "eth_blockNumber"));
    }

    [Fact]
    public async Task Blocks_before_Amsterdam_say_that_they_carry_no_access_list()
    {
        await using var node = await TestNode.StartAsync();
        foreach (string method in new[] { "eth_getBlockAccessList", "debug_getRawBlockAccessList" })
        {
            var failure = await Assert.ThrowsAsync<RpcFailure>(() => node.CallAsync(method, "latest"));
            Assert.Equal(-32001, failure.Code);
            Assert.Equal(JsonValueKind.Null, (await node.CallAsync(method, "0x99")).ValueKind);
        }
    }

    [Fact]
    public async Task Messages_are_signed_as_wallets_sign_them()
    {
        await using var node = await TestNode.StartAsync();
        string data = Hex.Encode(Encoding.UTF8.GetBytes("hello"));
        string signed = (await Text(node, "personal_sign", data, Alice))!;
        Assert.Equal(signed, await Text(node, "eth_sign", Alice, data));
        Hex.TryDecode(signed, out byte[] bytes);
        Assert.True(Secp256k1.TryRecoverAddress(
            DevSigner.HashMessage("hello"u8), UInt256.FromBigEndian(bytes.AsSpan(0, 32)),
            UInt256.FromBigEndian(bytes.AsSpan(32, 32)), bytes[64] - 27, out Address signer));
        Assert.Equal(TestNode.Accounts[0].Address, signer);
    }

    private static long Number(JsonElement json, string member) =>
        Convert.ToInt64(json.GetProperty(member).GetString(), 16);
}
