import assert from 'node:assert/strict';
import {
  createPublicClient, createTestClient, createWalletClient, defineChain, http, webSocket, parseEther, parseGwei,
} from 'viem';
import { mnemonicToAccount } from 'viem/accounts';
import { compile } from '../compile.mjs';

export default async function viem({ rpc, ws, mnemonic }, check) {
  const transport = http(rpc);
  const id = await createPublicClient({ transport }).getChainId();
  const chain = defineChain({
    id, name: 'dev', nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [rpc], webSocket: [ws] } },
  });
  const client = createPublicClient({ chain, transport, pollingInterval: 50, cacheTime: 0 });
  const [alice, bob] = [0, 1].map(addressIndex => mnemonicToAccount(mnemonic, { addressIndex }));
  const wallet = createWalletClient({ chain, transport, account: alice });
  const test = createTestClient({ chain, transport, mode: 'anvil' });
  const { Counter } = compile();
  let counter;

  await check('sends wei and sees the balance', async () => {
    const before = await client.getBalance({ address: bob.address });
    const hash = await wallet.sendTransaction({ to: bob.address, value: parseEther('1.5') });
    const receipt = await client.waitForTransactionReceipt({ hash });
    assert.equal(receipt.status, 'success');
    assert.equal(receipt.gasUsed, 21000n);
    assert.equal(await client.getBalance({ address: bob.address }), before + parseEther('1.5'));
  });
  await check('sends transactions of every type', async () => {
    const to = bob.address;
    for (const request of [
      { type: 'legacy', gasPrice: parseGwei('20') },
      { type: 'eip2930', gasPrice: parseGwei('20'), accessList: [{ address: to, storageKeys: ['0x' + '0'.repeat(64)] }] },
      { type: 'eip1559', maxFeePerGas: parseGwei('20'), maxPriorityFeePerGas: parseGwei('1') },
    ]) {
      const hash = await wallet.sendTransaction({ to, value: 1n, ...request });
      assert.equal((await client.waitForTransactionReceipt({ hash })).type, request.type);
      assert.equal((await client.getTransaction({ hash })).type, request.type);
    }
    const carol = mnemonicToAccount(mnemonic, { addressIndex: 5 });
    const authorization = await createWalletClient({ chain, transport, account: carol }).signAuthorization({
      account: carol, contractAddress: bob.address,
    });
    const hash = await wallet.sendTransaction({ to: carol.address, authorizationList: [authorization] });
    assert.equal((await client.waitForTransactionReceipt({ hash })).type, 'eip7702');
    assert.equal((await client.getCode({ address: carol.address }))?.toLowerCase(), '0xef0100' + bob.address.slice(2).toLowerCase());
  });
  await check('deploys a contract, calls it, reads its events', async () => {
    const hash = await wallet.deployContract(Counter);
    counter = { address: (await client.waitForTransactionReceipt({ hash })).contractAddress, abi: Counter.abi };
    const { request } = await client.simulateContract({
      ...counter, functionName: 'increment', args: [7n], account: alice,
    });
    const receipt = await client.waitForTransactionReceipt({ hash: await wallet.writeContract(request) });
    assert.equal(await client.readContract({ ...counter, functionName: 'value' }), 7n);
    const logs = await client.getContractEvents({ ...counter, eventName: 'Incremented', fromBlock: 0n });
    assert.equal(logs.at(-1).args.value, 7n);
    assert.equal(logs.at(-1).blockHash, receipt.blockHash);
    assert.equal(await client.readContract({ ...counter, functionName: 'value', blockNumber: receipt.blockNumber - 1n }), 0n);
  });
  await check('understands custom errors, reasons and panics', async () => {
    const fails = (functionName, args, expected) => assert.rejects(
      client.simulateContract({ ...counter, functionName, args, account: alice }),
      error => error.message.includes(expected) || assert.fail(`expected ${expected}, got ${error.message}`));
    await fails('increment', [101n], 'TooMuch(uint256 asked, uint256 most)');
    await fails('increment', [0n], 'by nothing');
    await fails('divide', [0n], 'Division or modulo by zero');
  });
  await check('is told why a transaction is not accepted', async () => {
    const nonce = await client.getTransactionCount({ address: alice.address });
    await assert.rejects(wallet.sendTransaction({ to: bob.address, nonce: nonce - 1 }), /nonce/i);
    const poor = mnemonicToAccount(mnemonic, { addressIndex: 999 });
    await assert.rejects(
      createWalletClient({ chain, transport, account: poor }).sendTransaction({ to: bob.address, value: 1n, gas: 21000n }),
      /funds|balance/i);
  });
  await check('overrides state in calls, makes access lists and proofs', async () => {
    const slot = '0x' + '0'.repeat(64), value = '0x' + '2a'.padStart(64, '0');
    assert.equal(await client.readContract({
      ...counter, functionName: 'value', stateOverride: [{ address: counter.address, stateDiff: [{ slot, value }] }],
    }), 42n);
    const { accessList } = await client.createAccessList({ to: counter.address, data: '0x3fa4f245', account: alice.address });
    assert.deepEqual(accessList[0].storageKeys, [slot]);
    const proof = await client.getProof({ address: counter.address, storageKeys: [slot] });
    assert.equal(proof.storageProof[0].value, 7n);
    assert.ok(proof.accountProof.length > 0);
  });
  await check('simulates several calls in one request', async () => {
    const { results } = await client.simulateCalls({
      account: alice.address,
      calls: [
        { to: counter.address, abi: Counter.abi, functionName: 'increment', args: [3n] },
        { to: counter.address, abi: Counter.abi, functionName: 'value' },
      ],
    });
    assert.deepEqual(results.map(result => result.status), ['success', 'success']);
    assert.equal(results[1].result, 10n);
  });
  await check('knows fees', async () => {
    const fees = await client.estimateFeesPerGas();
    assert.ok(fees.maxFeePerGas > 0n);
    assert.equal((await client.getFeeHistory({ blockCount: 2, rewardPercentiles: [25, 75] })).reward[0].length, 2);
    assert.ok(await client.estimateContractGas({ ...counter, functionName: 'increment', args: [1n], account: alice }) > 21000n);
  });
  await check('is told of blocks, logs and pending transactions over WebSocket', async () => {
    const live = createPublicClient({ chain, transport: webSocket(ws) });
    const seen = { blocks: [], logs: [], pending: [] };
    const stops = [
      live.watchBlocks({ onBlock: block => seen.blocks.push(block.number) }),
      live.watchContractEvent({ ...counter, onLogs: logs => seen.logs.push(...logs) }),
      live.watchPendingTransactions({ onTransactions: hashes => seen.pending.push(...hashes) }),
    ];
    // Nothing tells when viem has subscribed: there is something to hear of until it has heard of each kind.
    const sent = [];
    for (let i = 0; i < 100 && (!seen.blocks.length || !seen.logs.length || !seen.pending.length); i++) {
      sent.push(await wallet.writeContract({ ...counter, functionName: 'increment', args: [1n] }));
      await client.waitForTransactionReceipt({ hash: sent.at(-1) });
      await new Promise(resolve => setTimeout(resolve, 200));
    }
    stops.forEach(stop => stop());
    assert.ok(seen.blocks.length > 0, 'no block came');
    assert.ok(sent.includes(seen.logs[0]?.transactionHash), 'no log came');
    assert.ok(sent.includes(seen.pending[0]), 'no pending transaction came');
    (await live.transport.getRpcClient()).close();
  });
  await check('uses filters', async () => {
    const filter = await client.createContractEventFilter({ ...counter, eventName: 'Incremented' });
    const hash = await wallet.writeContract({ ...counter, functionName: 'increment', args: [2n] });
    await client.waitForTransactionReceipt({ hash });
    const logs = await client.getFilterChanges({ filter });
    assert.equal(logs.length, 1);
    assert.deepEqual(await client.getFilterChanges({ filter }), []);
    assert.ok(await client.uninstallFilter({ filter }));
  });
  await check('steers the development chain', async () => {
    const snapshot = await test.snapshot();
    const number = await client.getBlockNumber();
    await test.mine({ blocks: 3, interval: 10 });
    assert.equal(await client.getBlockNumber(), number + 3n);
    await test.setBalance({ address: bob.address, value: 12345n });
    assert.equal(await client.getBalance({ address: bob.address }), 12345n);
    await test.setCode({ address: bob.address, bytecode: '0x602a60005260206000f3' });
    assert.equal(await client.getCode({ address: bob.address }), '0x602a60005260206000f3');
    await test.setNonce({ address: bob.address, nonce: 77 });
    assert.equal(await client.getTransactionCount({ address: bob.address }), 77);
    await test.setStorageAt({ address: counter.address, index: 0, value: '0x' + '9'.padStart(64, '0') });
    assert.equal(await client.readContract({ ...counter, functionName: 'value' }), 9n);
    const { timestamp } = await client.getBlock();
    await test.increaseTime({ seconds: 3600 });
    await test.mine({ blocks: 1 });
    assert.ok((await client.getBlock()).timestamp >= timestamp + 3600n);
    await test.setNextBlockTimestamp({ timestamp: timestamp + 10_000n });
    await test.mine({ blocks: 1 });
    assert.equal((await client.getBlock()).timestamp, timestamp + 10_000n);
    await test.setNextBlockBaseFeePerGas({ baseFeePerGas: parseGwei('3') });
    await test.mine({ blocks: 1 });
    assert.equal((await client.getBlock()).baseFeePerGas, parseGwei('3'));
    await test.revert({ id: snapshot });
    assert.equal(await client.getBlockNumber(), number);
    assert.notEqual(await client.getBalance({ address: bob.address }), 12345n);
  });
  await check('impersonates, and mines by hand and by interval', async () => {
    const whale = '0x00000000000000000000000000000000000abcde';
    await test.setBalance({ address: whale, value: parseEther('10') });
    await test.impersonateAccount({ address: whale });
    const hash = await createWalletClient({ chain, transport, account: whale }).sendTransaction({ to: bob.address, value: 5n });
    assert.equal((await client.waitForTransactionReceipt({ hash })).from, whale);
    await test.stopImpersonatingAccount({ address: whale });
    await test.setAutomine(false);
    const pending = await wallet.sendTransaction({ to: bob.address, value: 1n });
    await assert.rejects(client.getTransactionReceipt({ hash: pending }));
    assert.equal((await test.getTxpoolStatus()).pending, 1);
    await test.mine({ blocks: 1 });
    assert.equal((await client.getTransactionReceipt({ hash: pending })).status, 'success');
    const dropped = await wallet.sendTransaction({ to: bob.address, value: 1n });
    await test.dropTransaction({ hash: dropped });
    assert.equal((await test.getTxpoolStatus()).pending, 0);
    await test.setIntervalMining({ interval: 1 });
    const number = await client.getBlockNumber();
    for (let i = 0; i < 200 && await client.getBlockNumber({ cacheTime: 0 }) <= number; i++)
      await new Promise(resolve => setTimeout(resolve, 100));
    assert.ok(await client.getBlockNumber({ cacheTime: 0 }) > number);
    await test.setIntervalMining({ interval: 0 });
    await test.setAutomine(true);
  });
}
