using System.Buffers.Binary;
using System.Numerics;

namespace Weft.State.Store;

/// <summary>
/// The start of a snapshot in LMDB's data file, as MDB_meta lays it out on 64-bit little-endian systems. The file has
/// two, behind the headers of its first two pages; transaction N writes number N modulo 2.
/// </summary>
internal readonly struct LmdbMeta(byte[] bytes)
{
    public const int Size = 136, PageHeaderSize = 16;

    /// <summary>md_root of a table without entries.</summary>
    public const ulong NoPage = ulong.MaxValue;

    /// <summary>First page behind the two with metas.</summary>
    public const ulong FirstPage = 2;

    private const uint Magic = 0xBEEFC0DE, Version = 1;
    private const int FreeAt = 24, MainAt = 72, LastPageAt = 120, TransactionAt = 128, RootInTable = 40;
    private const int PageSizeMin = 512, PageSizeMax = 1 << 16;

    public byte[] Bytes { get; } = bytes;

    /// <summary>MDB_db's md_pad of the free list.</summary>
    public int PageSize => (int)BinaryPrimitives.ReadUInt32LittleEndian(Bytes.AsSpan(FreeAt));

    public ulong FreeRoot => Number(FreeAt + RootInTable);

    public ulong MainRoot => Number(MainAt + RootInTable);

    public ulong LastPage => Number(LastPageAt);

    public ulong Transaction => Number(TransactionAt);

    /// <summary>Bytes of a file in which every page exists.</summary>
    public UInt128 FullSize => ((UInt128)LastPage + 1) * (UInt128)PageSize;

    public bool IsValid =>
        BinaryPrimitives.ReadUInt32LittleEndian(Bytes) == Magic
        && BinaryPrimitives.ReadUInt32LittleEndian(Bytes.AsSpan(4)) == Version
        && PageSize is >= PageSizeMin and <= PageSizeMax && BitOperations.IsPow2(PageSize)
        && LastPage is >= FirstPage - 1 and < 1UL << 47 && IsPage(FreeRoot) && IsPage(MainRoot);

    private bool IsPage(ulong page) => page == NoPage || (page >= FirstPage && page <= LastPage);

    private ulong Number(int at) => BinaryPrimitives.ReadUInt64LittleEndian(Bytes.AsSpan(at));
}
