using System.CommandLine;
using System.Net;
using Weft.Cli.Data;
using Weft.Node.Dev;

namespace Weft.Cli.Nodes;

/// <summary>The options of weft node.</summary>
internal sealed class NodeArguments
{
    private const int MaxAccounts = 1000;

    private readonly Option<bool> _dev = new("--dev")
    {
        Description = "A chain for development, with funded accounts; so it is where no chain is named",
    };

    private readonly Option<string?> _chain = new("--chain", "--genesis")
    {
        HelpName = "CHAIN", Description = "A built-in chain or a genesis.json; a consensus client makes the blocks",
    };

    private readonly Option<int?> _blockTime = new("--block-time")
    {
        HelpName = "MS", Description = "Dev: a block at this interval instead of one as soon as there is a transaction",
    };

    private readonly Option<bool> _noMining = new("--no-mining")
    {
        Description = "Dev: a block only when somebody asks for one (evm_mine)",
    };

    private readonly Option<ulong> _balance = new("--balance")
    {
        HelpName = "ETHER", Description = "Dev: ether of each account",
        DefaultValueFactory = _ => DevChain.DefaultBalance,
    };

    private readonly Option<ulong> _gasLimit = new("--gas-limit")
    {
        HelpName = "GAS", Description = "Dev: of every block", DefaultValueFactory = _ => DevChain.DefaultGasLimit,
    };

    private readonly Option<string> _history = new("--history")
    {
        HelpName = "SIZE",
        Description = "Dev, in memory: older blocks than take this are forgotten, but for those above an evm_snapshot; "
            + "0: none",
        DefaultValueFactory = _ => "128M",
    };

    private readonly Option<ulong> _chainId = new("--chain-id")
    {
        HelpName = "ID", Description = "Dev: the chain id", DefaultValueFactory = _ => DevChain.DefaultChainId,
    };

    private readonly Option<string?> _forkUrl = new("--fork-url", "--fork")
    {
        HelpName = "URL[@BLOCK]",
        Description = "Dev: begin with the state of another chain, read from a node when it is needed",
    };

    private readonly Option<int> _forkRate = new("--fork-rate-limit")
    {
        HelpName = "N", Description = "Dev: calls a second of that node; 0: any number", DefaultValueFactory = _ => 0,
    };

    private readonly Option<int> _accounts = new("--accounts")
    {
        HelpName = "N", Description = "Dev: funded accounts", DefaultValueFactory = _ => 10,
    };

    private readonly Option<string> _mnemonic = new("--mnemonic")
    {
        HelpName = "WORDS", Description = "Dev: where the accounts come from",
        DefaultValueFactory = _ => Wallet.TestMnemonic,
    };

    private readonly Option<string> _host = new("--host")
    {
        HelpName = "ADDRESS", Description = "The address to listen on", DefaultValueFactory = _ => "127.0.0.1",
    };

    private readonly Option<int> _httpPort = new("--http.port", "--port")
    {
        HelpName = "PORT", Description = "JSON-RPC over HTTP and WebSocket; 0: any free one",
        DefaultValueFactory = _ => 8545,
    };

    private readonly Option<int> _enginePort = new("--authrpc.port")
    {
        HelpName = "PORT", Description = "The Engine API", DefaultValueFactory = _ => 8551,
    };

    private readonly Option<string?> _secret = new("--jwt-secret")
    {
        HelpName = "FILE",
        Description = "The secret shared with the consensus client, 64 hexadecimal digits; made where it is missing",
    };

    private readonly Option<string[]> _cors = new("--cors")
    {
        HelpName = "ORIGIN", Description = "Web pages that may call: their origins, or *",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string[]> _hosts = new("--vhosts")
    {
        HelpName = "NAME", Description = "Names by which the node may be called besides localhost, or *",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<int> _rate = new("--rate-limit")
    {
        HelpName = "N", Description = "Requests a second of one address; 0: any number", DefaultValueFactory = _ => 0,
    };

    private readonly Option<bool> _jsonLog = new("--json-log") { Description = "The log as lines of JSON" };

    private readonly Option<bool> _json = new("--json") { Description = "What is ready, as one line of JSON" };

    public void AddTo(Command command)
    {
        Option[] options =
        [
            _dev, _chain, _blockTime, _noMining, _balance, _gasLimit, _history, _chainId, _accounts, _mnemonic, _host,
            _httpPort, _enginePort, _secret, _cors, _hosts, _rate, _jsonLog, _json, _forkUrl,
            _forkRate,
        ];
        foreach (Option option in options) command.Add(option);
        RequireRange(_blockTime, 10, int.MaxValue);
        RequireRange(_accounts, 1, MaxAccounts);
        RequireRange(_rate, 0, int.MaxValue);
        RequireRange(_forkRate, 0, int.MaxValue);
        RequireRange(_httpPort, 0, IPEndPoint.MaxPort);
        RequireRange(_enginePort, 0, IPEndPoint.MaxPort);
        _host.Validators.Add(result =>
        {
            if (!IPAddress.TryParse(result.GetValueOrDefault<string>(), out _))
                result.AddError("--host takes an IP address, e.g. 127.0.0.1 or 0.0.0.0.");
        });
        _history.Validators.Add(result =>
        {
            if (!ByteSize.TryParse(result.GetValueOrDefault<string>(), out _))
                result.AddError("--history takes a size such as 256M or 2G.");
        });
        _gasLimit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<ulong>() is < 5_000_000 or > long.MaxValue)
                result.AddError("--gas-limit takes 5000000 to 2^63 - 1.");
        });
        command.Validators.Add(result =>
        {
            if (result.GetValue(_noMining) && result.GetValue(_blockTime) is not null)
                result.AddError("--no-mining and --block-time exclude each other.");
            if (result.GetValue(_dev) && result.GetValue(_chain) is not null)
                result.AddError("--dev and --chain exclude each other.");
            if (result.GetValue(_forkUrl) is not null && result.GetValue(_chain) is not null)
                result.AddError("--fork-url and --chain exclude each other.");
        });
    }

    public NodeSettings Read(ParseResult parsed, DataSettings data, bool hasData) => new()
    {
        Data = data,
        HasData = hasData,
        Chain = parsed.GetValue(_chain),
        IsDev = parsed.GetValue(_dev),
        Address = IPAddress.Parse(parsed.GetValue(_host)!),
        HttpPort = parsed.GetValue(_httpPort),
        EnginePort = parsed.GetValue(_enginePort),
        JwtSecret = parsed.GetValue(_secret),
        Origins = parsed.GetValue(_cors) ?? [],
        Hosts = parsed.GetValue(_hosts) ?? [],
        BlockTime = parsed.GetValue(_blockTime) is { } time ? TimeSpan.FromMilliseconds(time) : null,
        MinesNothing = parsed.GetValue(_noMining),
        Balance = parsed.GetValue(_balance),
        GasLimit = parsed.GetValue(_gasLimit),
        HistoryBytes = ByteSize.TryParse(parsed.GetValue(_history)!, out long history) ? history : 0,
        ChainId = parsed.GetValue(_chainId),
        HasChainId = parsed.GetResult(_chainId) is { Implicit: false },
        Fork = parsed.GetValue(_forkUrl) is { } url ? ForkSettings.Parse(url, parsed.GetValue(_forkRate)) : null,
        ForkCallsPerSecond = parsed.GetValue(_forkRate),
        Accounts = parsed.GetValue(_accounts),
        Mnemonic = parsed.GetValue(_mnemonic)!,
        RequestsPerSecond = parsed.GetValue(_rate),
        HasJsonLog = parsed.GetValue(_jsonLog),
        IsJson = parsed.GetValue(_json),
    };

    private static void RequireRange<T>(Option<T> option, int min, int max) => option.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<T>() is int value && (value < min || value > max))
            result.AddError($"{option.Name} takes {min} to {max}.");
    });
}
