// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice Computes much and stores little: rounds of a hash, a product modulo a prime and a division.
contract Heavy {
    // The order of the group of secp256k1.
    uint256 private constant PRIME = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    mapping(uint256 key => uint256) public results;

    event Computed(uint256 indexed key, uint256 result);

    /// @notice Goes on from the last result under `key`: computations of one key depend on one another, others do not.
    function compute(uint256 key, uint256 seed, uint256 rounds) external returns (uint256 value) {
        value = results[key] ^ seed;
        for (uint256 i = 0; i < rounds; i++) {
            uint256 hash;
            assembly ("memory-safe") {
                mstore(0, value)
                mstore(32, i)
                hash := keccak256(0, 64)
            }
            unchecked {
                // Sums may wrap around: all that is asked for is work.
                value = mulmod(hash, value | 1, PRIME) + hash / ((value >> 192) + 1);
            }
        }
        results[key] = value;
        emit Computed(key, value);
    }
}
