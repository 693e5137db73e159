namespace Weft.Chain.Files;

/// <summary>Blocks as concatenated RLP.</summary>
internal sealed class RlpBlockReader(FileCursor cursor) : IBlockSource
{
    private byte[] _block = [];

    public bool TryRead(ulong from, out EncodedBlock block)
    {
        while (!cursor.AtEnd)
        {
            long position = cursor.Position;
            int length = ReadItem(position);
            ulong number = BlockFile.ReadNumber(_block.AsSpan(0, length), cursor, position);
            if (number < from) continue;
            block = new(_block.AsSpan(0, length).ToArray(), number, cursor.Name, position);
            return true;
        }
        block = default;
        return false;
    }

    public void Dispose() => cursor.Dispose();

    /// <summary>One list with its header into <see cref="_block"/>; gives its length.</summary>
    private int ReadItem(long position)
    {
        byte prefix = cursor.Peek(1)[0];
        if (prefix < 0xc0) throw cursor.Error(position, $"a block is a list, and no list begins with 0x{prefix:x2}");
        int size = prefix <= 0xf7 ? 0 : prefix - 0xf7;
        cursor.ReadInto(ref _block, 0, 1 + size, "a block");
        ulong length = size == 0 ? (ulong)(prefix - 0xc0) : 0;
        foreach (byte b in _block.AsSpan(1, size)) length = length << 8 | b;
        if (length > BlockFile.BlockSizeMax)
            throw cursor.Error(
                position, $"a block of {length} bytes is above the limit of {BlockFile.BlockSizeMax}",
                "the file is damaged, or holds something else");
        cursor.ReadInto(ref _block, 1 + size, (int)length, "a block");
        return 1 + size + (int)length;
    }
}
