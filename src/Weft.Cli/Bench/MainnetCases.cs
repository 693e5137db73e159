using System.Globalization;
using Weft.Cli.Input;
using Weft.Cli.Replay;
using Weft.Execution;

namespace Weft.Cli.Bench;

/// <summary>Mainnet blocks to measure, read one at a time. Of those without a complete header only the transactions can
/// be executed; they are a set of their own.</summary>
internal sealed class MainnetCases : IDisposable
{
    private const string CompleteSet = "mainnet", IncompleteSet = "mainnet, transactions alone";

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

    public BlockCase Read(string name)
    {
        var file = _reader.Read(name);
        ulong number = file.Block.Header.Number;
        return new(
            file.IsComplete ? CompleteSet : IncompleteSet, number.ToString(CultureInfo.InvariantCulture),
            file.FindRules(), file.ChainId,
            new(file.Block, file.State, file.Hashes) { IsDaoForkBlock = file.IsDaoForkBlock },
            PublishedOf(name));
    }

    public void Dispose() => _folder.Dispose();

    private static PublishedBlock? PublishedOf(string name) =>
        BlockFileReader.TryReadNumber(name, out ulong number)
            ? PublishedFigures.Blocks.GetValueOrDefault(number)
            : null;
}
