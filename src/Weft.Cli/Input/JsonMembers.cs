using System.Text.Json;

namespace Weft.Cli.Input;

/// <summary>
/// Walks the members of a JSON object in a stream, and of one object inside it, with one member's value in memory at a
/// time: for files that are larger than what should be.
/// </summary>
internal sealed class JsonMembers(Stream stream, string source)
{
    private const int FirstSize = 64 << 10;

    private byte[] _buffer = new byte[FirstSize];
    private int _start, _end;
    private bool _isLast, _wasOpened;
    private JsonReaderState _state = new(new JsonReaderOptions { MaxDepth = 64 });

    /// <summary>Calls <paramref name="member"/> with name and value for every member of the object, but with those of
    /// the member called <paramref name="opened"/>, which must be an object, calls <paramref name="inner"/>.</summary>
    public void Read(
        string opened, Action<string, ReadOnlyMemory<byte>> member, Action<string, ReadOnlyMemory<byte>> inner)
    {
        Expect(JsonTokenType.StartObject);
        while (Next(opened, out string name, out var value))
        {
            if (value is { } whole) member(name, whole);
            else while (Next(null, out string innerName, out var innerValue)) inner(innerName, innerValue!.Value);
        }
        if (!IsAtEnd()) throw Invalid("something follows the object");
    }

    /// <summary>The next member of the object that the reader is in; false at its end. For the one that is to be opened
    /// the value is null, and the reader is inside it.</summary>
    private bool Next(string? opened, out string name, out ReadOnlyMemory<byte>? value)
    {
        while (true)
        {
            var reader = new Utf8JsonReader(_buffer.AsSpan(_start, _end - _start), _isLast, _state);
            if (TryNext(ref reader, opened, out name, out bool isEnd, out bool isOpened, out int from))
            {
                value = null;
                // No conditional expression: null would become empty memory.
                if (!isEnd && !isOpened) value = _buffer.AsMemory(_start + from, (int)reader.BytesConsumed - from);
                _start += (int)reader.BytesConsumed;
                _state = reader.CurrentState;
                return !isEnd;
            }
            Fill();
        }
    }

    /// <summary>False when the buffer ends before the member does.</summary>
    private bool TryNext(
        ref Utf8JsonReader reader, string? opened, out string name, out bool isEnd, out bool isOpened, out int from)
    {
        (name, isEnd, isOpened, from) = ("", false, false, 0);
        try
        {
            if (!reader.Read()) return false;
            if (reader.TokenType == JsonTokenType.EndObject) return isEnd = true;
            name = reader.GetString()!;
            if (!reader.Read()) return false;
            from = (int)reader.TokenStartIndex;
            if (name != opened) return reader.TrySkip();
            if (_wasOpened) throw new InputException(source, opened, "is there twice");
            if (reader.TokenType != JsonTokenType.StartObject)
                throw new InputException(source, opened, "should be an object");
            return isOpened = _wasOpened = true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Invalid(e.Message.Split(" LineNumber:")[0]);
        }
    }

    private void Expect(JsonTokenType type)
    {
        while (true)
        {
            var reader = new Utf8JsonReader(_buffer.AsSpan(_start, _end - _start), _isLast, _state);
            try
            {
                if (reader.Read())
                {
                    if (reader.TokenType != type) throw Invalid("an object is expected");
                    _start += (int)reader.BytesConsumed;
                    _state = reader.CurrentState;
                    return;
                }
            }
            catch (JsonException e)
            {
                throw Invalid(e.Message.Split(" LineNumber:")[0]);
            }
            Fill();
        }
    }

    private bool IsAtEnd()
    {
        do
        {
            if (_buffer.AsSpan(_start, _end - _start).IndexOfAnyExcept(" \t\r\n"u8) >= 0) return false;
            _start = _end;
            if (_isLast) return true;
            Fill();
        }
        while (true);
    }

    /// <summary>More bytes behind those that are there; the buffer grows where a member does not fit.</summary>
    private void Fill()
    {
        if (_isLast) throw Invalid("the file ends before its object does");
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        if (_end == _buffer.Length)
        {
            if (_end >= InputFolder.EntryLengthMax)
                throw Invalid($"a member is longer than {InputFolder.EntryLengthMax >> 20} MiB");
            Array.Resize(ref _buffer, 2 * _end);
        }
        try
        {
            int read = stream.Read(_buffer.AsSpan(_end));
            _isLast = read == 0;
            _end += read;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new InputException(source, "", $"cannot be read: {e.Message}");
        }
    }

    private InputException Invalid(string reason) => new(source, "", $"not valid JSON: {reason}");
}
