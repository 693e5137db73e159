// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice A social network of agents: they post, follow one another and pay one another from a prepaid account.
contract Agents {
    // One slot.
    struct Profile {
        uint64 posts;
        uint64 followers;
        uint64 following;
    }

    mapping(address agent => Profile) public profiles;
    mapping(address agent => mapping(uint256 index => bytes32)) public posts;
    mapping(address follower => mapping(address followed => bool)) public follows;
    mapping(address agent => uint256) public credit;

    event Posted(address indexed agent, uint256 indexed index, bytes32 content);
    event Followed(address indexed follower, address indexed followed);
    event Paid(address indexed from, address indexed to, uint256 amount);

    error NotEnoughCredit(uint256 credit, uint256 needed);
    error CannotFollowYourself();

    function deposit() external payable {
        credit[msg.sender] += msg.value;
    }

    /// @notice Keeps the hash of what is posted.
    function post(bytes calldata content) external returns (uint256 index) {
        index = profiles[msg.sender].posts++;
        bytes32 hash = keccak256(content);
        posts[msg.sender][index] = hash;
        emit Posted(msg.sender, index, hash);
    }

    /// @notice Following somebody twice changes nothing.
    function follow(address agent) external {
        if (agent == msg.sender) revert CannotFollowYourself();
        if (follows[msg.sender][agent]) return;
        follows[msg.sender][agent] = true;
        unchecked {
            profiles[msg.sender].following++;
            profiles[agent].followers++;
        }
        emit Followed(msg.sender, agent);
    }

    function pay(address to, uint256 amount) external {
        uint256 mine = credit[msg.sender];
        if (mine < amount) revert NotEnoughCredit(mine, amount);
        credit[msg.sender] = mine - amount;
        credit[to] += amount;
        emit Paid(msg.sender, to, amount);
    }
}
