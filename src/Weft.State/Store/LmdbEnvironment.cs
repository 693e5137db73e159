using System.Runtime.InteropServices;

namespace Weft.State.Store;

/// <summary>
/// An open LMDB environment and the readers that wait for work in it. Every transaction holds a reference, so the map
/// is gone only when nobody can look into it any more, whatever order things are disposed in.
/// </summary>
internal sealed class LmdbEnvironment : SafeHandle
{
    /// <summary>Address space, not memory; halved where the system refuses it.</summary>
    private const long MapSizeMax = 1L << 40, MapSizeMin = 1L << 30;

    /// <summary>Readers at once. A slot takes 64 bytes in the lock file.</summary>
    private const uint ReadersMax = 2046;

    private const uint Mode = 0x1A4; // rw-r--r--

    private readonly string _folder;
    private readonly IDisposable? _lock;
    private readonly Lock _gate = new();
    private nint[] _idle = new nint[16];
    private int _idleCount;

    private LmdbEnvironment(string folder, IDisposable? heldLock) : base(0, true) =>
        (_folder, _lock) = (folder, heldLock);

    public override bool IsInvalid => handle == 0;

    internal nint Native => handle;

    /// <summary><paramref name="heldLock"/> is disposed when the environment is really closed; not when this throws.
    /// </summary>
    /// <exception cref="DatabaseException">LMDB refuses the file.</exception>
    internal static LmdbEnvironment Open(string folder, string file, uint flags, IDisposable? heldLock)
    {
        LmdbLibrary.Load();
        int code = 0;
        for (long size = MapSizeMax; size >= MapSizeMin; size >>= 1)
        {
            code = TryOpen(file, flags, size, out nint native);
            if (code == 0) return new(folder, heldLock) { handle = native };
            if (code != NoMemory) break;
        }
        throw DatabaseFailure.Create(code, folder, "opening the data file");
    }

    private const int NoMemory = 12;

    private static int TryOpen(string file, uint flags, long mapSize, out nint native)
    {
        int code = LmdbLibrary.CreateEnvironment(out native);
        if (code != 0) return code;
        code = LmdbLibrary.SetMapSize(native, (nuint)mapSize);
        if (code == 0) code = LmdbLibrary.SetReadersMax(native, ReadersMax);
        if (code == 0) code = LmdbLibrary.SetTablesMax(native, Database.TablesMax);
        if (code == 0) code = LmdbLibrary.OpenEnvironment(native, file, flags, Mode);
        // The documentation wants a close also after a failed open.
        if (code != 0) LmdbLibrary.CloseEnvironment(native);
        return code;
    }

    // ---- Readers ----

    /// <summary>A reader at the last commit. Its slot in the table of readers is reused, which takes no lock of
    /// LMDB.</summary>
    internal nint RentReader()
    {
        nint reader = 0;
        lock (_gate)
        {
            if (_idleCount > 0) reader = _idle[--_idleCount];
        }
        int code = reader != 0
            ? LmdbLibrary.Renew(reader)
            : LmdbLibrary.Begin(handle, 0, LmdbLibrary.ReadOnly, out reader);
        if (code == 0) return reader;
        // A reader that could not be renewed is worth nothing; after a failed begin there is none.
        throw DatabaseFailure.Create(code, _folder, "beginning to read");
    }

    internal void ReturnReader(nint reader)
    {
        LmdbLibrary.Reset(reader);
        lock (_gate)
        {
            if (_idleCount == _idle.Length) Array.Resize(ref _idle, 2 * _idleCount);
            _idle[_idleCount++] = reader;
        }
    }

    protected override bool ReleaseHandle()
    {
        for (int i = 0; i < _idleCount; i++) LmdbLibrary.Abort(_idle[i]);
        LmdbLibrary.CloseEnvironment(handle);
        _lock?.Dispose();
        return true;
    }
}
