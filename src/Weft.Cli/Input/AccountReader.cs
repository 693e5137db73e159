using Weft.Primitives;

namespace Weft.Cli.Input;

/// <summary>The parts of an account that all the file formats write alike.</summary>
public static class AccountReader
{
    /// <summary>An address that is the name of a member; <paramref name="account"/> is that member, for messages.
    /// </summary>
    public static Address ReadAddress(string name, JsonCursor account) =>
        Hex.TryDecode(name, out var bytes) && bytes.Length == 20
            ? new(bytes)
            : throw account.Error("its name is no address");

    public static IEnumerable<(UInt256 Key, UInt256 Value)> ReadStorage(JsonCursor account)
    {
        if (!account.TryGet("storage", out var storage)) yield break;
        foreach (var (name, value) in storage.Members())
            yield return JsonCursor.TryParseWord(name, out var key)
                ? (key, value.Word())
                : throw value.Error("its name is no slot of at most 256 bits");
    }
}
