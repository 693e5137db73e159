// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice A world of 65536 by 65536 cells, one player a cell. Who walks against somebody stays; who loses a fight is
/// carried off with full health and half of the gold. Neither reverts.
contract GameWorld {
    uint256 private constant HEALTH = 100;
    uint256 private constant DAMAGE_MAX = 40;

    // One slot.
    struct Player {
        uint16 x;
        uint16 y;
        uint16 health;
        uint16 wins;
        uint64 gold;
        bool plays;
    }

    mapping(address player => Player) public players;
    mapping(uint256 cell => address) public occupant;

    event Moved(address indexed player, uint16 x, uint16 y);
    event Blocked(address indexed player, address indexed by);
    event Hit(address indexed attacker, address indexed victim, uint256 damage, uint256 healthLeft);
    event Won(address indexed attacker, address indexed victim, uint256 gold);

    error AlreadyPlays();
    error DoesNotPlay(address account);
    error Occupied(address by);

    /// @notice Enters the world at a free cell.
    function join(uint16 x, uint16 y) external {
        if (players[msg.sender].plays) revert AlreadyPlays();
        uint256 cell = _cell(x, y);
        if (occupant[cell] != address(0)) revert Occupied(occupant[cell]);
        occupant[cell] = msg.sender;
        players[msg.sender] = Player(x, y, uint16(HEALTH), 0, 100, true);
        emit Moved(msg.sender, x, y);
    }

    /// @notice One step: 0 north, 1 east, 2 south, 3 west. The world has no edges.
    function move(uint8 direction) external {
        Player memory player = players[msg.sender];
        if (!player.plays) revert DoesNotPlay(msg.sender);
        (uint16 x, uint16 y) = (player.x, player.y);
        unchecked {
            if (direction & 3 == 0) y++;
            else if (direction & 3 == 1) x++;
            else if (direction & 3 == 2) y--;
            else x--;
        }
        address other = occupant[_cell(x, y)];
        if (other != address(0)) {
            emit Blocked(msg.sender, other);
            return;
        }
        delete occupant[_cell(player.x, player.y)];
        occupant[_cell(x, y)] = msg.sender;
        (player.x, player.y) = (x, y);
        players[msg.sender] = player;
        emit Moved(msg.sender, x, y);
    }

    /// @notice Hits another player, wherever it is. The damage is rolled from the block's randomness and both states.
    function fight(address victim) external {
        Player memory attacker = players[msg.sender];
        Player memory target = players[victim];
        if (!attacker.plays || msg.sender == victim) revert DoesNotPlay(msg.sender);
        if (!target.plays) revert DoesNotPlay(victim);
        uint256 roll =
            uint256(keccak256(abi.encode(block.prevrandao, msg.sender, victim, attacker.wins, target.health)));
        uint256 damage = 1 + (roll % DAMAGE_MAX);
        if (damage < target.health) {
            target.health -= uint16(damage);
            emit Hit(msg.sender, victim, damage, target.health);
        } else {
            uint64 loot = target.gold - target.gold / 2;
            target.gold -= loot;
            target.health = uint16(HEALTH);
            attacker.gold += loot;
            unchecked {
                attacker.wins++;
            }
            players[msg.sender] = attacker;
            emit Won(msg.sender, victim, loot);
        }
        players[victim] = target;
    }

    function _cell(uint16 x, uint16 y) private pure returns (uint256) {
        return (uint256(x) << 16) | y;
    }
}
