using Weft.Chain.Validation;
using Weft.Evm;
using Weft.Execution;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Xunit;

namespace Weft.Tests.Chain.Validation;

public sealed class OmmerRulesTests
{
    private const Fork Rules = Fork.Byzantium;
    private static readonly ForkSchedule Forks = ForkSchedule.Always(Rules);
    private readonly Chain _chain = new();

    private BlockResult? Check(BlockHeader parent, params BlockHeader[] ommers) => OmmerRules.Check(
        new Block(Headers.Child(parent, Rules), [], ommers, null), _chain, Forks);

    /// <summary>A brother of the block after <paramref name="parent"/>.</summary>
    private static BlockHeader Brother(BlockHeader parent, ulong nonce = 1) =>
        Headers.Child(parent, Rules) with { Nonce = nonce };

    [Fact]
    public void A_brother_of_the_parent_is_an_ommer() =>
        Assert.Null(Check(_chain[10], Brother(_chain[9]), Brother(_chain[9], 2)));

    [Fact]
    public void A_third_ommer_is_too_many() => Assert.Equal(
        BlockError.TooManyOmmers,
        Check(_chain[10], Brother(_chain[9]), Brother(_chain[9], 2), Brother(_chain[9], 3))?.Error);

    [Theory]
    [InlineData(10, true)]
    [InlineData(5, true)]
    [InlineData(4, false)]
    [InlineData(0, false)]
    public void An_ommer_is_at_most_six_blocks_older(int grandparent, bool isOmmer) => Assert.Equal(
        isOmmer ? null : BlockError.OmmerNotRelated, Check(_chain[11], Brother(_chain[grandparent]))?.Error);

    [Fact]
    public void A_brother_of_the_block_itself_is_no_ommer() =>
        Assert.Equal(BlockError.OmmerNotRelated, Check(_chain[10], Brother(_chain[10]))?.Error);

    [Fact]
    public void An_ancestor_is_no_ommer() =>
        Assert.Equal(BlockError.OmmerIsAncestor, Check(_chain[10], _chain[9])?.Error);

    [Fact]
    public void An_ommer_counts_once()
    {
        var ommer = Brother(_chain[9]);
        Assert.Equal(BlockError.OmmerIncludedBefore, Check(_chain[10], ommer, ommer)?.Error);
        var including = _chain.Extend([ommer]);
        Assert.Equal(BlockError.OmmerIncludedBefore, Check(including, ommer)?.Error);
    }

    [Fact]
    public void An_ommers_own_header_must_be_valid()
    {
        var result = Check(_chain[10], Brother(_chain[9]) with { GasLimit = 4999 });
        Assert.Equal(BlockError.OmmerInvalid, result?.Error);
        Assert.Contains("GasLimitTooLow", result!.Detail, StringComparison.Ordinal);
    }

    /// <summary>Twelve blocks after a parent that is not there.</summary>
    private sealed class Chain : IHeaderReader
    {
        private readonly List<BlockHeader> _headers = [Headers.Parent(Rules) with { Number = 0 }];
        private readonly Dictionary<Hash256, IReadOnlyList<BlockHeader>> _ommers = [];

        public Chain()
        {
            for (int i = 0; i < 11; i++) Extend([]);
        }

        public BlockHeader this[int index] => _headers[index];

        public BlockHeader Extend(IReadOnlyList<BlockHeader> ommers)
        {
            var header = Headers.Child(_headers[^1], Rules) with { OmmersHash = Block.ComputeOmmersHash(ommers) };
            _headers.Add(header);
            _ommers.Add(header.Hash, ommers);
            return header;
        }

        public BlockHeader? GetHeader(in Hash256 hash)
        {
            var wanted = hash;
            return _headers.Find(header => header.Hash == wanted);
        }

        public IReadOnlyList<BlockHeader>? GetOmmers(in Hash256 hash) => _ommers.GetValueOrDefault(hash);
    }
}
