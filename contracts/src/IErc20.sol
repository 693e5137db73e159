// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice What other contracts ask of a token (ERC-20).
interface IErc20 {
    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);

    function transfer(address to, uint256 value) external returns (bool);

    function transferFrom(address from, address to, uint256 value) external returns (bool);

    function approve(address spender, uint256 value) external returns (bool);
}
