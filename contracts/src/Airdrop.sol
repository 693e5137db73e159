// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IErc20} from "./IErc20.sol";

/// @notice Pays many recipients in one call, out of the caller's allowance.
contract Airdrop {
    error TransferFailed(address recipient);

    function drop(IErc20 token, address[] calldata recipients, uint256 amount) external {
        for (uint256 i = 0; i < recipients.length; i++) {
            if (!token.transferFrom(msg.sender, recipients[i], amount)) revert TransferFailed(recipients[i]);
        }
    }
}
