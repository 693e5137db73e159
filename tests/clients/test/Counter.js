// Tests of a Hardhat project: hardhat test nodejs --network weft.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import hardhat from 'hardhat';

const { ethers, provider, networkName } = await hardhat.network.create();

describe('Counter', () => {
  let snapshot, owner, other, counter;
  before(async () => {
    snapshot = await provider.request({ method: 'evm_snapshot' });
    [owner, other] = await ethers.getSigners();
    counter = await ethers.deployContract('Counter');
  });
  after(async () => {
    assert.equal(await provider.request({ method: 'evm_revert', params: [snapshot] }), true);
    assert.equal(await ethers.provider.getCode(await counter.getAddress()), '0x');
  });

  it('runs on the node', () => assert.equal(networkName, 'weft'));
  it('counts', async () => {
    await (await counter.increment(4)).wait();
    assert.equal(await counter.value(), 4n);
    assert.equal((await counter.queryFilter(counter.filters.Incremented)).length, 1);
  });
  it('refuses with its own error', () => assert.rejects(counter.increment(101), error => {
    const said = error.message + JSON.stringify(error.data ?? error.cause?.data ?? '');
    return said.includes(ethers.id('TooMuch(uint256,uint256)').slice(2, 10));
  }));
  it('lets time pass', async () => {
    const earlier = await counter.time();
    await provider.request({ method: 'evm_increaseTime', params: [86400] });
    await provider.request({ method: 'evm_mine', params: [] });
    assert.ok(await counter.time() >= earlier + 86400n);
  });
  it('impersonates', async () => {
    const whale = '0x000000000000000000000000000000000000bEEF';
    await provider.request({ method: 'hardhat_setBalance', params: [whale, '0xde0b6b3a7640000'] });
    await provider.request({ method: 'hardhat_impersonateAccount', params: [whale] });
    const sent = await (await ethers.getSigner(whale)).sendTransaction({ to: other.address, value: 1n });
    assert.equal((await sent.wait()).status, 1);
    await provider.request({ method: 'hardhat_stopImpersonatingAccount', params: [whale] });
  });
  it('mines many blocks at once', async () => {
    const number = await ethers.provider.getBlockNumber();
    await provider.request({ method: 'hardhat_mine', params: ['0x64'] });
    assert.equal(await ethers.provider.getBlockNumber(), number + 100);
  });
});
