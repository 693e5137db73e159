using System.Text.Json;
using Weft.Primitives;

namespace Weft.Node.Rpc;

/// <summary>The arguments of a call, by position. A missing or null argument counts as absent. Every reader throws a
/// <see cref="JsonRpcException"/> with -32602 that says which argument is wrong, and how.</summary>
public readonly struct Params
{
    private readonly JsonElement _array;

    /// <summary>Takes an array, or nothing.</summary>
    /// <exception cref="JsonRpcException">It is an object, or a plain value.</exception>
    public Params(JsonElement json)
    {
        _array = json;
        Count = json.ValueKind switch
        {
            JsonValueKind.Undefined or JsonValueKind.Null => 0,
            JsonValueKind.Array => json.GetArrayLength(),
            _ => throw new JsonRpcException(JsonRpcError.InvalidParams, "non-array args"),
        };
    }

    public int Count { get; }

    public bool Has(int index) => index < Count && _array[index].ValueKind != JsonValueKind.Null;

    public JsonElement this[int index] => Has(index)
        ? _array[index]
        : throw new JsonRpcException(JsonRpcError.InvalidParams, $"missing value for required argument {index}");

    public T Get<T>(int index, Func<JsonElement, T> read)
    {
        try
        {
            return read(this[index]);
        }
        catch (FormatException e)
        {
            throw new JsonRpcException(JsonRpcError.InvalidParams, $"invalid argument {index}: {e.Message}");
        }
    }

    public T Get<T>(int index, Func<JsonElement, T> read, T absent) => Has(index) ? Get(index, read) : absent;

    public T? Find<T>(int index, Func<JsonElement, T> read) where T : struct => Has(index) ? Get(index, read) : null;

    public Hash256 Hash(int index) => Get(index, ValueReader.Hash);

    public Address Address(int index) => Get(index, ValueReader.Address);

    public byte[] Data(int index) => Get(index, ValueReader.Data);

    public ulong Quantity64(int index) => Get(index, ValueReader.Quantity64);

    public bool Boolean(int index, bool absent = false) => Get(index, ValueReader.Boolean, absent);

    public string Text(int index) => Get(index, ValueReader.Text);

    /// <summary>By number, tag, hash or EIP-1898 object; the latest block where it is left out.</summary>
    public BlockId BlockId(int index) => Get(index, Rpc.BlockId.Read, Rpc.BlockId.Latest);

    /// <summary>By number or tag; required.</summary>
    public BlockId BlockNumber(int index) => Get(index, Rpc.BlockId.ReadNumberOrTag);

    /// <summary>Refuses arguments that the method does not have.</summary>
    public void AtMost(int count)
    {
        if (Count > count)
            throw new JsonRpcException(JsonRpcError.InvalidParams, $"too many arguments, want at most {count}");
    }
}
