using Weft.Cli.Input;
using Weft.Execution.Strategies;
using Weft.Primitives;
using Weft.State;

namespace Weft.Cli.Programs;

/// <summary>Bytecode with call data and the accounts around it: what `weft run` and `weft bench programs` execute.
/// </summary>
public sealed record EvmProgram(
    string Name, Address Caller, Address To, ReadOnlyMemory<byte> Data, ulong GasLimit, InMemoryState Pre,
    IReadOnlyList<ProgramAccount> Accounts)
{
    /// <summary>Format: {name, caller, to, data, gas_limit, pre: {address: {balance, nonce, code, storage}}}.</summary>
    public static EvmProgram Read(JsonCursor json)
    {
        var accounts = ReadAccounts(json["pre"]);
        ulong gas = json["gas_limit"].Number();
        if (gas > long.MaxValue) throw json["gas_limit"].Error("more than 63 bits (EIP-4803)");
        return new(
            json["name"].Text(), json["caller"].Address(), json["to"].Address(), json["data"].Bytes(), gas,
            BuildState(accounts), accounts);
    }

    /// <summary>What a block's first transaction calls, alone: of the state it has the sender's balance and the code
    /// that is called.</summary>
    public static EvmProgram OfFirstTransaction(string name, BlockInput input)
    {
        var transaction = input.Block.Transactions[0];
        var (caller, to) = (transaction.Sender!.Value, transaction.To!.Value);
        input.State.TryGetAccount(caller, out var sender);
        input.State.TryGetAccount(to, out var callee);
        ProgramAccount[] accounts =
        [
            new(caller, sender.Nonce, sender.Balance, default, []),
            new(to, callee.Nonce, callee.Balance, input.State.GetCode(callee.CodeHash), []),
        ];
        return new(
            name, caller, to, transaction.Data, transaction.GasLimit, BuildState(accounts), accounts);
    }

    /// <summary>The accounts of a "pre" object.</summary>
    public static IReadOnlyList<ProgramAccount> ReadAccounts(JsonCursor pre)
    {
        var accounts = new List<ProgramAccount>();
        foreach (var (name, account) in pre.Members())
        {
            var address = AccountReader.ReadAddress(name, account);
            if (accounts.Exists(known => known.Address == address)) throw account.Error("the account is listed twice");
            accounts.Add(new ProgramAccount(
                address, account.TryGet("nonce", out var nonce) ? nonce.Number() : 0,
                account.TryGet("balance", out var balance) ? balance.Word() : default,
                account.TryGet("code", out var code) ? code.Bytes() : default,
                AccountReader.ReadStorage(account).ToArray()));
        }
        return accounts;
    }

    public static InMemoryState BuildState(IEnumerable<ProgramAccount> accounts)
    {
        var state = new InMemoryState();
        foreach (var account in accounts)
        {
            var codeHash = account.Code.IsEmpty ? Hash256.OfEmptyCode : state.AddCode(account.Code);
            state.SetAccount(account.Address, new Account(account.Nonce, account.Balance, codeHash));
            foreach (var (key, value) in account.Storage) state.SetStorage(account.Address, key, value);
        }
        return state;
    }
}

/// <summary>An account before a program runs.</summary>
public sealed record ProgramAccount(
    Address Address, ulong Nonce, UInt256 Balance, ReadOnlyMemory<byte> Code,
    IReadOnlyList<(UInt256 Key, UInt256 Value)> Storage);
