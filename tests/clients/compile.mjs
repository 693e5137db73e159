// Compiles contracts/ with the pinned solc: name → {abi, bytecode}.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import solc from 'solc';

const here = path.dirname(fileURLToPath(import.meta.url));

export function compile() {
  const folder = path.join(here, 'contracts');
  const sources = Object.fromEntries(fs.readdirSync(folder).map(file =>
    [file, { content: fs.readFileSync(path.join(folder, file), 'utf8') }]));
  const input = {
    language: 'Solidity',
    sources,
    settings: {
      evmVersion: 'cancun',
      optimizer: { enabled: true, runs: 200 },
      outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
    },
  };
  const load = name => ({ contents: fs.readFileSync(path.join(here, 'node_modules', name), 'utf8') });
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: load }));
  const errors = (output.errors ?? []).filter(error => error.severity === 'error');
  if (errors.length > 0) throw new Error(errors.map(error => error.formattedMessage).join('\n'));
  const contracts = {};
  for (const file of Object.keys(sources))
    for (const [name, made] of Object.entries(output.contracts[file]))
      contracts[name] = { abi: made.abi, bytecode: '0x' + made.evm.bytecode.object };
  return contracts;
}

// Uniswap's own build, byte for byte what is on mainnet: pairs are found by the hash of their code.
export function uniswap(name) {
  for (const part of ['v2-core', 'v2-periphery']) {
    const file = path.join(here, 'node_modules/@uniswap', part, 'build', name + '.json');
    if (!fs.existsSync(file)) continue;
    const made = JSON.parse(fs.readFileSync(file, 'utf8'));
    const bytecode = made.bytecode ?? made.evm.bytecode.object;
    return { abi: made.abi, bytecode: bytecode.startsWith('0x') ? bytecode : '0x' + bytecode };
  }
  throw new Error(`Uniswap has no contract ${name}`);
}
