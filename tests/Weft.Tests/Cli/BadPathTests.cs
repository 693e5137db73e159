using Weft.Tests.Cli.Data;
using Xunit;

namespace Weft.Tests.Cli;

/// <summary>Every argument that is a path, given one that cannot be: one line with the path and what to do, exit code
/// 2.</summary>
public sealed class BadPathTests : IDisposable
{
    private const string Bad = "{bad}", Sample = "{sample}", Data = "{data}";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Where something is made: a folder or a file.</summary>
    public static TheoryData<string> Written =>
    [
        $"workload swaps-64 --transactions 3 --output {Bad}", $"bal build {Sample} --output {Bad}", $"sample {Bad}",
        $"generate {Bad} --accounts 10 --contracts 1 --slots 1 --changes 2 --blocks 1", $"export {Bad} --data {Data}",
        $"explain --workload swaps-64 --transactions 3 --repeat 1 --svg {Bad}",
        $"bench store --entries 10 --folder {Bad}",
        $"run --code 00 --trace {Bad}", $"init --chain sepolia --data {Bad}", $"node --dev --http.port 0 --data {Bad}",
        $"node --chain sepolia --http.port 0 --authrpc.port 0 --data {Bad}",
        $"node --chain sepolia --http.port 0 --authrpc.port 0 --data {Data}-new --jwt-secret {Bad}",
        $"bench import --accounts 10 --contracts 1 --slots 1 --changes 2 --blocks 10 --data {Bad}",
    ];

    /// <summary>What has to be there already.</summary>
    public static TheoryData<string> Read =>
    [
        $"replay {Bad}", $"replay {Sample} --bal {Bad}", $"bal build {Bad} --output {Data}-lists", $"bal show {Bad}",
        $"statetest {Bad}", $"blocktest {Bad}", $"run --file {Bad}", $"run --code 00 --pre {Bad}", $"explain {Bad}",
        $"forecast {Bad}", $"bench programs --file {Bad}", $"bench blocks --file {Bad}", $"import {Bad} --data {Data}",
        $"import {Bad} --data {Bad}", $"init --chain {Bad} --data {Data}-new",
        $"pack-genesis sepolia {Bad} {Data}-packed",
        $"db stat --data {Bad}", $"db verify --data {Bad}", $"db compact --data {Bad}", $"db rewind 0 --data {Bad}",
        $"state account 0x00000000000000000000000000000000000000aa --data {Bad}",
        $"node --chain {Bad} --http.port 0 --authrpc.port 0 --data {Data}-new", $"export {Data}.rlp --data {Bad}",
    ];

    [Theory]
    [MemberData(nameof(Written))]
    [MemberData(nameof(Read))]
    public void Path_that_cannot_be_is_named_in_one_line(string command)
    {
        string sample = _folder.Write("sample/blocks.json", []), file = _folder.Write("file", [1]);
        foreach (var (name, bytes) in TemporaryFolder.Sample) _folder.Write($"sample/{name}", bytes);
        File.Delete(sample);
        string data = Path.Combine(_folder.Path, "data");
        if (command.Contains(Data, StringComparison.Ordinal)) MakeChain(data);
        foreach (string bad in new[]
            {
                // No folder can be made there; below a file; a name and a path that no system takes.
                "/proc/x/y", Path.Combine(file, "x"), Path.Combine(_folder.Path, new string('n', 300)),
                Path.Combine(_folder.Path, string.Join('/', Enumerable.Repeat(new string('n', 200), 30))),
            })
        {
            var (code, _, error) = CommandLine.Run(
            [
                .. command.Split(' ').Select(word => word.Replace(Bad, bad, StringComparison.Ordinal)
                    .Replace(Sample, Path.GetDirectoryName(sample), StringComparison.Ordinal)
                    .Replace(Data, data, StringComparison.Ordinal)),
            ]);
            Assert.True(code == 2, $"{command} with {bad}: {code}: {error}");
            Assert.Contains(bad[..Math.Min(bad.Length, 100)], error, StringComparison.Ordinal);
            Assert.Single(error.TrimEnd().Split('\n'));
        }
    }

    private void MakeChain(string data)
    {
        string genesis = _folder.Write("genesis.json", SampleChain.Genesis);
        Assert.Equal(0, CommandLine.Run("init", "--chain", genesis, "--data", data).Code);
        string chain = _folder.Write("chain.rlp", SampleChain.Rlp(SampleChain.Blocks.Take(2)));
        Assert.Equal(0, CommandLine.Run("import", chain, "--data", data).Code);
    }
}
