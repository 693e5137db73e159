// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice A collection (the core of ERC-721). Its identifiers count up, so every mint reads and writes one slot.
contract Nft {
    uint256 public totalSupply;
    mapping(uint256 id => address) public ownerOf;
    mapping(address owner => uint256) public balanceOf;
    mapping(uint256 id => address) public getApproved;
    mapping(address owner => mapping(address operator => bool)) public isApprovedForAll;

    event Transfer(address indexed from, address indexed to, uint256 indexed id);
    event Approval(address indexed owner, address indexed approved, uint256 indexed id);
    event ApprovalForAll(address indexed owner, address indexed operator, bool approved);

    error NotOwner(address account, uint256 id);
    error NotAllowed(address account, uint256 id);

    function mint() external returns (uint256 id) {
        id = totalSupply;
        totalSupply = id + 1;
        ownerOf[id] = msg.sender;
        unchecked {
            balanceOf[msg.sender]++;
        }
        emit Transfer(address(0), msg.sender, id);
    }

    function transferFrom(address from, address to, uint256 id) external {
        if (ownerOf[id] != from) revert NotOwner(from, id);
        if (msg.sender != from && !isApprovedForAll[from][msg.sender]) {
            if (getApproved[id] != msg.sender) revert NotAllowed(msg.sender, id);
        }
        delete getApproved[id];
        ownerOf[id] = to;
        unchecked {
            balanceOf[from]--;
            balanceOf[to]++;
        }
        emit Transfer(from, to, id);
    }

    function approve(address approved, uint256 id) external {
        address owner = ownerOf[id];
        if (msg.sender != owner && !isApprovedForAll[owner][msg.sender]) revert NotAllowed(msg.sender, id);
        getApproved[id] = approved;
        emit Approval(owner, approved, id);
    }

    function setApprovalForAll(address operator, bool approved) external {
        isApprovedForAll[msg.sender][operator] = approved;
        emit ApprovalForAll(msg.sender, operator, approved);
    }
}
