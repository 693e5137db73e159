using Weft.Cli.Input;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.State.Trie;

namespace Weft.Cli.Replay;

/// <summary>Reads the Merkle witness of a block file: {parent, witness: {preStateRoot, nodes, codes}}. The parent's
/// header must have the hash that the block names, so the state root that the nodes hang on is proven as
/// well.</summary>
internal static class WitnessReader
{
    public static Witness Read(JsonCursor file, BlockHeader header)
    {
        var (parentJson, json) = (file["parent"], file["witness"]);
        var parent = HeaderReader.Read(parentJson, complete: true);
        if (parent.Hash != header.ParentHash)
            throw parentJson.Error(
                $"contradiction: its fields hash to {parent.Hash}, the block's parent is {header.ParentHash}");
        var root = json["preStateRoot"];
        if (root.Hash() != parent.StateRoot)
            throw root.Error($"contradiction: the parent's state root is {parent.StateRoot}");
        return new(parent.StateRoot, ReadAll(json["nodes"]), ReadAll(json["codes"]));
    }

    private static IEnumerable<ReadOnlyMemory<byte>> ReadAll(JsonCursor list) =>
        list.Items().Select(item => (ReadOnlyMemory<byte>)item.Bytes());
}
