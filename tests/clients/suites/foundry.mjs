import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { HDNodeWallet } from 'ethers';
import { foundry, here, run } from '../tool.mjs';

export default async function foundrySuite({ rpc, mnemonic }, check) {
  
  const wallet = HDNodeWallet.fromPhrase(mnemonic, undefined, "m/44'/60'/0'/0/7");
  const key = ['--private-key', wallet.privateKey];
  const cast = (...args) => run(foundry('cast'), [...args, '--rpc-url', rpc]);
  const forge = (...args) => run(foundry('forge'), [...args, '--rpc-url', rpc, '--root', here], { cwd: here });
  let counter;

  await check('forge create deploys', async () => {
    const output = await forge('create', 'contracts/Counter.sol:Counter', '--broadcast', ...key);
    counter = /Deployed to: (0x[0-9a-fA-F]{40})/.exec(output)[1];
  });
  await check('cast sends, calls, reads logs, storage, code, proofs', async () => {
    const sent = JSON.parse(await cast('send', counter, 'increment(uint256)', '9', '--json', ...key));
    assert.equal(sent.status, '0x1');
    assert.equal(await cast('call', counter, 'value()(uint256)'), '9');
    assert.equal(BigInt(await cast('storage', counter, '0')), 9n);
    assert.ok((await cast('code', counter)).length > 100);
    assert.equal(JSON.parse(await cast('logs', '--address', counter, '--from-block', '0', '--json')).length, 1);
    assert.ok(JSON.parse(await cast('proof', counter, '0')).accountProof.length > 0);
    assert.equal(BigInt(await cast('nonce', wallet.address)), BigInt(sent.nonce ?? await cast('tx', sent.transactionHash, 'nonce')) + 1n);
    assert.match(await cast('receipt', sent.transactionHash, 'status'), /1|true|success/);
    assert.ok(Number(await cast('estimate', counter, 'increment(uint256)', '1', '--from', wallet.address)) > 21000);
    assert.match(await cast('access-list', counter, 'value()'), /storage keys|accessList|0x0{60}/i);
  });
  await check('cast shows why a call fails', () => assert.rejects(
    cast('call', counter, 'increment(uint256)', '101'), /TooMuch|0x[0-9a-f]{8}|revert/i));
  await check('cast reads blocks, fees and the chain', async () => {
    assert.ok(Number(await cast('block-number')) > 0);
    assert.ok(JSON.parse(await cast('block', 'latest', '--json')).hash.length === 66);
    assert.ok(BigInt(await cast('gas-price')) > 0n);
    assert.ok(BigInt(await cast('base-fee')) >= 0n);
    assert.ok(Number(await cast('chain-id')) > 0);
    await cast('rpc', 'eth_syncing');
    await cast('client');
  });
  await check('cast run traces a transaction', async () => {
    const sent = JSON.parse(await cast('send', counter, 'increment(uint256)', '1', '--json', ...key));
    assert.match(await cast('run', sent.transactionHash, '--quick'), /increment|Traces|Gas used/i);
  });
  await check('forge script broadcasts several transactions', async () => {
    const output = await forge('script', 'script/Deploy.s.sol:Deploy', '--broadcast', '--slow', ...key);
    assert.match(output, /ONCHAIN EXECUTION COMPLETE/);
    const runs = path.join(here, 'artifacts/foundry-broadcast/Deploy.s.sol', await cast('chain-id'), 'run-latest.json');
    const { receipts } = JSON.parse(fs.readFileSync(runs, 'utf8'));
    assert.equal(receipts.length, 5);
    assert.ok(receipts.every(receipt => receipt.status === '0x1'));
  });
}
