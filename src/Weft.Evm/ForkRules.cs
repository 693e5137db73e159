using System.Collections.Immutable;

namespace Weft.Evm;

/// <summary>How SSTORE is charged.</summary>
public enum SstoreRule : byte
{
    /// <summary>By the current value alone (Frontier).</summary>
    Simple,

    /// <summary>Net metering of EIP-1283 (Constantinople only).</summary>
    Net1283,

    /// <summary>Net metering of EIP-2200 (Istanbul on), with the amounts of EIP-2929 and EIP-3529 later.</summary>
    Net2200,
}

/// <summary>How the difficulty of a block follows from its parent's, the bomb aside.</summary>
public enum DifficultyRule : byte
{
    /// <summary>One step up when a block comes within 13 seconds, otherwise one down.</summary>
    Frontier,

    /// <summary>EIP-2: by tens of seconds, at most 99 steps down.</summary>
    Homestead,

    /// <summary>EIP-100: by nine seconds, and a parent with ommers counts as one step more.</summary>
    Byzantium,

    /// <summary>EIP-3675: always zero, as are the nonce and the number of ommers.</summary>
    Zero,
}

/// <summary>The blob schedule of a fork (EIP-4844, 7691, 7840, 7892). Counts are blobs a block.</summary>
public sealed record BlobSchedule(int Target, int Max, ulong BaseFeeUpdateFraction);

/// <summary>
/// Everything that differs between forks, as values. A fork is its predecessor with some values changed, so the next
/// one is an addition to <see cref="All"/>. Immutable; shared by all threads.
/// </summary>
public sealed record ForkRules
{
    public required Fork Fork { get; init; }

    // ---- Instructions (gas) ----

    /// <summary>SLOAD before Berlin; from Berlin on the warm cost.</summary>
    public int SloadGas { get; init; } = 50;
    public int BalanceGas { get; init; } = 20;
    public int ExtCodeGas { get; init; } = 20;
    public int ExtCodeHashGas { get; init; } = 400;
    public int CallGas { get; init; } = 40;
    public int SelfDestructGas { get; init; }
    public int ExpByteGas { get; init; } = 10;

    /// <summary>EIP-2929: the first access to an account costs 2600, to a slot 2100, later ones 100.</summary>
    public bool ColdAccess { get; init; }

    public SstoreRule Sstore { get; init; } = SstoreRule.Simple;

    /// <summary>Changing a non-zero slot: 5000, from Berlin 2900 plus the cold cost.</summary>
    public int SstoreResetGas { get; init; } = 5000;

    public int SstoreClearRefund { get; init; } = 15000;
    public int SelfDestructRefund { get; init; } = 24000;

    // ---- Instructions (behaviour) ----

    /// <summary>EIP-150: a call gets at most 63/64 of the gas left.</summary>
    public bool KeepsOneSixtyFourth { get; init; }

    /// <summary>EIP-150/161: SELFDESTRUCT to a new account costs 25000 more.</summary>
    public bool SelfDestructPaysForNewAccount { get; init; }

    /// <summary>EIP-161: empty accounts do not exist; touched ones are deleted; a new contract starts with nonce
    /// 1.</summary>
    public bool ClearsEmptyAccounts { get; init; }

    /// <summary>EIP-170.</summary>
    public int MaxCodeSize { get; init; } = int.MaxValue;

    /// <summary>EIP-3860; <see cref="int.MaxValue"/> before Shanghai.</summary>
    public int MaxInitCodeSize { get; init; } = int.MaxValue;

    /// <summary>EIP-3860: 2 gas a word of init code, 0 before.</summary>
    public int InitCodeWordGas { get; init; }

    /// <summary>EIP-2: a creation that cannot pay for its code fails (Frontier: leaves an account without
    /// code).</summary>
    public bool CreateFailsWithoutDepositGas { get; init; }

    /// <summary>EIP-3541: new code may not start with 0xEF.</summary>
    public bool RejectsCodeStartingWithEF { get; init; }

    /// <summary>EIP-6780: SELFDESTRUCT deletes only what the same transaction created.</summary>
    public bool SelfDestructOnlyWhenCreated { get; init; }

    /// <summary>EIP-4399: opcode 0x44 reads PREVRANDAO.</summary>
    public bool PrevRandao { get; init; }

    /// <summary>EIP-7702.</summary>
    public bool Delegations { get; init; }

    // ---- Transactions ----

    /// <summary>EIP-3607 does not hold: contracts may send, as chains for development allow it.</summary>
    public bool SenderMayHaveCode { get; init; }

    /// <summary>EIP-2: a creating transaction costs 53000.</summary>
    public bool CreateTransactionCosts53000 { get; init; }

    /// <summary>EIP-2: s is at most half the curve order.</summary>
    public bool LowS { get; init; }

    /// <summary>EIP-155 signatures are accepted.</summary>
    public bool ReplayProtection { get; init; }

    /// <summary>EIP-2028: 68 before Istanbul, then 16.</summary>
    public int DataNonZeroGas { get; init; } = 68;

    /// <summary>The refund is at most gas used divided by this: 2, from London 5 (EIP-3529).</summary>
    public int RefundQuotient { get; init; } = 2;

    /// <summary>Highest envelope type accepted (EIP-2718).</summary>
    public Weft.Primitives.Transactions.TransactionType MaxTransactionType { get; init; }

    /// <summary>EIP-1559.</summary>
    public bool BaseFee { get; init; }

    /// <summary>EIP-3651: the fee recipient is warm from the start.</summary>
    public bool WarmCoinbase { get; init; }

    /// <summary>EIP-7623: at least 10 gas a token of calldata; 0 before.</summary>
    public int FloorTokenGas { get; init; }

    /// <summary>EIP-7825: 2^24 from Osaka; <see cref="ulong.MaxValue"/> before.</summary>
    public ulong MaxTransactionGas { get; init; } = ulong.MaxValue;

    /// <summary>EIP-4844; null before Cancun.</summary>
    public BlobSchedule? Blobs { get; init; }

    /// <summary>EIP-7594: 6 from Osaka; otherwise what fits the block.</summary>
    public int MaxBlobsPerTransaction { get; init; } = int.MaxValue;

    /// <summary>EIP-7918: the blob base fee is bounded by execution cost.</summary>
    public bool BlobFeeFollowsExecution { get; init; }

    // ---- Blocks ----

    /// <summary>Wei for the beneficiary of a block: 5, 3, 2 ether, from Paris none.</summary>
    public ulong BlockReward { get; init; } = 5_000_000_000_000_000_000;

    public DifficultyRule Difficulty { get; init; } = DifficultyRule.Frontier;

    /// <summary>Blocks by which the difficulty bomb is put off (EIP-649, 1234, 2384, 3554, 4345, 5133).</summary>
    public ulong BombDelay { get; init; }

    /// <summary>EIP-658: receipts carry a status instead of a root.</summary>
    public bool StatusInReceipts { get; init; }

    /// <summary>EIP-4895.</summary>
    public bool Withdrawals { get; init; }

    /// <summary>EIP-4788.</summary>
    public bool BeaconRoots { get; init; }

    /// <summary>EIP-2935.</summary>
    public bool BlockHashHistory { get; init; }

    /// <summary>EIP-7685 with 6110, 7002, 7251.</summary>
    public bool Requests { get; init; }

    /// <summary>EIP-7934: bytes of the block's RLP at most; <see cref="int.MaxValue"/> before Osaka.</summary>
    public int MaxBlockSize { get; init; } = int.MaxValue;

    /// <summary>All forks, by number.</summary>
    public static ImmutableArray<ForkRules> All { get; } = Build();

    public static ForkRules Of(Fork fork) => All[(int)fork];

    /// <summary>A block is its transactions and nothing else: no reward, no system calls, no withdrawals, no requests.
    /// For what comes without a real block around it.</summary>
    public ForkRules OfTransactionsAlone() => this with
    {
        BlockReward = 0, Withdrawals = false, BeaconRoots = false, BlockHashHistory = false, Requests = false,
    };

    private static ImmutableArray<ForkRules> Build()
    {
        var frontier = new ForkRules { Fork = Fork.Frontier };
        var homestead = frontier with
        {
            Fork = Fork.Homestead, Difficulty = DifficultyRule.Homestead, CreateFailsWithoutDepositGas = true,
            CreateTransactionCosts53000 = true, LowS = true,
        };
        var tangerine = homestead with
        {
            Fork = Fork.TangerineWhistle, SloadGas = 200, BalanceGas = 400, ExtCodeGas = 700, CallGas = 700,
            SelfDestructGas = 5000, KeepsOneSixtyFourth = true, SelfDestructPaysForNewAccount = true,
        };
        var spurious = tangerine with
        {
            Fork = Fork.SpuriousDragon, ExpByteGas = 50, ClearsEmptyAccounts = true, MaxCodeSize = 24576,
            ReplayProtection = true,
        };
        var byzantium = spurious with
        {
            Fork = Fork.Byzantium, StatusInReceipts = true, BlockReward = 3_000_000_000_000_000_000,
            Difficulty = DifficultyRule.Byzantium, BombDelay = 3_000_000,
        };
        var constantinople = byzantium with
        {
            Fork = Fork.Constantinople, Sstore = SstoreRule.Net1283, BlockReward = 2_000_000_000_000_000_000,
            BombDelay = 5_000_000,
        };
        var petersburg = constantinople with { Fork = Fork.Petersburg, Sstore = SstoreRule.Simple };
        var istanbul = petersburg with
        {
            Fork = Fork.Istanbul, SloadGas = 800, BalanceGas = 700, ExtCodeHashGas = 700,
            Sstore = SstoreRule.Net2200, DataNonZeroGas = 16,
        };
        var muirGlacier = istanbul with { Fork = Fork.MuirGlacier, BombDelay = 9_000_000 };
        var berlin = muirGlacier with
        {
            Fork = Fork.Berlin, SloadGas = 100, BalanceGas = 100, ExtCodeGas = 100, ExtCodeHashGas = 100, CallGas = 100,
            SstoreResetGas = 2900, ColdAccess = true,
            MaxTransactionType = Primitives.Transactions.TransactionType.AccessList,
        };
        var london = berlin with
        {
            Fork = Fork.London, SstoreClearRefund = 4800, SelfDestructRefund = 0, RefundQuotient = 5, BaseFee = true,
            RejectsCodeStartingWithEF = true, BombDelay = 9_700_000,
            MaxTransactionType = Primitives.Transactions.TransactionType.DynamicFee,
        };
        var arrowGlacier = london with { Fork = Fork.ArrowGlacier, BombDelay = 10_700_000 };
        var grayGlacier = arrowGlacier with { Fork = Fork.GrayGlacier, BombDelay = 11_400_000 };
        var paris = grayGlacier with
        {
            Fork = Fork.Paris, PrevRandao = true, BlockReward = 0, Difficulty = DifficultyRule.Zero,
        };
        var shanghai = paris with
        {
            Fork = Fork.Shanghai, WarmCoinbase = true, MaxInitCodeSize = 49152, InitCodeWordGas = 2, Withdrawals = true,
        };
        var cancun = shanghai with
        {
            Fork = Fork.Cancun, SelfDestructOnlyWhenCreated = true, BeaconRoots = true,
            Blobs = new(3, 6, 3338477), MaxTransactionType = Primitives.Transactions.TransactionType.Blob,
        };
        var prague = cancun with
        {
            Fork = Fork.Prague, Delegations = true, FloorTokenGas = 10, BlockHashHistory = true, Requests = true,
            Blobs = new(6, 9, 5007716), MaxTransactionType = Primitives.Transactions.TransactionType.SetCode,
        };
        var osaka = prague with
        {
            Fork = Fork.Osaka, MaxTransactionGas = 1 << 24, MaxBlobsPerTransaction = 6, BlobFeeFollowsExecution = true,
            MaxBlockSize = 8 * 1024 * 1024,
        };
        var bpo1 = osaka with { Fork = Fork.Bpo1, Blobs = new(10, 15, 8346193) };
        var bpo2 = bpo1 with { Fork = Fork.Bpo2, Blobs = new(14, 21, 11684671) };
        return
        [
            frontier, homestead, tangerine, spurious, byzantium, constantinople, petersburg, istanbul,
            muirGlacier, berlin, london, arrowGlacier, grayGlacier, paris, shanghai, cancun, prague, osaka, bpo1, bpo2,
            bpo2 with { Fork = Fork.Bpo3 }, bpo2 with { Fork = Fork.Bpo4 }, bpo2 with { Fork = Fork.Bpo5 },
        ];
    }
}
