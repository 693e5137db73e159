using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Weft.State.Store;

/// <summary>
/// LMDB's data file, read as a file before LMDB maps it: in a map, a page that is missing kills the process, and LMDB
/// itself looks at little more than two magic numbers.
/// </summary>
internal sealed class LmdbFile : IDisposable
{
    private const int LeafHeaderSize = 8, DepthMax = 32;

    // mp_flags and mn_flags
    private const int BranchPage = 1, LeafPage = 2, OverflowPage = 4, MetaPage = 8, BigData = 1, SubTable = 2;

    private readonly SafeFileHandle _file;
    private readonly string _folder;
    private int _pageSize;

    public LmdbFile(string folder, string path, bool isWritable)
    {
        _folder = folder;
        _file = File.OpenHandle(
            path, FileMode.Open, isWritable ? FileAccess.ReadWrite : FileAccess.Read, FileShare.ReadWrite);
    }

    public void Dispose() => _file.Dispose();

    // ---- Metas ----

    /// <summary>The newest, which LMDB would take.</summary>
    /// <exception cref="DatabaseException">LMDB would refuse them or be misled.</exception>
    public LmdbMeta ReadNewestMeta()
    {
        var first = ReadMeta(0);
        var second = ReadMeta(first.PageSize);
        if (first.PageSize != second.PageSize) throw Corrupt("its two meta pages disagree");
        ulong newest = Math.Max(first.Transaction, second.Transaction);
        // Both are the same after a sync point was restored, and in a new file.
        if (first.Transaction != second.Transaction && newest % 2 != (newest == first.Transaction ? 0UL : 1UL))
            throw Corrupt("its meta pages are exchanged");
        return newest == first.Transaction ? first : second;
    }

    /// <summary>The one that a transaction wrote, while nobody commits.</summary>
    public LmdbMeta ReadMetaOf(ulong transaction)
    {
        var first = ReadMeta(0);
        var meta = transaction % 2 == 0 ? first : ReadMeta(first.PageSize);
        return meta.Transaction == transaction ? meta : throw Corrupt($"its meta page is not of commit {transaction}");
    }

    private LmdbMeta ReadMeta(long at)
    {
        Span<byte> page = stackalloc byte[LmdbMeta.PageHeaderSize + LmdbMeta.Size];
        if (RandomAccess.Read(_file, page, at) != page.Length)
            throw DatabaseFailure.Create(DatabaseError.Truncated, _folder, "the data file ends within its meta pages");
        var meta = new LmdbMeta(page[LmdbMeta.PageHeaderSize..].ToArray());
        if ((Flags(page) & MetaPage) == 0 || !meta.IsValid) throw Corrupt("a meta page is damaged");
        return meta;
    }

    /// <summary>Takes the file back to the snapshot of a meta page. May be repeated after a crash.</summary>
    public void Restore(LmdbMeta meta)
    {
        if (!meta.IsValid) throw Corrupt("the sync point is damaged");
        CheckLength(meta);
        var page = new byte[meta.PageSize];
        BinaryPrimitives.WriteUInt16LittleEndian(page.AsSpan(10), MetaPage);
        meta.Bytes.CopyTo(page, LmdbMeta.PageHeaderSize);
        for (int i = 0; i < 2; i++)
        {
            page[0] = (byte)i;
            RandomAccess.Write(_file, page, (long)i * meta.PageSize);
        }
        RandomAccess.FlushToDisk(_file);
    }

    // ---- Pages ----

    /// <summary>What LMDB would not survive: a file that is too short, tables that do not begin at a page.</summary>
    /// <exception cref="DatabaseException">The file is truncated or damaged.</exception>
    public void Check(LmdbMeta meta)
    {
        CheckLength(meta);
        _pageSize = meta.PageSize;
        if (meta.FreeRoot != NoPage) ReadTreePage(meta.FreeRoot, meta);
        if (meta.MainRoot == NoPage) return;
        Walk(meta.MainRoot, meta, 0, new Budget(PagesPresent), (leaf, node) => CheckTable(leaf, node, meta));
    }

    /// <summary>Pages that were taken and given back in one transaction are never written; at the end of the file
    /// they are missing, and right to be.</summary>
    private void CheckLength(LmdbMeta meta)
    {
        _pageSize = meta.PageSize;
        UInt128 length = (UInt128)RandomAccess.GetLength(_file);
        if (length >= meta.FullSize) return;
        ulong present = (ulong)(length / (UInt128)_pageSize), missing = meta.LastPage + 1 - present;
        if (CountFree(meta, present, length) < missing)
            throw DatabaseFailure.Create(
                DatabaseError.Truncated, _folder, $"the data file has {length} of {meta.FullSize} bytes");
        // Now every page exists, and whatever reads one stays inside the file.
        RandomAccess.SetLength(_file, (long)meta.FullSize);
    }

    /// <summary>Pages of the free list from <paramref name="from"/> on.</summary>
    private ulong CountFree(LmdbMeta meta, ulong from, UInt128 length)
    {
        if (meta.FreeRoot == NoPage) return 0;
        var free = new HashSet<ulong>();
        Walk(meta.FreeRoot, meta, 0, new Budget(PagesPresent), (leaf, node) =>
        {
            foreach (ulong page in ReadList(leaf, node, length))
                if (page >= from && page <= meta.LastPage) free.Add(page);
        });
        return (ulong)free.Count;
    }

    /// <summary>An entry of the free list: the number of pages, then their numbers.</summary>
    private ulong[] ReadList(byte[] leaf, int node, UInt128 length)
    {
        int size = (int)NodeDataSize(leaf, node), at = NodeDataAt(leaf, node);
        byte[] list;
        if ((NodeFlags(leaf, node) & BigData) != 0)
        {
            ulong page = BinaryPrimitives.ReadUInt64LittleEndian(Slice(leaf, at, 8));
            var position = (UInt128)page * (UInt128)_pageSize + LmdbMeta.PageHeaderSize;
            if (size < 8 || position + (UInt128)size > length) throw Corrupt("its free list is damaged");
            list = new byte[size];
            if (RandomAccess.Read(_file, list, (long)position) != size) throw Corrupt("its free list is damaged");
        }
        else list = Slice(leaf, at, size).ToArray();
        if (list.Length < 8) throw Corrupt("its free list is damaged");
        ulong count = BinaryPrimitives.ReadUInt64LittleEndian(list);
        if (count > (ulong)(list.Length / 8 - 1)) throw Corrupt("its free list is damaged");
        var pages = new ulong[count];
        for (int i = 0; i < pages.Length; i++)
            pages[i] = BinaryPrimitives.ReadUInt64LittleEndian(list.AsSpan(8 + 8 * i));
        return pages;
    }

    /// <summary>An entry of the main table is a table: MDB_db.</summary>
    private void CheckTable(byte[] leaf, int node, LmdbMeta meta)
    {
        const int TableSize = 48, RootAt = 40;
        if ((NodeFlags(leaf, node) & SubTable) == 0 || NodeDataSize(leaf, node) != TableSize)
            throw Corrupt("its list of tables is damaged");
        ulong root = BinaryPrimitives.ReadUInt64LittleEndian(Slice(leaf, NodeDataAt(leaf, node) + RootAt, 8));
        if (root != NoPage) ReadTreePage(root, meta);
    }

    private const ulong NoPage = LmdbMeta.NoPage;

    private long PagesPresent => RandomAccess.GetLength(_file) / _pageSize;

    /// <summary>Pages that a walk may still read: a damaged tree may lead in circles. The trees that are walked, free
    /// list and list of tables, are small.</summary>
    private sealed class Budget(long present)
    {
        public long Pages = Math.Min(present, 1 << 20);
    }

    private void Walk(ulong number, LmdbMeta meta, int depth, Budget budget, Action<byte[], int> visit)
    {
        if (depth > DepthMax || budget.Pages-- <= 0) throw Corrupt("a tree in it is damaged");
        var page = ReadTreePage(number, meta);
        bool isLeaf = (Flags(page) & LeafPage) != 0;
        for (int i = 0; i < NodeCount(page); i++)
        {
            int node = BinaryPrimitives.ReadUInt16LittleEndian(page.AsSpan(LmdbMeta.PageHeaderSize + 2 * i));
            if (node < LmdbMeta.PageHeaderSize || node + LeafHeaderSize > _pageSize) throw Corrupt("a page is damaged");
            if (isLeaf) visit(page, node);
            else Walk(NodeDataSize(page, node) | (ulong)NodeFlags(page, node) << 32, meta, depth + 1, budget, visit);
        }
    }

    private byte[] ReadTreePage(ulong number, LmdbMeta meta)
    {
        if (number < LmdbMeta.FirstPage || number > meta.LastPage) throw Corrupt("a page number is damaged");
        var page = new byte[_pageSize];
        if (RandomAccess.Read(_file, page, (long)number * _pageSize) != _pageSize)
            throw DatabaseFailure.Create(DatabaseError.Truncated, _folder, $"the data file ends before page {number}");
        bool isTree = (Flags(page) & (BranchPage | LeafPage | OverflowPage | MetaPage)) is BranchPage or LeafPage;
        if (BinaryPrimitives.ReadUInt64LittleEndian(page) != number || !isTree || NodeCount(page) < 1)
            throw Corrupt($"page {number} is damaged");
        return page;
    }

    private int NodeCount(byte[] page)
    {
        int lower = BinaryPrimitives.ReadUInt16LittleEndian(page.AsSpan(12));
        int upper = BinaryPrimitives.ReadUInt16LittleEndian(page.AsSpan(14));
        if (lower < LmdbMeta.PageHeaderSize || lower > upper || upper > _pageSize) throw Corrupt("a page is damaged");
        return (lower - LmdbMeta.PageHeaderSize) / 2;
    }

    private static int Flags(ReadOnlySpan<byte> page) => BinaryPrimitives.ReadUInt16LittleEndian(page[10..]);

    /// <summary>In a branch, the low 32 bits of the page below.</summary>
    private static uint NodeDataSize(byte[] page, int node) =>
        BinaryPrimitives.ReadUInt32LittleEndian(page.AsSpan(node));

    private static int NodeFlags(byte[] page, int node) =>
        BinaryPrimitives.ReadUInt16LittleEndian(page.AsSpan(node + 4));

    private static int NodeDataAt(byte[] page, int node) =>
        node + LeafHeaderSize + BinaryPrimitives.ReadUInt16LittleEndian(page.AsSpan(node + 6));

    private ReadOnlySpan<byte> Slice(byte[] page, int at, int size) =>
        size >= 0 && at + (long)size <= _pageSize ? page.AsSpan(at, size) : throw Corrupt("a page is damaged");

    private DatabaseException Corrupt(string reason) =>
        DatabaseFailure.Create(DatabaseError.Corrupt, _folder, $"the data file is damaged: {reason}");
}
