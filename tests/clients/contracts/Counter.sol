// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

contract Counter {
    error TooMuch(uint256 asked, uint256 most);

    event Incremented(address indexed by, uint256 value);

    uint256 public value;

    function increment(uint256 by) external {
        if (by > 100) revert TooMuch(by, 100);
        require(by != 0, "by nothing");
        value += by;
        emit Incremented(msg.sender, value);
    }

    function divide(uint256 by) external view returns (uint256) {
        return value / by;
    }

    function time() external view returns (uint256) {
        return block.timestamp;
    }
}
