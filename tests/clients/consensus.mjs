// A real consensus driver makes a node of Weft build and judge blocks until they are final, while transactions of every
// type flow: node consensus.mjs --weft PROGRAM --driver FOLDER --contracts GENESIS [--slots 41] [--seconds 1] FORK…
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { HDNodeWallet, JsonRpcProvider, parseEther } from 'ethers';
import { sidecar, signBlobTransaction } from './blobs.mjs';
import { here, run } from './tool.mjs';

const all = ['capella', 'deneb', 'electra', 'fulu'];
const executionForks = { capella: 'shanghai', deneb: 'cancun', electra: 'prague', fulu: 'osaka' };
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    weft: { type: 'string' }, driver: { type: 'string' }, contracts: { type: 'string' },
    slots: { type: 'string', default: '41' }, seconds: { type: 'string', default: '1' },
    validators: { type: 'string', default: '16' }, help: { type: 'boolean', short: 'h' },
  },
});
if (values.help || !values.weft || !values.driver || !values.contracts) {
  console.log(`node consensus.mjs --weft PROGRAM --driver FOLDER --contracts GENESIS [--slots N] [--seconds S] [${all.join('|')}]…
--driver     the folder of driver.mjs; its packages are installed into artifacts/consensus
--contracts  a genesis.json that holds the system contracts of EIP-4788, 2935, 7002 and 7251`);
  process.exit(values.help ? 0 : 2);
}
const mnemonic = 'test test test test test test test test test test test junk';
const wallets = [0, 1, 2, 3, 4, 5].map(i => HDNodeWallet.fromPhrase(mnemonic, undefined, `m/44'/60'/0'/0/${i}`));

function genesis(fork, timestamp) {
  const until = all.indexOf(fork);
  const blobs = { target: 3, max: 6, baseFeeUpdateFraction: 3338477 }, more = { target: 6, max: 9, baseFeeUpdateFraction: 5007716 };
  const config = {
    chainId: 3151908, homesteadBlock: 0, eip150Block: 0, eip155Block: 0, eip158Block: 0, byzantiumBlock: 0, constantinopleBlock: 0,
    petersburgBlock: 0, istanbulBlock: 0, berlinBlock: 0, londonBlock: 0, mergeNetsplitBlock: 0, terminalTotalDifficulty: 0,
    terminalTotalDifficultyPassed: true, blobSchedule: { cancun: blobs, prague: more, osaka: more },
    depositContractAddress: '0x4242424242424242424242424242424242424242',
  };
  for (const name of all.slice(0, until + 1)) config[executionForks[name] + 'Time'] = 0;
  const given = JSON.parse(fs.readFileSync(values.contracts, 'utf8')).alloc, alloc = {};
  for (const [address, account] of Object.entries(given))
    if (/^(0x)?0000(0961ef48|bbddc7ce|f90827f1)|^(0x)?000f3df6/.test(address)) alloc[address] = account;
  for (const wallet of wallets) alloc[wallet.address] = { balance: '0x' + parseEther('1000000').toString(16) };
  return {
    config, alloc, difficulty: '0x0', gasLimit: '0x1c9c380', baseFeePerGas: '0x3b9aca00', nonce: '0x0', extraData: '0x',
    timestamp: '0x' + timestamp.toString(16), mixHash: '0x' + '0'.repeat(64), coinbase: '0x' + '0'.repeat(40),
  };
}

const freePort = () => new Promise(resolve => {
  const server = net.createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

async function untilAnswers(url) {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] });
  for (let i = 0; i < 200; i++) {
    try { return await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body }); } catch {
      await new Promise(r => setTimeout(r, 50));
    }
  }
  throw new Error('the node does not answer');
}

// One of every type that the fork has; resolves to their hashes.
async function sendAll(provider, fork) {
  const [alice, bob, carol, dora] = wallets, { chainId } = await provider.getNetwork();
  const fees = { maxFeePerGas: 50_000_000_000n, maxPriorityFeePerGas: 1_000_000_000n };
  const requests = [
    { type: 0, gasPrice: 50_000_000_000n },
    { type: 1, gasPrice: 50_000_000_000n, accessList: [{ address: bob.address, storageKeys: ['0x' + '0'.repeat(64)] }] },
    { type: 2, ...fees },
  ];
  if (fork === 'electra' || fork === 'fulu')
    requests.push({
      type: 4, ...fees, authorizationList: [carol.authorizeSync({ chainId, address: bob.address, nonce: await provider.getTransactionCount(carol.address, 'pending') })],
    });
  const hashes = [];
  for (const request of requests) {
    const nonce = await provider.getTransactionCount(alice.address, 'pending');
    const signed = await alice.signTransaction({ to: bob.address, value: 1n, gasLimit: 200_000n, chainId, nonce, ...request });
    hashes.push(await provider.send('eth_sendRawTransaction', [signed]));
  }
  if (fork !== 'capella') {
    const nonce = await provider.getTransactionCount(dora.address, 'pending');
    const blob = await signBlobTransaction(
      dora, { to: bob.address, gasLimit: 100_000n, chainId, nonce, maxFeePerBlobGas: 1_000_000_000n, ...fees }, fork === 'fulu');
    const start = Date.now();
    hashes.push(await provider.send('eth_sendRawTransaction', [blob]));
    if (process.env.VERBOSE) console.log(`${fork}: ${hashes.at(-1)} after ${Date.now() - start} ms`);
  }
  return hashes;
}

// The driver knows payloads without blobs only: the block gets their commitments, and the node their hashes. A copy, with its
// packages.
async function installDriver() {
  const replaced = [
    ['b.executionPayload=e;', 'b.executionPayload=e; if(gp.blobsBundle) b.blobKzgCommitments=gp.blobsBundle.commitments.map(un);'],
    ['[[],hex(parentRoot)]', "[(gp.blobsBundle?.commitments??[]).map(c=>'0x01'+crypto.createHash('sha256').update(un(c)).digest('hex').slice(2)),hex(parentRoot)]"],
  ];
  let source = fs.readFileSync(path.join(values.driver, 'driver.mjs'), 'utf8');
  for (const [from, to] of replaced) {
    if (!source.includes(from)) throw new Error(`driver.mjs has changed: there is no ${from}`);
    source = source.replace(from, to);
  }
  const folder = path.join(here, 'artifacts', 'consensus');
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'driver.mjs'), source);
  fs.copyFileSync(path.join(values.driver, 'package.json'), path.join(folder, 'package.json'));
  if (!fs.existsSync(path.join(folder, 'node_modules'))) await run('npm', ['install', '--no-audit', '--no-fund'], { cwd: folder });
  return folder;
}

async function finalize(fork) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `weft-${fork}-`));
  const [http, engine] = [await freePort(), await freePort()];
  const start = Math.floor(Date.now() / 1000) + 6;
  fs.writeFileSync(path.join(folder, 'genesis.json'), JSON.stringify(genesis(fork, start - 10)));
  fs.writeFileSync(path.join(folder, 'jwt.hex'), '5a'.repeat(32));
  const node = spawn(values.weft, [
    'node', '--genesis', path.join(folder, 'genesis.json'), '--data', path.join(folder, 'data'),
    '--http.port', `${http}`, '--authrpc.port', `${engine}`, '--jwt-secret', path.join(folder, 'jwt.hex'),
  ]);
  let said = '';
  for (const stream of [node.stdout, node.stderr]) stream.on('data', data => { said = (said + data).slice(-4000); });
  await untilAnswers(`http://127.0.0.1:${http}`);
  const provider = new JsonRpcProvider(`http://127.0.0.1:${http}`, undefined, { cacheTimeout: -1 });
  try {
    const first = await provider.getBlock(0);
    const hashes = [];
    let sending = true;
    const sender = (async () => {
      await new Promise(r => setTimeout(r, 8000));
      while (sending) {
        hashes.push(...await sendAll(provider, fork));
        await new Promise(r => setTimeout(r, 4000));
      }
    })();
    const driver = run(process.execPath, [
      'driver.mjs', `http://127.0.0.1:${engine}`, first.hash, `${start}`, values.seconds, values.validators, values.slots,
    ], { cwd: driverFolder, env: { FORK: fork, LODESTAR_PRESET: 'minimal', JWT_SECRET_FILE: path.join(folder, 'jwt.hex') } });
    let printed;
    try { printed = await Promise.race([driver, sender.then(() => driver)]); } finally { sending = false; }
    await sender;
    const last = printed.trim().split('\n').at(-1);
    const finalized = Number(/finalized (\d+)/.exec(last)[1]);
    assert.ok(finalized >= 3, `finalized only epoch ${finalized}: ${last}`);
    assert.equal((await provider.getBlock('finalized')).number > 0, true);
    let included = 0;
    for (const hash of hashes) if ((await provider.getTransactionReceipt(hash))?.status === 1) included++;
    // The last ones may still wait.
    assert.ok(included >= hashes.length - 8 && included > 8, `${included} of ${hashes.length} transactions are in blocks`);
    const types = new Set();
    for (const hash of hashes.slice(0, 6)) types.add((await provider.getTransaction(hash))?.type);
    console.log(`${fork}: finalized epoch ${finalized}, ${included} transactions of types ${[...types].sort().join(', ')}`);
    node.kill('SIGTERM');
    const code = await new Promise(resolve => node.exitCode !== null ? resolve(node.exitCode) : node.on('exit', resolve));
    assert.equal(code, 0, 'the node did not end cleanly');
  } catch (error) {
    error.message += `\nthe node said:\n${said}`;
    throw error;
  } finally {
    provider.destroy();
    node.kill('SIGKILL');
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

const forks = positionals.length > 0 ? positionals : all;
if (forks.includes('deneb') || forks.includes('electra')) await sidecar(false);
if (forks.includes('fulu')) await sidecar(true);
// The launcher builds what is out of date: once, and not within the first slots.
await run(values.weft, ['--version']);
const driverFolder = await installDriver();
// Side by side: they mostly wait for their slots.
const results = await Promise.allSettled(forks.map(finalize));
const failed = results.filter(result => result.status === 'rejected');
for (const { reason } of failed) console.log(reason.message);
console.log(`${results.length - failed.length} passed, ${failed.length} failed`);
process.exit(failed.length === 0 ? 0 : 1);
