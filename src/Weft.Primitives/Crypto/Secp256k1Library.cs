using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Weft.Primitives.Crypto;

/// <summary>
/// The functions of libsecp256k1 that are used, as its headers declare them. Callers check every argument first: on
/// an argument that the library calls illegal it aborts the process.
/// </summary>
internal static unsafe partial class Secp256k1Library
{
    private const string Name = "secp256k1";

    /// <summary>SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY: version 0.1 needs it, all accept it.</summary>
    private const uint ContextFlags = 0x301;

    /// <summary>SECP256K1_EC_UNCOMPRESSED: 0x04, x, y.</summary>
    internal const uint Uncompressed = 2;

    /// <summary>The sonames of releases 0.1 to 0.7, which agree in what is used here, then any other.</summary>
    private static readonly string[] FileNames =
    [
        "libsecp256k1.so.1", "libsecp256k1.so.2", "libsecp256k1.so.5", "libsecp256k1.so.6", "libsecp256k1.so.0",
        Name, "libsecp256k1.dylib", "libsecp256k1-6.dll", "libsecp256k1-5.dll", "libsecp256k1-2.dll",
    ];

    private static readonly Lock Gate = new();
    private static nint _context;
    private static bool _resolverIsSet;

    /// <summary>
    /// The context of this process. It is blinded once, before any other thread can see it, and only read afterwards,
    /// which the library allows from any number of threads. Not a static constructor: that would hide the exception
    /// for a missing library inside a <see cref="TypeInitializationException"/>.
    /// </summary>
    internal static nint Context
    {
        get
        {
            nint context = Volatile.Read(ref _context);
            return context != 0 ? context : Initialise();
        }
    }

    private static nint Initialise()
    {
        lock (Gate)
        {
            if (_context != 0) return _context;
            // Only one resolver may be set for an assembly; a second attempt after a failure must not set it again.
            if (!_resolverIsSet) NativeLibrary.SetDllImportResolver(typeof(Secp256k1Library).Assembly, Resolve);
            _resolverIsSet = true;
            nint context = CreateContext(ContextFlags);
            Span<byte> seed = stackalloc byte[32];
            RandomNumberGenerator.Fill(seed);
            // Safe: the seed lives on the stack for the whole call; the library reads 32 bytes and keeps none.
            fixed (byte* p = seed)
            {
                if (context == 0 || Randomize(context, p) != 1)
                    throw new CryptographicException("libsecp256k1 could not create its context");
            }
            Volatile.Write(ref _context, context);
            return context;
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Name) return 0;
        foreach (var file in FileNames)
            if (NativeLibrary.TryLoad(file, assembly, path, out nint handle)) return handle;
        throw new DllNotFoundException(
            "libsecp256k1 was not found; it recovers the senders of transactions. " +
            "Install it (Debian, Ubuntu: apt-get install libsecp256k1-1 or libsecp256k1-2) or start through ./weft");
    }

    [LibraryImport(Name, EntryPoint = "secp256k1_context_create")]
    private static partial nint CreateContext(uint flags);

    [LibraryImport(Name, EntryPoint = "secp256k1_context_randomize")]
    private static partial int Randomize(nint context, byte* seed32);

    [LibraryImport(Name, EntryPoint = "secp256k1_ecdsa_recoverable_signature_parse_compact")]
    internal static partial int ParseRecoverable(nint context, byte* signature65, byte* input64, int recoveryId);

    [LibraryImport(Name, EntryPoint = "secp256k1_ecdsa_recoverable_signature_serialize_compact")]
    internal static partial int SerializeRecoverable(nint context, byte* output64, int* recoveryId, byte* signature65);

    [LibraryImport(Name, EntryPoint = "secp256k1_ecdsa_recover")]
    internal static partial int Recover(nint context, byte* publicKey, byte* signature65, byte* message32);

    [LibraryImport(Name, EntryPoint = "secp256k1_ecdsa_sign_recoverable")]
    internal static partial int SignRecoverable(
        nint context, byte* signature65, byte* message32, byte* privateKey32, nint nonceFunction, nint nonceData);

    [LibraryImport(Name, EntryPoint = "secp256k1_ec_pubkey_create")]
    internal static partial int CreatePublicKey(nint context, byte* publicKey, byte* privateKey32);

    [LibraryImport(Name, EntryPoint = "secp256k1_ec_pubkey_serialize")]
    internal static partial int SerializePublicKey(
        nint context, byte* output, nuint* outputLength, byte* publicKey, uint flags);
}
