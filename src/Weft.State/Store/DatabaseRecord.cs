using System.Buffers.Binary;
using System.Text;
using Weft.Primitives;

namespace Weft.State.Store;

/// <summary>What may be believed of the data file after a crash of the operating system.</summary>
internal enum Trust : byte
{
    /// <summary>Nothing: it is being made, nobody has put anything into it.</summary>
    Creating = 1,

    /// <summary>All of it.</summary>
    Everything = 2,

    /// <summary>The state at a sync point, whose meta page is in the record.</summary>
    SyncPoint = 3,

    /// <summary>What LMDB says itself, for it synced every commit.</summary>
    EveryCommit = 4,

    /// <summary>Nothing: it was not to be safe before it is closed.</summary>
    Nothing = 5,
}

/// <summary>
/// The small file that makes a folder a database: format version, the run of the system in which the data file was last
/// written, and what of it to believe when that run ended without a close. Always replaced as a whole.
/// </summary>
internal sealed record DatabaseRecord(Trust Trust, string Boot, byte[] Meta)
{
    public const string FileName = "weft.db";

    /// <summary>Of this layout and of the tables. A newer one is refused.</summary>
    public const uint FormatVersion = 1;

    private const int VersionAt = 8, TrustAt = 12, BootAt = 16, MetaAt = 64, HashAt = MetaAt + LmdbMeta.Size;
    private const int FileSize = HashAt + 32;

    private static ReadOnlySpan<byte> Magic => "WEFTDB\r\n"u8;

    public static DatabaseRecord Of(Trust trust, string boot) => new(trust, boot, new byte[LmdbMeta.Size]);

    public void Write(string folder)
    {
        var bytes = new byte[FileSize];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(VersionAt), FormatVersion);
        bytes[TrustAt] = (byte)Trust;
        Encoding.ASCII.GetBytes(Boot).AsSpan().CopyTo(bytes.AsSpan(BootAt, MetaAt - BootAt));
        Meta.CopyTo(bytes, MetaAt);
        Keccak.Hash(bytes.AsSpan(0, HashAt)).CopyTo(bytes.AsSpan(HashAt));
        SystemFiles.Replace(folder, FileName, bytes);
    }

    /// <summary>Null when there is none.</summary>
    /// <exception cref="DatabaseException">It is of a newer format or damaged.</exception>
    public static DatabaseRecord? Read(string folder)
    {
        var file = new FileInfo(Path.Combine(folder, FileName));
        if (!file.Exists) return null;
        // A longer one is not ours; and nobody has us read a huge one.
        var bytes = new byte[FileSize + 1];
        using var handle = File.OpenHandle(file.FullName);
        int size = RandomAccess.Read(handle, bytes, 0);
        if (size < TrustAt || !bytes.AsSpan().StartsWith(Magic))
            throw DatabaseFailure.Create(DatabaseError.NotADatabase, folder, $"{FileName} is no file of Weft");
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(VersionAt));
        if (version > FormatVersion)
            throw DatabaseFailure.Create(
                DatabaseError.NewerFormat, folder, $"the database has format {version}, known is {FormatVersion}");
        return Parse(bytes.AsSpan(0, size))
            ?? throw DatabaseFailure.Create(DatabaseError.Corrupt, folder, $"{FileName} is damaged");
    }

    private static DatabaseRecord? Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != FileSize || Keccak.Hash(bytes[..HashAt]) != new Hash256(bytes[HashAt..])) return null;
        var trust = (Trust)bytes[TrustAt];
        string boot = Encoding.ASCII.GetString(bytes[BootAt..MetaAt]).TrimEnd('\0');
        return Enum.IsDefined(trust) ? new(trust, boot, bytes[MetaAt..HashAt].ToArray()) : null;
    }
}
