using System.Buffers.Binary;

namespace Weft.State.Store;

/// <summary>Sizes of a table, in entries and bytes of its pages.</summary>
public sealed record TableStatistics(string Name, long Entries, long Bytes);

/// <summary>Sizes of a database at its last commit. <paramref name="FreePages"/> are used again before the file grows.
/// <paramref name="LastSync"/>: of the last sync point that this process made.</summary>
public sealed record DatabaseStatistics(
    long FileBytes, int PageSize, long Pages, long FreePages, IReadOnlyList<TableStatistics> Tables,
    DateTimeOffset? LastSync);

public sealed partial class Database
{
    /// <summary>The table of free pages, which LMDB numbers 0.</summary>
    private static readonly Table FreeList = new(0);

    public DatabaseStatistics GetStatistics()
    {
        using var transaction = BeginRead();
        int pageSize = (int)transaction.GetStat(FreeList).PageSize;
        var tables = _tables.OrderBy(table => table.Key, StringComparer.Ordinal).Select(table =>
        {
            var stat = transaction.GetStat(table.Value);
            long pages = (long)(stat.BranchPages + stat.LeafPages + stat.OverflowPages);
            return new TableStatistics(table.Key, (long)stat.Entries, pages * pageSize);
        }).ToArray();
        LmdbLibrary.GetInfo(_environment.Native, out var info);
        string path = Path.Combine(Folder, DataFileName);
        long pageCount = (long)info.LastPage + 1;
        // A temporary file has no name any more.
        long size = File.Exists(path) ? new FileInfo(path).Length : pageCount * pageSize;
        return new(size, pageSize, pageCount, CountFreePages(transaction), tables, _syncPoints?.LastSync);
    }

    private static long CountFreePages(ReadTransaction transaction)
    {
        long count = 0;
        using var cursor = transaction.OpenCursor(FreeList);
        // An entry is a list of pages behind their number.
        while (cursor.MoveNext()) count += BinaryPrimitives.ReadInt64LittleEndian(cursor.Value);
        return count;
    }

    /// <summary>Writes the database of a folder anew, without free pages. Killed at any point, there is the old one or
    /// the new one, whole. Needs room for both meanwhile.</summary>
    /// <exception cref="DatabaseException">As <see cref="Open"/>; the disk is full.</exception>
    public static void Compact(string folder)
    {
        folder = Path.GetFullPath(folder);
        LmdbLibrary.Load();
        try
        {
            PrepareFolder(folder, mustExist: true);
            using var held = Lock(folder);
            CompactLocked(folder);
        }
        catch (Exception e) when (e is (IOException or UnauthorizedAccessException) and not DatabaseException)
        {
            throw DatabaseFailure.Create(e, folder, "compacting");
        }
    }

    private static void CompactLocked(string folder)
    {
        string path = Path.Combine(folder, DataFileName), next = Path.Combine(folder, CompactFileName);
        var record = DatabaseRecord.Read(folder);
        if (record is null || record.Trust == Trust.Creating)
            throw DatabaseFailure.Create(DatabaseError.NotFound, folder, "the folder holds no database");
        File.Delete(next);
        CheckData(folder, record, SystemBoot.Id);
        try
        {
            // The lock is the caller's: it holds until the new file is in place.
            using (var environment = OpenEnvironment(folder, new(), held: null))
            {
                DatabaseFailure.Check(LmdbLibrary.SyncEnvironment(environment.Native, 1), folder, "syncing");
                DatabaseFailure.Check(
                    LmdbLibrary.CopyEnvironment(environment.Native, next, LmdbLibrary.Compact), folder, "copying");
            }
            using (var file = File.OpenHandle(next, FileMode.Open, FileAccess.ReadWrite))
                RandomAccess.FlushToDisk(file);
        }
        catch
        {
            File.Delete(next);
            throw;
        }
        // A sync point of the old file would be nonsense in the new one.
        DatabaseRecord.Of(Trust.Everything, SystemBoot.Id).Write(folder);
        File.Move(next, path, overwrite: true);
        SystemFiles.SyncFolder(folder);
    }
}
