using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Weft.Cli;
using Xunit;

namespace Weft.Tests.Cli.Snapshots;

/// <summary>A node that is not ours: another implementation of everything, which makes no system calls.</summary>
public sealed class AnvilTests
{
    private const string Sender = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

    /// <summary>Creates a contract that adds one to slot 0 with each call and stores the caller there.</summary>
    private const string Counter = "0x6d6000546001018060005533905500600052600e6012f3";

    [Fact]
    public void Block_of_anvil_replays_here()
    {
        string? program = Directory.Exists(Modules)
            ? Directory.EnumerateDirectories(Modules, "anvil-*")
                .Select(package => Path.Combine(package, "bin", "anvil")).FirstOrDefault(File.Exists)
            : null;
        if (program is null)
        {
            Console.WriteLine("anvil is not in artifacts/peers: no blocks of it were brought here");
            return;
        }
        using var anvil = Process.Start(new ProcessStartInfo(program, ["--port", "0"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        try
        {
            string url = ReadUrl(anvil);
            MakeBlocks(url);
            using var folder = new TemporaryFolder();
            string path = Path.Combine(folder.Path, "anvil.zip");

            var (code, text, error) = CommandLine.Run("snapshot", "--rpc", url, "1", "latest", "--out", path);

            Assert.Equal((0, ""), (code, error));
            Assert.Contains("receipts", text, StringComparison.Ordinal);
            (code, text, _) = CommandLine.Run("replay", path);
            Assert.Equal(0, code);
            Assert.Contains("2 of 2 blocks proven", text, StringComparison.Ordinal);
        }
        finally
        {
            anvil.Kill();
            anvil.WaitForExit();
        }
    }

    private static string Modules => Path.Combine(
        Repository.Root!, "artifacts", "peers", "node_modules", "@foundry-rs");

    /// <summary>It says where it listens as soon as it does.</summary>
    private static string ReadUrl(Process anvil)
    {
        const string Mark = "Listening on ";
        _ = anvil.StandardError.ReadToEndAsync();
        string? line = anvil.StandardOutput.ReadLine();
        while (line?.StartsWith(Mark, StringComparison.Ordinal) == false) line = anvil.StandardOutput.ReadLine();
        Assert.NotNull(line);
        _ = anvil.StandardOutput.ReadToEndAsync();
        return $"http://{line[Mark.Length..]}";
    }

    private static void MakeBlocks(string url)
    {
        using var client = new HttpClient();
        Assert.True(TryCall(
            client, url, out _, "eth_sendTransaction", new { from = Sender, gas = "0x100000", data = Counter }));
        Assert.True(TryCall(client, url, out _, "evm_setAutomine", false));
        // The address that follows from this sender and nonce 0.
        const string contract = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
        for (int i = 0; i < 3; i++)
            Assert.True(TryCall(
                client, url, out _, "eth_sendTransaction", new { from = Sender, to = contract, gas = "0x30000" }));
        Assert.True(TryCall(client, url, out _, "evm_mine"));
    }

    private static bool TryCall(
        HttpClient client, string url, out JsonElement result, string method, params object[] arguments)
    {
        result = default;
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, url)
            {
                Content = JsonContent.Create(new { jsonrpc = "2.0", id = 1, method, @params = arguments }),
            };
            using var response = client.Send(request);
            using var document = JsonDocument.Parse(response.Content.ReadAsStream());
            if (!document.RootElement.TryGetProperty("result", out result)) return false;
            result = result.Clone();
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
