import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'hardhat/config';
import hardhatEthers from '@nomicfoundation/hardhat-ethers';
import nodeTestRunner from '@nomicfoundation/hardhat-node-test-runner';

const here = path.dirname(fileURLToPath(import.meta.url));

export default defineConfig({
  plugins: [hardhatEthers, nodeTestRunner],
  solidity: { version: '0.8.30', path: path.join(here, 'node_modules/solc/soljson.js'), settings: { evmVersion: 'cancun' } },
  paths: { sources: 'contracts', cache: 'artifacts/hardhat-cache', artifacts: 'artifacts/hardhat' },
  networks: {
    weft: { type: 'http', chainType: 'l1', url: process.env.WEFT_RPC ?? 'http://127.0.0.1:8545' },
  },
});
