// Runs what developers use against a node: node run.mjs [--rpc http://127.0.0.1:8545] [--ws ws://…] [SUITE…]
// The node is a development node of its own: accounts of the mnemonic below have funds, blocks are mined at once.
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rpc: { type: 'string', default: 'http://127.0.0.1:8545' },
    ws: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});
const all = ['viem', 'ethers', 'openzeppelin', 'uniswap', 'foundry', 'hardhat'];
if (values.help) {
  console.log(`node run.mjs [--rpc URL] [--ws URL] [${all.join('|')}]…`);
  process.exit(0);
}
const context = {
  rpc: values.rpc,
  ws: values.ws ?? values.rpc.replace(/^http/, 'ws'),
  mnemonic: 'test test test test test test test test test test test junk',
};
let passed = 0, failed = 0;

// One thing that a user does; what it throws is why it failed.
async function check(name, body) {
  const start = performance.now();
  try {
    await body();
    passed++;
    console.log(`  ok    ${name} (${Math.round(performance.now() - start)} ms)`);
  } catch (error) {
    failed++;
    console.log(`  FAIL  ${name}: ${error.shortMessage ?? error.message}`);
    if (error.details) console.log(`        ${error.details}`);
    if (process.env.VERBOSE) console.log(error.stack);
  }
}

for (const name of positionals.length > 0 ? positionals : all) {
  console.log(name);
  const { default: suite } = await import(`./suites/${name}.mjs`);
  await suite(context, check);
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
