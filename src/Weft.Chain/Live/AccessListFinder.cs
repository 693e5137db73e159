using Weft.Evm;
using Weft.Evm.Tracing;
using Weft.Primitives;
using Weft.Primitives.Transactions;

namespace Weft.Chain.Live;

/// <summary>Finds the access list of a call (EIP-2930): a list changes what is paid for, and so perhaps what is
/// accessed, until it does not any more.</summary>
internal static class AccessListFinder
{
    /// <summary>A contract can be made that accesses something else each time.</summary>
    private const int RoundsMax = 16;

    public static AccessListResult Run(CallSession session, CallRequest request)
    {
        ulong gas = session.GasOf(request);
        IReadOnlyList<AccessListEntry> list = request.AccessList ?? [];
        Address to = request.To
            ?? ContractAddress.Create(request.From, request.Nonce ?? session.GetSender(request).Nonce);
        CallResult result;
        for (int round = 1; ; round++)
        {
            var tracer = new Tracer([request.From, to, .. session.Precompiles.Addresses]);
            foreach (var entry in list) tracer.Add(entry);
            result = session.Call(request with { AccessList = list }, gas, tracer);
            var found = tracer.ToList();
            bool stays = Count(found) == Count(list);
            if (stays || result.WasStopped || round == RoundsMax) return new(found, result.GasUsed, result);
            list = found;
        }
    }

    /// <summary>A list only grows.</summary>
    private static int Count(IReadOnlyList<AccessListEntry> list) => list.Sum(entry => 1 + entry.StorageKeys.Count);

    /// <summary>Notes what instructions access, also in frames that are reverted.</summary>
    private sealed class Tracer(IEnumerable<Address> warm) : ITracer
    {
        private const byte Balance = 0x31, ExtCodeSize = 0x3b, ExtCodeCopy = 0x3c, ExtCodeHash = 0x3f, Sload = 0x54,
            Sstore = 0x55, Call = 0xf1, CallCode = 0xf2, DelegateCall = 0xf4, StaticCall = 0xfa, SelfDestruct = 0xff;

        /// <summary>They need no entry for themselves, but slots of theirs do.</summary>
        private readonly HashSet<Address> _warm = [.. warm];
        private readonly SortedDictionary<Address, SortedSet<UInt256>> _found = [];

        public void Add(AccessListEntry entry)
        {
            var slots = SlotsOf(entry.Address);
            foreach (var key in entry.StorageKeys) slots.Add(key);
        }

        public void Enter(in Message message, int depth)
        {
        }

        public void Exit(in MessageResult result, int depth)
        {
        }

        public void Step(in Step step)
        {
            ReadOnlySpan<UInt256> stack = step.Stack;
            switch (step.Opcode)
            {
                case Sload or Sstore when stack.Length >= 1:
                    SlotsOf(step.Address).Add(stack[^1]);
                    break;
                case Balance or ExtCodeSize or ExtCodeCopy or ExtCodeHash or SelfDestruct when stack.Length >= 1:
                    AddAccount(stack[^1]);
                    break;
                case Call or CallCode or DelegateCall or StaticCall when stack.Length >= 5:
                    AddAccount(stack[^2]);
                    break;
            }
        }

        public List<AccessListEntry> ToList() =>
            [.. _found.Select(entry => new AccessListEntry(entry.Key, [.. entry.Value]))];

        private void AddAccount(in UInt256 word)
        {
            Span<byte> bytes = stackalloc byte[32];
            word.WriteBigEndian(bytes);
            var address = new Address(bytes[12..]);
            if (!_warm.Contains(address)) SlotsOf(address);
        }

        private SortedSet<UInt256> SlotsOf(in Address address)
        {
            if (!_found.TryGetValue(address, out var slots)) _found.Add(address, slots = []);
            return slots;
        }
    }
}
