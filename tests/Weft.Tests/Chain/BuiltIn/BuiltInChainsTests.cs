using Weft.Chain;
using Weft.Chain.BuiltIn;
using Weft.Evm;
using Weft.Primitives;
using Weft.Primitives.Blocks;
using Weft.Primitives.Rlp;
using Weft.State;
using Xunit;

namespace Weft.Tests.Chain.BuiltIn;

public sealed class BuiltInChainsTests
{
    [Theory]
    [InlineData("mainnet", 1, 8893, "0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3")]
    [InlineData("sepolia", 11155111, 15, "0x25a5cc106eea7138acab33231d7160d69cb777ee0c2c553fcddf5138993e6dd9")]
    [InlineData("holesky", 17000, 317, "0xb5f7f912443c940f21fd611f12828d75b534364ed9e95ca4e307729a4661bde4")]
    [InlineData("hoodi", 560048, 335, "0xbbe312868b376a3001692a646dd2d7d1e4406380dfd86b98aa8a34d1557c971b")]
    public void Genesis_has_the_hash_of_the_network(string name, ulong chainId, int accounts, string hash)
    {
        var spec = BuiltInChains.Find(name)!;
        var state = new InMemoryState();
        state.Apply(spec.Genesis.State);

        Assert.Equal(name, spec.Name);
        Assert.Equal(chainId, spec.Forks.ChainId);
        Assert.Equal(accounts, spec.Genesis.State.Accounts.Count);
        Assert.Equal(Hash256.Parse(hash), spec.Genesis.Header.Hash);
        Assert.Equal(spec.Genesis.Header.StateRoot, state.ComputeRoot());
    }

    [Fact]
    public void All_named_chains_are_there_and_others_are_not()
    {
        Assert.All(BuiltInChains.Names, name => Assert.NotNull(BuiltInChains.Find(name)));
        Assert.Null(BuiltInChains.Find("goerli"));
    }

    [Theory]
    [InlineData("sepolia", 1_450_408, 1_700_000_000, Fork.London)]
    [InlineData("sepolia", 1_450_409, 1_677_557_087, Fork.Paris)]
    [InlineData("sepolia", 9_000_000, 1_761_607_008, Fork.Bpo2)]
    [InlineData("holesky", 0, 1_695_902_100, Fork.Paris)]
    [InlineData("holesky", 1, 1_740_434_112, Fork.Prague)]
    [InlineData("hoodi", 0, 1_742_212_800, Fork.Cancun)]
    public void Forks_begin_where_the_network_began_them(string name, ulong number, ulong timestamp, Fork fork) =>
        Assert.Equal(fork, BuiltInChains.Find(name)!.Forks.RulesAt(number, timestamp).Fork);

    [Fact]
    public void Any_genesis_round_trips()
    {
        var random = new Random(3);
        for (int round = 0; round < 50; round++)
        {
            var genesis = GenesisBuilder.Create(
                new BlockHeader { GasLimit = 5000, Difficulty = 7 }, (Fork)random.Next(17), RandomState(random));
            byte[] encoded = GenesisCodec.Encode(genesis);
            var decoded = GenesisCodec.Decode(encoded);

            Assert.Equal(genesis.Header, decoded.Header);
            Assert.Equal(genesis.State.Accounts, decoded.State.Accounts);
            Assert.Equal(genesis.State.Storage, decoded.State.Storage);
            Assert.Equal(encoded, GenesisCodec.Encode(decoded));
        }
    }

    [Fact]
    public void Damaged_bytes_are_refused_or_decoded_and_never_crash()
    {
        var random = new Random(4);
        byte[] whole = GenesisCodec.Encode(BuiltInChains.Find("sepolia")!.Genesis);
        int refused = 0;
        for (int round = 0; round < 2000; round++)
        {
            byte[] damaged = [.. whole[..(round % 2 == 0 ? whole.Length : random.Next(whole.Length))]];
            for (int i = random.Next(3); i >= 0 && damaged.Length > 0; i--)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                GenesisCodec.Decode(damaged);
            }
            catch (RlpException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 1000, 1999);
    }

    private static StateChanges RandomState(Random random)
    {
        var state = new StateChanges();
        for (int i = random.Next(20); i > 0; i--)
        {
            var bytes = new byte[20];
            random.NextBytes(bytes);
            var address = new Address(bytes);
            byte[] code = new byte[random.Next(3) * 30];
            random.NextBytes(code);
            var hash = Keccak.Hash(code);
            if (code.Length > 0) state.Code[hash] = code;
            state.Accounts[address] = new Account((ulong)random.Next(), (ulong)random.NextInt64(), hash);
            for (int slot = random.Next(4) * random.Next(4); slot > 0; slot--)
            {
                if (!state.Storage.TryGetValue(address, out var slots)) state.Storage.Add(address, slots = []);
                slots[(ulong)random.NextInt64()] = (ulong)random.NextInt64(1, long.MaxValue);
            }
        }
        return state;
    }
}
