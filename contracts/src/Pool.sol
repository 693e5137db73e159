// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IErc20} from "./IErc20.sol";

/// @notice Trades two tokens so that the product of its reserves never falls; 0.3 % of what comes in stays. The price
/// of each token, weighted with the seconds that it held, is summed up for oracles.
contract Pool {
    uint256 private constant FEE_PER_MILLE = 3;

    IErc20 public token0;
    IErc20 public token1;

    // One slot: a swap reads and writes all three.
    uint112 public reserve0;
    uint112 public reserve1;
    uint32 public updatedAt;

    // Price times seconds, as a fixed-point number with 112 fractional bits.
    uint256 public price0Cumulative;
    uint256 public price1Cumulative;

    event Swap(address indexed sender, address indexed to, bool zeroForOne, uint256 amountIn, uint256 amountOut);
    event Sync(uint112 reserve0, uint112 reserve1);

    error TooLittleOut(uint256 amountOut, uint256 minimum);
    error NoReserves();
    error ReserveTooLarge();
    error TransferFailed();

    constructor(IErc20 first, IErc20 second) {
        (token0, token1) = (first, second);
    }

    /// @notice Adds reserves of both tokens. They belong to the pool from then on: it has no shares.
    function fund(uint256 amount0, uint256 amount1) external {
        (uint256 r0, uint256 r1) = (reserve0, reserve1);
        _pull(token0, amount0);
        _pull(token1, amount1);
        _update(r0, r1, r0 + amount0, r1 + amount1);
    }

    /// @notice Takes `amountIn` of one token from the caller, who has approved it, and pays the other to `to`.
    function swap(bool zeroForOne, uint256 amountIn, uint256 minimumOut, address to)
        external
        returns (uint256 amountOut)
    {
        (uint256 r0, uint256 r1) = (reserve0, reserve1);
        if (r0 == 0 || r1 == 0) revert NoReserves();
        (uint256 reserveIn, uint256 reserveOut) = zeroForOne ? (r0, r1) : (r1, r0);
        uint256 taxed = amountIn * (1000 - FEE_PER_MILLE);
        amountOut = (taxed * reserveOut) / (reserveIn * 1000 + taxed);
        if (amountOut < minimumOut) revert TooLittleOut(amountOut, minimumOut);

        _pull(zeroForOne ? token0 : token1, amountIn);
        if (!(zeroForOne ? token1 : token0).transfer(to, amountOut)) revert TransferFailed();
        if (zeroForOne) _update(r0, r1, r0 + amountIn, r1 - amountOut);
        else _update(r0, r1, r0 - amountOut, r1 + amountIn);
        emit Swap(msg.sender, to, zeroForOne, amountIn, amountOut);
    }

    function _pull(IErc20 token, uint256 amount) private {
        if (!token.transferFrom(msg.sender, address(this), amount)) revert TransferFailed();
    }

    /// The first change of a block also accounts for the price that held until then.
    function _update(uint256 r0, uint256 r1, uint256 new0, uint256 new1) private {
        if (new0 > type(uint112).max || new1 > type(uint112).max) revert ReserveTooLarge();
        unchecked {
            // Sums and differences of time wrap around: only their differences mean anything.
            uint32 elapsed = uint32(block.timestamp) - updatedAt;
            if (elapsed != 0 && r0 != 0 && r1 != 0) {
                price0Cumulative += ((r1 << 112) / r0) * elapsed;
                price1Cumulative += ((r0 << 112) / r1) * elapsed;
            }
        }
        (reserve0, reserve1, updatedAt) = (uint112(new0), uint112(new1), uint32(block.timestamp));
        emit Sync(uint112(new0), uint112(new1));
    }
}
