using Weft.Primitives;

namespace Weft.Cli.Workloads;

/// <summary>Orders for order books around one price, of which about half trade at once, and cancellations.</summary>
internal sealed class Orders(WorkloadBuilder builder, Func<int> book) : IActivity
{
    private const ulong GasLimit = 1_200_000;
    private const int Middle = 128, Depth = 8, LotsMax = 10;

    /// <summary>One of so many cancels an order that rested in the book before the block.</summary>
    private const int CancelEvery = 5;

    private static readonly CompiledContract Contract = CompiledContract.OrderBook;
    private static readonly UInt256 Funds = 1_000_000_000_000;

    private readonly Dictionary<int, Book> _books = [];
    private readonly HashSet<(Address Book, Address Trader)> _traders = [];

    public Call Next(int sender)
    {
        var (open, trader) = (Open(book()), builder.SenderAddress(sender));
        Fund(open.Address, trader);
        var random = builder.Random;
        bool isBid = random.Next(2) == 0;
        if (random.Next(CancelEvery) == 0)
        {
            // Far from the middle, so that most of them are still there when their turn comes.
            int level = isBid ? Middle - 1 - random.Next(Depth) : Middle + random.Next(Depth);
            var id = (isBid ? open.Bids : open.Asks).Rest(level, trader, random.Next(1, LotsMax));
            return new(open.Address, GasLimit, Contract.Encode("cancel(bool,uint256)", Word(isBid), id));
        }
        int price = Middle + random.Next(-Depth, Depth);
        return new(open.Address, GasLimit, Contract.Encode(
            "place(bool,uint8,uint96)", Word(isBid), (ulong)price, (ulong)random.Next(1, LotsMax)));
    }

    private static UInt256 Word(bool flag) => flag ? UInt256.One : UInt256.Zero;

    private void Fund(in Address address, in Address trader)
    {
        if (!_traders.Add((address, trader))) return;
        builder.State.SetStorage(address, Contract.Entry("baseOf", trader), Funds);
        builder.State.SetStorage(address, Contract.Entry("quoteOf", trader), Funds);
    }

    /// <summary>A book in which a market maker has an order at each level near the middle.</summary>
    private Book Open(int number)
    {
        if (_books.TryGetValue(number, out var known)) return known;
        var address = builder.Deploy(Contract, "order book", number);
        var book = new Book(
            address, new(builder, address, Contract.Slot("_bids")), new(builder, address, Contract.Slot("_asks")));
        var maker = WorkloadBuilder.AddressOf("market maker", number);
        for (int i = 0; i < Depth; i++)
        {
            book.Bids.Rest(Middle - 1 - i, maker, LotsMax);
            book.Asks.Rest(Middle + i, maker, LotsMax);
        }
        return _books[number] = book;
    }

    private sealed record Book(Address Address, Side Bids, Side Asks);

    /// <summary>One side of a book in the state before the block: struct Side of OrderBook.sol.</summary>
    private sealed class Side(WorkloadBuilder builder, Address book, UInt256 slot)
    {
        private readonly Dictionary<int, ulong> _ends = [];
        private UInt256 _levels;

        /// <summary>Lets an order rest at the end of its level's queue; returns its identifier.</summary>
        public UInt256 Rest(int level, in Address owner, int lots)
        {
            ulong place = _ends.GetValueOrDefault(level);
            _ends[level] = place + 1;
            _levels |= UInt256.One << level;
            var id = ((UInt256)(ulong)level << 64) | place;
            var state = builder.State;
            state.SetStorage(book, slot, _levels);
            // Queue: first, 64 bits, is 0; end, 64 bits.
            state.SetStorage(
                book, CompiledContract.Entry(slot + UInt256.One, (ulong)level), (UInt256)(place + 1) << 64);
            // Order: owner, 160 bits; lots, 96 bits.
            state.SetStorage(
                book, CompiledContract.Entry(slot + 2ul, id), owner.ToWord() | ((UInt256)(ulong)lots << 160));
            return id;
        }
    }
}
