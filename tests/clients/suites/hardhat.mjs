import path from 'node:path';
import { here, node, run } from '../tool.mjs';

export default async function hardhat({ rpc }, check) {
  const start = (...args) => run(
    node(), [path.join(here, 'node_modules/hardhat/dist/src/cli.js'), ...args],
    { cwd: here, env: { WEFT_RPC: rpc, HARDHAT_DISABLE_TELEMETRY_PROMPT: 'true', CI: 'true' } });

  await check('a Hardhat project compiles', () => start('build', '--quiet'));
  await check('a Hardhat project passes its tests', () =>
    start('test', 'nodejs', '--network', 'weft', '--no-compile'));
}
