// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {ERC1155} from "@openzeppelin/contracts/token/ERC1155/ERC1155.sol";

contract Coin is ERC20, ERC20Permit {
    constructor(uint256 supply) ERC20("Coin", "COIN") ERC20Permit("Coin") {
        _mint(msg.sender, supply);
    }
}

contract Badge is ERC721 {
    uint256 public next;

    constructor() ERC721("Badge", "BDG") {}

    function mint(address to) external returns (uint256 id) {
        id = ++next;
        _safeMint(to, id);
    }
}

contract Items is ERC1155 {
    constructor() ERC1155("ipfs://items/{id}") {
        _mint(msg.sender, 1, 1000, "");
        _mint(msg.sender, 2, 5, "");
    }
}
