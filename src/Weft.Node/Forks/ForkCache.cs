using System.Globalization;
using System.Text;
using Weft.Primitives;
using Weft.State;

namespace Weft.Node.Forks;

/// <summary>What was read of a remote state, in a file, so that it need not be asked for again: a line for each value.
/// Appended to as values come; a line that was cut off, or is damaged, is left out. One process at a time.</summary>
public sealed class ForkCache : IDisposable
{
    private const int LineMax = 1 << 20;

    private readonly string _path;
    private readonly Lock _gate = new();
    private readonly StreamWriter _writer;

    private ForkCache(string path, FileStream stream)
    {
        _path = path;
        _writer = new(stream, new UTF8Encoding(false));
    }

    /// <summary>The file for one block of one chain.</summary>
    /// <exception cref="IOException">It cannot be opened, or another process has it.</exception>
    public static ForkCache Open(string folder, ulong chainId, in Hash256 block)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"fork-{chainId}-{block}.txt"));
        return new(path, new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read));
    }

    /// <summary>Gives the state all that the file has.</summary>
    public void Fill(RemoteState state)
    {
        Stream stream = _writer.BaseStream;
        stream.Position = 0;
        using (var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true))
            while (reader.ReadLine() is { } line)
                if (line.Length <= LineMax) TryApply(line.Split(' '), state);
        stream.Position = stream.Length;
        // A line that was cut off must not swallow the next one.
        _writer.WriteLine();
    }

    public void Add(in Address address, in Account? account, ReadOnlyMemory<byte> code) => Write(
        account is { } known
            ? $"a {address} {known.Balance.ToHex()} {known.Nonce:x} {Hex.Encode(code.Span)}"
            : $"a {address} 0x0 0 0x");

    public void Add(in Address address, in UInt256 key, in UInt256 value) =>
        Write($"s {address} {key.ToHex()} {value.ToHex()}");

    public void Add(ulong number, in Hash256 hash) => Write($"h {number:x} {hash}");

    public void AddStorage(in Address address, bool has) => Write($"e {address} {(has ? 1 : 0)}");

    public void Flush()
    {
        lock (_gate) _writer.Flush();
    }

    public void Dispose()
    {
        lock (_gate) _writer.Dispose();
    }

    public override string ToString() => _path;

    private void Write(string line)
    {
        lock (_gate) _writer.WriteLine(line);
    }

    private static void TryApply(string[] parts, RemoteState state)
    {
        switch (parts)
        {
            case ["a", var address, var balance, var nonce, var code]
                when TryParse(address, out Address account) && UInt256.TryParse(balance, out UInt256 wei)
                    && TryParse(nonce, out ulong count) && Hex.TryDecode(code, out byte[] bytes):
                state.Set(account, wei, count, bytes);
                break;
            case ["s", var address, var key, var value]
                when TryParse(address, out Address account) && UInt256.TryParse(key, out UInt256 slot)
                    && UInt256.TryParse(value, out UInt256 word):
                state.Set(account, slot, word);
                break;
            case ["h", var number, var hash]
                when TryParse(number, out ulong block) && Hex.TryDecode(hash, out byte[] bytes) && bytes.Length == 32:
                state.Set(block, new Hash256(bytes));
                break;
            case ["e", var address, "0" or "1"] when TryParse(address, out Address account):
                state.SetStorage(account, parts[2] == "1");
                break;
        }
    }

    private static bool TryParse(string text, out Address address)
    {
        bool isOne = Hex.TryDecode(text, out byte[] bytes) && bytes.Length == 20;
        address = isOne ? new(bytes) : default;
        return isOne;
    }

    private static bool TryParse(string text, out ulong number) =>
        ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
}
