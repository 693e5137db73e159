using System.CommandLine;
using Weft.Chain;
using Weft.Cli.Data;
using Weft.Cli.Input;
using Weft.Primitives;
using Weft.State;

namespace Weft.Cli.Commands;

/// <summary>weft state account|slot|proof ADDRESS [SLOT…] [--block N]</summary>
internal static class StateCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command("state", "Reads accounts, slots and proofs at the head or a block before it.")
        {
            CreateAccount(context), CreateSlot(context), CreateProof(context),
        };
        Examples.AddTo(command, "weft state account 0x00000000219ab540356cbb839cbe05303d7705fa",
            "weft state slot 0x00000000219ab540356cbb839cbe05303d7705fa 0x41",
            "weft state proof 0x00000000219ab540356cbb839cbe05303d7705fa 0x41 --block 8000");
        return command;
    }

    private static Command CreateAccount(CommandContext context)
    {
        var parts = new Parts("account", "Nonce, balance and code of an account.");
        parts.SetAction(context, Account);
        Examples.AddTo(parts.Command, "weft state account 0xc2b9c4f2c1d1e5a7c1f1a6a4b0e25f0d9a4d1c8e --json");
        return parts.Command;
    }

    private static Command CreateSlot(CommandContext context)
    {
        var parts = new Parts("slot", "The value of one or more slots of an account.", ArgumentArity.OneOrMore);
        parts.SetAction(context, Slot);
        Examples.AddTo(parts.Command, "weft state slot 0x00000000219ab540356cbb839cbe05303d7705fa 0 0x20 --block 17");
        return parts.Command;
    }

    private static Command CreateProof(CommandContext context)
    {
        var parts = new Parts(
            "proof", "Merkle proofs of an account and of slots, as eth_getProof gives them, verified before they are shown.",
            ArgumentArity.ZeroOrMore);
        // PROOF
        Examples.AddTo(parts.Command, "weft state proof 0x00000000219ab540356cbb839cbe05303d7705fa 0 1 --json");
        return parts.Command;
    }

    // ---- What is shown ----

    private static void Account(CommandContext context, StateAtBlock state, StateQuery query)
    {
        bool exists = state.State.TryGetAccount(query.Address, out var account);
        if (!exists) account = State.Account.Empty;
        int codeSize = state.State.GetCode(account.CodeHash).Length;
        if (query.AsJson)
        {
            context.WriteJson(new
            {
                Block = state.Header.Number, Address = query.Address.ToString(), Exists = exists, account.Nonce,
                Balance = account.Balance.ToString(), CodeHash = account.CodeHash.ToString(), CodeSize = codeSize,
            });
            return;
        }
        context.Output.WriteLine(exists
            ? $"{query.Address} at block {state.Header.Number}"
            : $"{query.Address} at block {state.Header.Number}: there is no such account");
        if (!exists) return;
        context.Output.WriteLine($"nonce    {account.Nonce}");
        context.Output.WriteLine($"balance  {account.Balance} wei");
        context.Output.WriteLine(codeSize == 0 ? "code     none" : $"code     {codeSize} bytes, {account.CodeHash}");
    }

    private static void Slot(CommandContext context, StateAtBlock state, StateQuery query)
    {
        var values = query.Slots.Select(slot => (slot, Value: state.State.GetStorage(query.Address, slot))).ToArray();
        if (query.AsJson)
        {
            context.WriteJson(new
            {
                Block = state.Header.Number, Address = query.Address.ToString(),
                Slots = values.Select(item => new { Slot = Word(item.slot), Value = Word(item.Value) }),
            });
            return;
        }
        foreach (var (slot, value) in values) context.Output.WriteLine($"{Word(slot)}  {Word(value)}");
    }

    internal static string Word(in UInt256 value) => Hash256.FromWord(value).ToString();

    /// <summary>What the three commands have in common.</summary>
    private sealed class Parts
    {
        private readonly Argument<string> _address = new("ADDRESS") { Description = "20 bytes in hexadecimal" };
        private readonly Option<ulong?> _block = new("--block")
        {
            HelpName = "NUMBER", Description = "After this block, at most 256 below the head; without it the head",
        };

        private readonly Option<bool> _json = new("--json") { Description = "Write the result as JSON" };
        private readonly Argument<string[]>? _slots;
        private readonly DataOptions _options;

        public Parts(string name, string description, ArgumentArity? slots = null)
        {
            Command = new Command(name, description) { _address };
            if (slots is { } arity)
            {
                _slots = new("SLOT") { Description = "Slots, decimal or hexadecimal after 0x", Arity = arity };
                Command.Add(_slots);
            }
            Command.Add(_block);
            Command.Add(_json);
            _options = DataOptions.AddTo(Command);
        }

        public Command Command { get; }

        public void SetAction(CommandContext context, Action<CommandContext, StateAtBlock, StateQuery> show) =>
            Command.SetAction(parsed =>
            {
                var query = new StateQuery(
                    ParseAddress(parsed.GetValue(_address)!),
                    _slots is null ? [] : [.. parsed.GetValue(_slots)!.Select(ParseSlot)], parsed.GetValue(_json));
                using var open = DataFolder.Open(_options.Read(parsed).Folder).OpenChain(_options.Read(parsed));
                using var state = Find(open.Chain, parsed.GetValue(_block));
                show(context, state, query);
                return (int)ExitCode.Success;
            });

        private static StateAtBlock Find(Blockchain chain, ulong? number) =>
            chain.GetState(number ?? chain.Head.Number)
            ?? throw new InputException(
                "--block", "", number > chain.Head.Number
                    ? $"{number} is above the head, which is {chain.Head.Number}"
                    : $"the state of block {number} is not kept any more; the head is {chain.Head.Number}");

        private static Address ParseAddress(string text) => Hex.TryDecode(text, out var bytes) && bytes.Length == 20
            ? new(bytes)
            : throw new InputException("ADDRESS", "", $"not 20 bytes in hexadecimal: {text}");

        private static UInt256 ParseSlot(string text) => UInt256.TryParse(text, out var slot)
            ? slot
            : throw new InputException("SLOT", "", $"not a number of at most 256 bits: {text}");
    }
}

internal sealed record StateQuery(Address Address, IReadOnlyList<UInt256> Slots, bool AsJson);
