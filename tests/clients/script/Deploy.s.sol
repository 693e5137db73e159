// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Counter} from "../contracts/Counter.sol";
import {Coin} from "../contracts/Tokens.sol";

interface Vm {
    function startBroadcast() external;
    function stopBroadcast() external;
}

contract Deploy {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    bool public constant IS_SCRIPT = true;

    function run() external returns (Counter counter, Coin coin) {
        vm.startBroadcast();
        counter = new Counter();
        counter.increment(5);
        counter.increment(6);
        coin = new Coin(1_000_000);
        coin.transfer(address(counter), 1_000);
        vm.stopBroadcast();
    }
}
