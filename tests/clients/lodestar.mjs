// Three Lodestar nodes on three nodes of Weft (Capella). In the middle one Weft is killed and started again; in the end all
// agree on head and state, and the chain is final: node lodestar.mjs --weft PROGRAM [--seconds 6] [--epochs 6]
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { HDNodeWallet, parseEther } from 'ethers';
import { here, run } from './tool.mjs';

const { values } = parseArgs({
  options: {
    weft: { type: 'string' }, seconds: { type: 'string', default: '6' }, epochs: { type: 'string', default: '6' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help || !values.weft) {
  console.log('node lodestar.mjs --weft PROGRAM [--seconds S] [--epochs N]');
  process.exit(values.help ? 0 : 2);
}
if (!fs.existsSync(path.join(here, 'lodestar/node_modules'))) await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: path.join(here, 'lodestar') });
const Nodes = 3, ValidatorsEach = 8, SlotsPerEpoch = 8;
values.weft = path.resolve(values.weft);
// The launcher builds what is out of date: once, and before the clock runs.
await run(values.weft, ['--version']);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'weft-lodestar-'));
const wallet = HDNodeWallet.fromPhrase('test test test test test test test test test test test junk');
const children = new Set();

const wait = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));
const freePort = () => new Promise(resolve => {
  const server = net.createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

function start(program, args, log, env = {}) {
  const file = fs.openSync(path.join(folder, log), 'a');
  const child = spawn(program, args, { cwd: folder, stdio: ['ignore', file, file], env: { ...process.env, ...env } });
  children.add(child);
  child.on('exit', () => children.delete(child));
  return child;
}

async function ask(url, body) {
  const response = await fetch(url, body === undefined ? {} : {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url}: ${response.status} ${text.slice(0, 200)}`);
  return text === '' ? null : JSON.parse(text);
}

async function rpc(node, method, ...params) {
  const { result, error } = await ask(`http://127.0.0.1:${node.http}`, { jsonrpc: '2.0', id: 1, method, params });
  if (error) throw new Error(`${method}: ${error.message}`);
  return result;
}

async function until(what, seconds, condition) {
  const end = Date.now() + seconds * 1000;
  let last;
  while (Date.now() < end) {
    try { if (last = await condition()) return last; } catch (error) { last = error; }
    await wait(250);
  }
  throw new Error(`${what}: not within ${seconds} s${last instanceof Error ? `: ${last.message}` : ''}`);
}

const startWeft = node => {
  node.weft = start(values.weft, [
    'node', '--genesis', path.join(folder, 'genesis.json'), '--data', path.join(folder, `weft${node.number}`),
    '--http.port', `${node.http}`, '--authrpc.port', `${node.engine}`, '--jwt-secret', path.join(folder, 'jwt.hex'),
  ], `weft${node.number}.log`);
  return until(`Weft ${node.number} answers`, 60, () => rpc(node, 'eth_chainId'));
};

function startLodestar(node, hash, time, bootnode) {
  const first = node.number * ValidatorsEach;
  const args = [
    '-r', path.join(here, 'lodestar/polyfill.cjs'), path.join(here, 'lodestar/node_modules/@chainsafe/lodestar/lib/index.js'), 'dev',
    '--dataDir', path.join(folder, `lodestar${node.number}`), '--reset', '--genesisValidators', `${Nodes * ValidatorsEach}`,
    '--startValidators', `${first}..${first + ValidatorsEach - 1}`, '--genesisEth1Hash', hash, '--genesisTime', `${time}`,
    '--execution.urls', `http://127.0.0.1:${node.engine}`, '--jwt-secret', path.join(folder, 'jwt.hex'), '--listenAddress', '127.0.0.1',
    '--port', `${node.p2p}`, '--rest.port', `${node.rest}`, '--rest.namespace', '*', '--beaconNodes', `http://127.0.0.1:${node.rest}`, `--params.SECONDS_PER_SLOT=${values.seconds}`,
    '--params.ALTAIR_FORK_EPOCH=0', '--params.BELLATRIX_FORK_EPOCH=0', '--params.CAPELLA_FORK_EPOCH=0', '--params.TERMINAL_TOTAL_DIFFICULTY=0',
    '--enr.ip', '127.0.0.1', '--enr.tcp', `${node.p2p}`, '--enr.udp', `${node.p2p}`,
    ...(bootnode ? ['--bootnodes', bootnode] : []),
  ];
  node.lodestar = start(process.execPath, args, `lodestar${node.number}.log`, { LODESTAR_PRESET: 'minimal' });
}

const identity = node => ask(`http://127.0.0.1:${node.rest}/eth/v1/node/identity`).then(answer => answer.data);

async function connect(nodes) {
  for (const node of nodes)
    for (const other of nodes.slice(0, node.number)) {
      const { peer_id } = await identity(other);
      await ask(`http://127.0.0.1:${node.rest}/eth/v1/lodestar/connect_peer?peerId=${peer_id}&multiaddr=/ip4/127.0.0.1/tcp/${other.p2p}`, {})
        .catch(error => console.log(`connecting ${node.number} to ${other.number}: ${error.message}`));
    }
}

async function main() {
  const time = Math.floor(Date.now() / 1000) + 45;
  fs.writeFileSync(path.join(folder, 'jwt.hex'), '7b'.repeat(32));
  fs.writeFileSync(path.join(folder, 'genesis.json'), JSON.stringify({
    config: {
      chainId: 3151909, homesteadBlock: 0, eip150Block: 0, eip155Block: 0, eip158Block: 0, byzantiumBlock: 0, constantinopleBlock: 0,
      petersburgBlock: 0, istanbulBlock: 0, berlinBlock: 0, londonBlock: 0, mergeNetsplitBlock: 0, terminalTotalDifficulty: 0,
      terminalTotalDifficultyPassed: true, shanghaiTime: 0,
    },
    alloc: { [wallet.address]: { balance: '0x' + parseEther('1000000').toString(16) } },
    difficulty: '0x0', gasLimit: '0x1c9c380', baseFeePerGas: '0x3b9aca00', nonce: '0x0', extraData: '0x',
    timestamp: '0x' + (time - 60).toString(16), mixHash: '0x' + '0'.repeat(64), coinbase: '0x' + '0'.repeat(40),
  }));
  const nodes = [];
  for (let number = 0; number < Nodes; number++)
    nodes.push({ number, http: await freePort(), engine: await freePort(), rest: await freePort(), p2p: await freePort() });
  await Promise.all(nodes.map(startWeft));
  const { hash } = await rpc(nodes[0], 'eth_getBlockByNumber', '0x0', false);
  startLodestar(nodes[0], hash, time);
  const { enr } = await until('Lodestar 0 answers', 60, () => identity(nodes[0]));
  for (const node of nodes.slice(1)) startLodestar(node, hash, time, enr);
  for (const node of nodes) await until(`Lodestar ${node.number} answers`, 90, () => identity(node));
  await connect(nodes);
  console.log(`genesis ${hash}, three of each are up, ${time - Math.floor(Date.now() / 1000)} s before genesis`);

  const slot = Number(values.seconds), height = async node => Number(await rpc(node, 'eth_blockNumber'));
  const [first, , last] = nodes;
  await until('the chain begins', 60 + 20 * slot, async () => await height(last) >= 5);
  let nonce = 0;
  const send = async () => rpc(first, 'eth_sendRawTransaction', await wallet.signTransaction({
    type: 2, to: wallet.address, value: 1n, gasLimit: 21000n, chainId: 3151909, nonce: nonce++, maxFeePerGas: 50_000_000_000n,
    maxPriorityFeePerGas: 1_000_000_000n,
  }));
  const sent = [await send(), await send()];
  await until('a block with a transaction', 40 * slot, async () => await rpc(last, 'eth_getTransactionReceipt', sent[1]));

  last.weft.kill('SIGKILL');
  const killedAt = await height(first);
  await until('the others go on', 30 * slot, async () => await height(first) >= killedAt + 4);
  await startWeft(last);
  sent.push(await send());
  await until('the killed one catches up', 60 * slot, async () => await height(last) >= await height(first) - 1 && await height(last) > killedAt + 4);
  console.log(`killed at block ${killedAt}, caught up at ${await height(last)}`);

  const epochs = Number(values.epochs);
  const finality = node => ask(`http://127.0.0.1:${node.rest}/eth/v1/beacon/states/head/finality_checkpoints`).then(answer => Number(answer.data.finalized.epoch));
  await until('finality', epochs * SlotsPerEpoch * slot, async () => (await Promise.all(nodes.map(finality))).every(epoch => epoch >= 2));
  await until('agreement', 20 * slot, async () => {
    const heads = await Promise.all(nodes.map(node => rpc(node, 'eth_getBlockByNumber', 'latest', false)));
    return heads.every(head => head.hash === heads[0].hash && head.stateRoot === heads[0].stateRoot) && heads[0];
  });
  for (const node of nodes) {
    assert.equal(await rpc(node, 'eth_getTransactionCount', wallet.address, 'latest'), '0x3');
    assert.ok((await rpc(node, 'eth_getBlockByNumber', 'finalized', false)).number !== '0x0');
  }
  console.log(`finalized epochs ${(await Promise.all(nodes.map(finality))).join(', ')}; all agree at block ${await height(first)}`);
}

let code = 0;
try {
  await main();
  console.log('1 passed, 0 failed');
} catch (error) {
  code = 1;
  console.log(error.message);
  for (const name of fs.readdirSync(folder).filter(name => name.endsWith('.log')))
    console.log(`-- ${name}\n${fs.readFileSync(path.join(folder, name), 'utf8').slice(-1500)}`);
  console.log('0 passed, 1 failed');
} finally {
  // Lodestar does not end on SIGTERM.
  for (const child of children) child.kill('SIGKILL');
  await wait(300);
  fs.rmSync(folder, { recursive: true, force: true });
}
process.exit(code);
