using System.Text.Json;
using Weft.Cli.Commands;
using Weft.Node;
using Weft.Node.Dev;
using Weft.Primitives;

namespace Weft.Cli.Nodes;

/// <summary>What a person sees when the node is ready: what there is, and what to do with it.</summary>
internal sealed class StartScreen(WeftNode node, NodeChain chain, TimeSpan startTime)
{
    public void Write(CommandContext context, NodeSettings settings)
    {
        if (settings.IsJson) WriteJson(context.Output);
        else WriteText(context.Output, settings);
        context.Output.Flush();
    }

    private string Url => $"http://{node.HttpEndPoint}";

    private void WriteText(TextWriter output, NodeSettings settings)
    {
        output.WriteLine($"{ClientVersion.Text}: {chain.Spec.Name}, chain id {chain.Spec.Forks.ChainId}, "
            + $"block {node.Chain.Head.Number}, ready after {startTime.TotalMilliseconds:0} ms");
        output.WriteLine();
        if (chain.IsDev) WriteAccounts(output, settings);
        output.WriteLine($"  JSON-RPC    {Url}  (WebSocket at ws://{node.HttpEndPoint})");
        if (node.EngineEndPoint is { } engine)
            output.WriteLine($"  Engine API  http://{engine}  (secret in {chain.SecretPath})");
        output.WriteLine($"  health      {Url}/health");
        output.WriteLine($"  metrics     {Url}/metrics");
        output.WriteLine();
        output.WriteLine("Next:");
        foreach (string step in Steps) output.WriteLine($"  {step}");
        output.WriteLine();
    }

    private IEnumerable<string> Steps => chain.IsDev
        ?
        [
            $"cast block-number --rpc-url {Url}",
            $"forge create src/Counter.sol:Counter --broadcast --rpc-url {Url} "
            + $"--private-key {KeyOf(chain.Accounts[0])}",
            $"MetaMask: network with RPC URL {Url} and chain id {chain.Spec.Forks.ChainId}",
            "Ctrl-C ends the node",
        ]
        :
        [
            $"start a consensus client with --execution-endpoint http://{node.EngineEndPoint} "
            + $"--execution-jwt {chain.SecretPath}",
            $"cast block-number --rpc-url {Url}",
            "Ctrl-C ends the node",
        ];

    private void WriteAccounts(TextWriter output, NodeSettings settings)
    {
        output.WriteLine(
            $"  Accounts, {settings.Balance} ETH each, with their private keys. Everybody knows these keys:");
        output.WriteLine("  never use them where money is.");
        for (int i = 0; i < chain.Accounts.Count; i++)
            output.WriteLine($"  ({i}) {chain.Accounts[i].Address}  {KeyOf(chain.Accounts[i])}");
        output.WriteLine();
        output.WriteLine($"  mnemonic    {settings.Mnemonic}  (m/44'/60'/0'/0/n)");
        output.WriteLine(settings.BlockTime is { } time
            ? $"  mining      every {time.TotalMilliseconds:0} ms"
            : settings.MinesNothing
                ? "  mining      when somebody asks for it: cast rpc evm_mine"
                : "  mining      as soon as there is a transaction");
        if (settings.Fork is { } fork)
            output.WriteLine(
                $"  state       block {chain.Spec.Genesis.Header.Number} of {fork.Url.Host}, and what happens here");
        output.WriteLine(settings.HasData ? $"  data        {settings.Data.Folder}" : "  data        in memory");
    }

    private void WriteJson(TextWriter output)
    {
        output.WriteLine(JsonSerializer.Serialize(new
        {
            version = ClientVersion.Text,
            chain = chain.Spec.Name,
            chainId = chain.Spec.Forks.ChainId,
            genesisHash = chain.Spec.Genesis.Header.Hash.ToString(),
            head = node.Chain.Head.Number,
            http = Url,
            engine = node.EngineEndPoint is { } engine ? $"http://{engine}" : null,
            jwtSecret = chain.SecretPath,
            startMilliseconds = Math.Round(startTime.TotalMilliseconds),
            accounts = chain.Accounts.Select(account => new
            {
                address = account.Address.ToString(), privateKey = KeyOf(account),
            }),
        }));
    }

    private static string KeyOf(DevAccount account) => Hash256.FromWord(account.PrivateKey).ToString();
}
