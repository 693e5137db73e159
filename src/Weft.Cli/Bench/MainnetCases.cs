using System.Globalization;
using Weft.Cli.Input;
using Weft.Cli.Replay;
using Weft.Execution;

namespace Weft.Cli.Bench;

/// <summary>Mainnet blocks to measure, read one at a time. Those without a complete header are left out: nothing but
/// their transactions can be executed.</summary>
internal sealed class MainnetCases : IDisposable
{
    public const string SetName = "mainnet";

    private readonly InputFolder _folder;
    private readonly BlockFileReader _reader;

    public MainnetCases(string path, bool publishedOnly)
    {
        _folder = InputFolder.Open(path);
        _reader = new(_folder);
        var names = _folder.Names.Count == 1 ? _folder.Names : BlockFileReader.FindBlocks(_folder);
        Names = [.. names.Where(name => !publishedOnly || PublishedOf(name) is not null)];
        if (Names.Count == 0)
            throw new InputException(
                path, "", publishedOnly ? "holds none of the blocks whose times were published" : "holds no block");
    }

    public IReadOnlyList<string> Names { get; }

    /// <summary>Null for a block whose header is not complete.</summary>
    public BlockCase? Read(string name)
    {
        var file = _reader.Read(name);
        if (!file.IsComplete) return null;
        var header = file.Block.Header;
        var schedule = ForkSchedule.Mainnet;
        return new(
            SetName, header.Number.ToString(CultureInfo.InvariantCulture),
            schedule.RulesAt(header.Number, header.Timestamp), schedule.ChainId,
            new(file.Block, file.State, file.Hashes) { IsDaoForkBlock = header.Number == schedule.DaoForkNumber },
            PublishedOf(name));
    }

    public void Dispose() => _folder.Dispose();

    private static PublishedBlock? PublishedOf(string name) =>
        BlockFileReader.TryReadNumber(name, out ulong number) ? PublishedFigures.Blocks.GetValueOrDefault(number) : null;
}
