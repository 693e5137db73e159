import assert from 'node:assert/strict';
import { Contract, ContractFactory, HDNodeWallet, JsonRpcProvider, NonceManager, WebSocketProvider, parseEther } from 'ethers';
import { compile } from '../compile.mjs';

export default async function ethers({ rpc, ws, mnemonic }, check) {
  const provider = new JsonRpcProvider(rpc, undefined, { pollingInterval: 50, cacheTimeout: -1 });
  const wallet = HDNodeWallet.fromPhrase(mnemonic, undefined, "m/44'/60'/0'/0/2").connect(provider);
  const signer = new NonceManager(wallet);
  const { Counter } = compile();
  let counter;

  await check('deploys with a factory and waits', async () => {
    counter = await new ContractFactory(Counter.abi, Counter.bytecode, signer).deploy();
    await counter.waitForDeployment();
    assert.notEqual(await provider.getCode(await counter.getAddress()), '0x');
  });
  await check('sends fifty transactions at once', async () => {
    const sent = [];
    for (let i = 0; i < 50; i++) sent.push(await counter.increment(1));
    const receipts = await Promise.all(sent.map(transaction => transaction.wait()));
    assert.ok(receipts.every(receipt => receipt.status === 1));
    assert.equal(await counter.value(), 50n);
  });
  await check('decodes custom errors of calls and of sent transactions', async () => {
    await assert.rejects(counter.increment.staticCall(101), error => error.revert?.name === 'TooMuch' && error.revert.args[0] === 101n);
    await assert.rejects(counter.increment.staticCall(0), error => error.reason === 'by nothing');
    const failing = await signer.sendTransaction({
      to: await counter.getAddress(), data: counter.interface.encodeFunctionData('increment', [101]), gasLimit: 100000,
    });
    await assert.rejects(failing.wait(), error => error.receipt?.status === 0);
  });
  await check('finds events by filter', async () => {
    const events = await counter.queryFilter(counter.filters.Incremented(wallet.address), 0);
    assert.equal(events.length, 50);
    assert.equal(events[49].args.value, 50n);
  });
  await check('listens over WebSocket', async () => {
    const live = new WebSocketProvider(ws);
    const blocks = [], values = [];
    await live.on('block', number => blocks.push(number));
    const watched = new Contract(await counter.getAddress(), Counter.abi, live);
    await watched.on('Incremented', (by, value) => values.push(value));
    // Nothing tells when ethers has subscribed: there is something to hear of until it hears.
    let value = 50n;
    for (let i = 0; i < 100 && (blocks.length === 0 || values.length === 0); i++) {
      await (await counter.increment(5)).wait();
      value += 5n;
      await new Promise(resolve => setTimeout(resolve, 200));
    }
    await live.destroy();
    assert.ok(blocks.length > 0);
    assert.ok(values.length > 0 && values.every((seen, i) => seen % 5n === 0n && seen <= value && (i === 0 || seen === values[i - 1] + 5n)), `${values}`);
  });
  await check('sends from accounts of the node', async () => {
    const account = await provider.getSigner(0);
    const receipt = await (await account.sendTransaction({ to: wallet.address, value: parseEther('1') })).wait();
    assert.equal(receipt.status, 1);
    assert.equal(receipt.from, await account.getAddress());
    assert.match(await account.signMessage('hello'), /^0x[0-9a-f]{130}$/);
  });
  provider.destroy();
}
