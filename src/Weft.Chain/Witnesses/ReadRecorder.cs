using Weft.Execution;
using Weft.Primitives;
using Weft.State;

namespace Weft.Chain.Witnesses;

/// <summary>Remembers what is asked of a state and of the hashes of earlier blocks. One thread.</summary>
internal sealed class ReadRecorder(IStateReader state, IBlockHashes hashes) : IStateReader, IBlockHashes
{
    public HashSet<Address> Accounts { get; } = [];

    public HashSet<(Address Address, UInt256 Key)> Slots { get; } = [];

    public Dictionary<Hash256, ReadOnlyMemory<byte>> Codes { get; } = [];

    /// <summary>Null where no hash was asked for.</summary>
    public ulong? OldestHash { get; private set; }

    public bool TryGetAccount(in Address address, out Account account)
    {
        Accounts.Add(address);
        return state.TryGetAccount(address, out account);
    }

    public UInt256 GetStorage(in Address address, in UInt256 key)
    {
        Accounts.Add(address);
        Slots.Add((address, key));
        return state.GetStorage(address, key);
    }

    /// <summary>The account itself says whether it has storage.</summary>
    public bool HasStorage(in Address address)
    {
        Accounts.Add(address);
        return state.HasStorage(address);
    }

    public ReadOnlyMemory<byte> GetCode(in Hash256 codeHash)
    {
        var code = state.GetCode(codeHash);
        Codes.TryAdd(codeHash, code);
        return code;
    }

    public Hash256 GetBlockHash(ulong number)
    {
        if (OldestHash is not { } oldest || number < oldest) OldestHash = number;
        return hashes.GetBlockHash(number);
    }
}
