// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice A central limit order book with 256 price levels. An order trades with the best opposite orders first, the
/// oldest of a level first; what is left of it rests in the book. A lot of base costs `level + 1` of quote.
/// @dev The levels that hold orders are the bits of one word a side, so the best price is one bit scan away. Each level
/// is a queue; an order's identifier is its level and its place there, and a cancelled order leaves a gap.
contract OrderBook {
    uint256 private constant FILLS_MAX = 16;

    struct Order {
        address owner;
        uint96 lots;
    }

    struct Queue {
        uint64 first;
        uint64 end;
    }

    struct Side {
        uint256 levels;
        mapping(uint256 level => Queue) queues;
        mapping(uint256 id => Order) orders;
    }

    Side private _bids;
    Side private _asks;
    mapping(address trader => uint256) public baseOf;
    mapping(address trader => uint256) public quoteOf;

    event Placed(address indexed trader, bool isBid, uint256 id, uint256 lots);
    event Filled(address indexed maker, address indexed taker, uint256 level, uint256 lots);
    event Cancelled(address indexed trader, bool isBid, uint256 id, uint256 lots);

    error NotYours(uint256 id);

    /// @notice Credits the caller. The book trades play money: nothing is paid for it.
    function deposit(uint256 base, uint256 quote) external {
        baseOf[msg.sender] += base;
        quoteOf[msg.sender] += quote;
    }

    /// @notice Trades what can be traded at this price or a better one, with at most FILLS_MAX orders. The rest rests
    /// in the book and holds the caller's funds, unless it could trade on: then it is dropped.
    function place(bool isBid, uint8 level, uint96 lots) external returns (uint256 id) {
        (uint256 left, bool crosses) = isBid ? _take(_asks, true, level, lots) : _take(_bids, false, level, lots);
        if (left == 0 || crosses) return type(uint256).max;
        if (isBid) quoteOf[msg.sender] -= left * (uint256(level) + 1);
        else baseOf[msg.sender] -= left;
        id = _rest(isBid ? _bids : _asks, level, uint96(left));
        emit Placed(msg.sender, isBid, id, left);
    }

    /// @notice Takes an order of the caller out of the book and gives its funds back; nothing happens where it has been
    /// filled already.
    function cancel(bool isBid, uint256 id) external {
        Order storage order = (isBid ? _bids : _asks).orders[id];
        uint256 lots = order.lots;
        if (lots == 0) return;
        if (order.owner != msg.sender) revert NotYours(id);
        order.lots = 0;
        if (isBid) quoteOf[msg.sender] += lots * ((id >> 64) + 1);
        else baseOf[msg.sender] += lots;
        emit Cancelled(msg.sender, isBid, id, lots);
    }

    /// @notice The highest bid and the lowest ask; 256 stands for none.
    function best() external view returns (uint256 bid, uint256 ask) {
        (bid, ask) = (256, 256);
        if (_bids.levels != 0) bid = _highestBit(_bids.levels);
        if (_asks.levels != 0) ask = _lowestBit(_asks.levels);
    }

    function _take(Side storage side, bool isBid, uint256 limit, uint256 lots)
        private
        returns (uint256 left, bool crosses)
    {
        left = lots;
        uint256 fills;
        for (uint256 levels = side.levels; levels != 0 && left != 0; levels = side.levels) {
            uint256 level = isBid ? _lowestBit(levels) : _highestBit(levels);
            if (isBid ? level > limit : level < limit) break;
            if (fills == FILLS_MAX) return (left, true);
            (left, fills) = _takeLevel(side, isBid, level, left, fills);
        }
    }

    /// A gap counts as a fill: it costs as much to pass.
    function _takeLevel(Side storage side, bool isBid, uint256 level, uint256 left, uint256 fills)
        private
        returns (uint256, uint256)
    {
        Queue storage queue = side.queues[level];
        (uint256 index, uint256 end) = (queue.first, queue.end);
        for (; index != end && left != 0 && fills != FILLS_MAX; fills++) {
            Order storage order = side.orders[(level << 64) | index];
            (address maker, uint256 lots) = (order.owner, order.lots);
            uint256 traded = lots < left ? lots : left;
            if (traded == lots) index++;
            if (traded == 0) continue;
            order.lots = uint96(lots - traded);
            left -= traded;
            _settle(isBid, maker, level, traded);
        }
        queue.first = uint64(index);
        if (index == end) side.levels &= ~(uint256(1) << level);
        return (left, fills);
    }

    /// The maker's side was paid for when the order came to rest.
    function _settle(bool takerBuys, address maker, uint256 level, uint256 lots) private {
        uint256 price = lots * (level + 1);
        if (takerBuys) {
            quoteOf[msg.sender] -= price;
            baseOf[msg.sender] += lots;
            quoteOf[maker] += price;
        } else {
            baseOf[msg.sender] -= lots;
            quoteOf[msg.sender] += price;
            baseOf[maker] += lots;
        }
        emit Filled(maker, msg.sender, level, lots);
    }

    function _rest(Side storage side, uint256 level, uint96 lots) private returns (uint256 id) {
        Queue storage queue = side.queues[level];
        uint64 end = queue.end;
        id = (level << 64) | end;
        side.orders[id] = Order(msg.sender, lots);
        queue.end = end + 1;
        side.levels |= uint256(1) << level;
    }

    function _lowestBit(uint256 word) private pure returns (uint256) {
        unchecked {
            return _highestBit(word & (~word + 1));
        }
    }

    /// Binary search, without jumps.
    function _highestBit(uint256 word) private pure returns (uint256 bit) {
        assembly ("memory-safe") {
            bit := shl(7, lt(0xffffffffffffffffffffffffffffffff, word))
            bit := or(bit, shl(6, lt(0xffffffffffffffff, shr(bit, word))))
            bit := or(bit, shl(5, lt(0xffffffff, shr(bit, word))))
            bit := or(bit, shl(4, lt(0xffff, shr(bit, word))))
            bit := or(bit, shl(3, lt(0xff, shr(bit, word))))
            bit := or(bit, shl(2, lt(0xf, shr(bit, word))))
            bit := or(bit, shl(1, lt(0x3, shr(bit, word))))
            bit := or(bit, lt(0x1, shr(bit, word)))
        }
    }
}
