using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Weft.Cli.Input;
using Weft.Cli.Programs;
using Weft.Cli.StateTests;
using Weft.Cli.Tracing;
using Weft.Evm;
using Weft.Evm.Analysis;
using Weft.Execution;
using Weft.Primitives;
using Weft.State;

namespace Weft.Cli.Commands;

/// <summary>weft run --code HEX | --file PROGRAM</summary>
internal static class RunCommand
{
    private const ulong DefaultGas = 30_000_000;
    private static readonly Address DefaultCaller = Address.FromNumber(0xca11e4);
    private static readonly Address DefaultCallee = Address.FromNumber(0xc0de);

    private sealed record Settings(
        string? Code, string? File, string? Input, ulong? Gas, Fork Fork, string? Pre, bool Trace, string? TraceFile,
        bool TraceMemory, bool Json);

    public static Command Create(CommandContext context)
    {
        var code = new Option<string?>("--code") { HelpName = "HEX", Description = "Bytecode to execute, hexadecimal" };
        var file = new Option<string?>("--file")
        {
            HelpName = "FILE", Description = "Program file: {name, caller, to, data, gas_limit, pre}",
        };
        var input = new Option<string?>("--input") { HelpName = "HEX", Description = "Call data, hexadecimal" };
        var gas = new Option<ulong?>("--gas")
        {
            HelpName = "N", Description = $"Gas for the call; {DefaultGas} unless the file says",
        };
        var fork = new Option<string>("--fork")
        {
            HelpName = "NAME", Description = "Rules of this fork", DefaultValueFactory = _ => "Osaka",
        };
        var pre = new Option<string?>("--pre")
        {
            HelpName = "FILE",
            Description = "Accounts to begin with: a file {address: {balance, nonce, code, storage}}",
        };
        var trace = new Option<string?>("--trace")
        {
            HelpName = "FILE", Description = "Write each instruction as EIP-3155 to this file, or to the output",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var memory = new Option<bool>("--trace-memory") { Description = "Include memory in the trace" };
        var json = new Option<bool>("--json") { Description = "Write the result as JSON" };
        var command = new Command("run", "Executes bytecode or a program file in a call and shows what came of it.")
        {
            code, file, input, gas, fork, pre, trace, memory, json,
        };
        command.SetAction(parsed => Run(context, new Settings(
            parsed.GetValue(code), parsed.GetValue(file), parsed.GetValue(input), parsed.GetValue(gas),
            ParseFork(parsed.GetValue(fork)!), parsed.GetValue(pre), parsed.GetResult(trace) is not null,
            parsed.GetValue(trace), parsed.GetValue(memory), parsed.GetValue(json))));
        Examples.AddTo(
            command, "weft run --code 0x6002600301", "weft run --code 0x5f355f5260205ff3 --input 0x2a --fork Cancun",
            "weft run --file snailtracer.json --json", "weft run --code 0x60016002015f5260205ff3 --trace");
        return command;
    }

    private static Fork ParseFork(string name) => ForkNames.TryParse(name, out var fork)
        ? fork
        : throw new InputException("--fork", "", $"unknown fork \"{name}\"", $"one of {ForkNames.Listed}");

    private static int Run(CommandContext context, Settings settings)
    {
        var program = ReadProgram(settings);
        using var traceFile = settings.TraceFile is { } path ? CreateFile(path) : null;
        var tracer = settings.Trace ? new Eip3155Writer(traceFile ?? context.Output, settings.TraceMemory) : null;
        var rules = ForkRules.Of(settings.Fork);
        using var machine = new VirtualMachine(rules);
        var state = new WorldState(program.Pre);
        var host = Prepare(program, rules, state);
        var message = new Message(
            MessageKind.Call, program.Caller, program.To, program.To, UInt256.Zero, (long)program.GasLimit,
            program.Data);
        long start = Stopwatch.GetTimestamp();
        var result = machine.Run(
            message, host, ProgramRunner.BenchBlock,
            new TransactionEnvironment { Origin = program.Caller, GasPrice = ProgramRunner.Price }, tracer);
        var time = Stopwatch.GetElapsedTime(start);
        ulong used = program.GasLimit - (ulong)result.GasLeft;
        tracer?.Summarise(result, used, settings.Fork, time);
        if (settings.Json) WriteJson(context, program, settings, result, used, time, state.Logs.Count);
        else if (tracer is null || traceFile is not null) Write(context, program, result, used, time);
        return (int)(result.Succeeded ? ExitCode.Success : ExitCode.Different);
    }

    /// <summary>What a transaction would have warmed before the call (EIP-2929, 3651).</summary>
    private static Host Prepare(EvmProgram program, ForkRules rules, WorldState state)
    {
        var host = new Host(rules, new CodeCache());
        host.Attach(state, NoBlockHashes.Instance);
        state.BeginTransaction();
        if (rules.ColdAccess)
        {
            host.AccessAccount(program.Caller);
            host.AccessAccount(program.To);
        }
        if (rules.WarmCoinbase) host.AccessAccount(ProgramRunner.BenchBlock.Coinbase);
        return host;
    }

    // ---- Input ----

    private static EvmProgram ReadProgram(Settings settings)
    {
        if (settings.Code is null == settings.File is null)
            throw new InputException("weft run", "", "give either --code or --file");
        return settings.File is { } file ? ReadFile(file, settings) : FromCode(settings);
    }

    private static EvmProgram ReadFile(string path, Settings settings)
    {
        if (settings.Pre is not null) throw new InputException("--pre", "", "a program file has its own accounts");
        var programs = ProgramArchive.Read(path);
        if (programs.Count != 1)
            throw new InputException(
                path, "", $"holds {programs.Count} programs", "give the file of one; `weft bench programs` runs all");
        var program = programs[0];
        return program with
        {
            GasLimit = Gas(settings, program.GasLimit),
            Data = settings.Input is { } input ? Bytes("--input", input) : program.Data,
        };
    }

    private static EvmProgram FromCode(Settings settings)
    {
        var callee = new ProgramAccount(DefaultCallee, 1, default, Bytes("--code", settings.Code!), []);
        var others = settings.Pre is { } path ? EvmProgram.ReadAccounts(ReadJson(path)) : [];
        if (others.Any(account => account.Address == DefaultCallee))
            throw new InputException(settings.Pre!, $"{DefaultCallee}", "this account holds the code of --code");
        IReadOnlyList<ProgramAccount> accounts = [callee, .. others];
        return new EvmProgram(
            "code", DefaultCaller, DefaultCallee, Bytes("--input", settings.Input ?? ""), Gas(settings, DefaultGas),
            EvmProgram.BuildState(accounts), accounts);
    }

    private static JsonCursor ReadJson(string path)
    {
        using var folder = InputFolder.Open(path);
        return folder.Names.Count == 1
            ? JsonCursor.Parse(folder.Read(folder.Names[0]), path)
            : throw new InputException(path, "", "not a single JSON file");
    }

    private static ulong Gas(Settings settings, ulong otherwise) => settings.Gas switch
    {
        null => otherwise,
        <= long.MaxValue and var gas => gas,
        _ => throw new InputException("--gas", "", "more than 63 bits (EIP-4803)"),
    };

    private static byte[] Bytes(string option, string text) => Hex.TryDecode(text, out var bytes)
        ? bytes
        : throw new InputException(option, "", "not an even number of hexadecimal digits");

    private static StreamWriter CreateFile(string path)
    {
        try
        {
            return new StreamWriter(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InputException(path, "", e.Message);
        }
    }

    // ---- Output ----

    private static void Write(
        CommandContext context, EvmProgram program, in MessageResult result, ulong used, TimeSpan time)
    {
        var output = context.Output;
        output.WriteLine($"result   {result.Halt}");
        string refund = result.Refund > 0 ? $", {Number(result.Refund)} to be refunded" : "";
        output.WriteLine($"gas      {Number(used)} of {Number(program.GasLimit)}{refund}");
        output.WriteLine($"output   {Hex.Encode(result.Output.Span)}");
        string milliseconds = time.TotalMilliseconds.ToString("F3", CultureInfo.InvariantCulture);
        output.WriteLine($"time     {milliseconds} ms, first run, JIT included");
    }

    private static string Number(IFormattable value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static void WriteJson(
        CommandContext context, EvmProgram program, Settings settings, in MessageResult result, ulong used,
        TimeSpan time, int logs) =>
        context.WriteJson(new
        {
            program.Name, Fork = settings.Fork.ToString(), Result = result.Halt.ToString(), GasUsed = used,
            result.Refund,
            Output = Hex.Encode(result.Output.Span), Logs = logs, Milliseconds = Math.Round(time.TotalMilliseconds, 3),
        });
}
