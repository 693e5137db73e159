import assert from 'node:assert/strict';
import { ContractFactory, HDNodeWallet, JsonRpcProvider, NonceManager, Signature } from 'ethers';
import { compile } from '../compile.mjs';

// The token standards as most contracts have them.
export default async function openzeppelin({ rpc, mnemonic }, check) {
  const provider = new JsonRpcProvider(rpc, undefined, { pollingInterval: 50, cacheTimeout: -1 });
  const [owner, other] = [3, 4].map(i => HDNodeWallet.fromPhrase(mnemonic, undefined, `m/44'/60'/0'/0/${i}`).connect(provider));
  const signer = new NonceManager(owner);
  const made = compile();
  const deploy = async (name, ...args) => {
    const contract = await new ContractFactory(made[name].abi, made[name].bytecode, signer).deploy(...args);
    return contract.waitForDeployment();
  };
  const send = async call => (await call).wait();

  await check('ERC-20: transfers, allowances, permits', async () => {
    const coin = await deploy('Coin', 1000n);
    await send(coin.transfer(other.address, 300n));
    await send(coin.connect(other).approve(owner.address, 100n));
    await send(coin.transferFrom(other.address, owner.address, 40n));
    assert.equal(await coin.balanceOf(other.address), 260n);
    assert.equal(await coin.allowance(other.address, owner.address), 60n);
    await assert.rejects(coin.transfer.staticCall(other.address, 10_000n), error => error.revert?.name === 'ERC20InsufficientBalance');
    const { chainId } = await provider.getNetwork();
    const deadline = 2n ** 64n;
    const signature = Signature.from(await other.signTypedData(
      { name: 'Coin', version: '1', chainId, verifyingContract: await coin.getAddress() },
      { Permit: [['owner', 'address'], ['spender', 'address'], ['value', 'uint256'], ['nonce', 'uint256'], ['deadline', 'uint256']]
        .map(([name, type]) => ({ name, type })) },
      { owner: other.address, spender: owner.address, value: 7n, nonce: 0n, deadline }));
    await send(coin.permit(other.address, owner.address, 7n, deadline, signature.v, signature.r, signature.s));
    assert.equal(await coin.allowance(other.address, owner.address), 7n);
  });
  await check('ERC-721: mint, transfer, approval', async () => {
    const badge = await deploy('Badge');
    for (let i = 0; i < 3; i++) await send(badge.mint(owner.address));
    await send(badge.transferFrom(owner.address, other.address, 2n));
    assert.equal(await badge.ownerOf(2n), other.address);
    await send(badge.setApprovalForAll(other.address, true));
    await send(badge.connect(other).transferFrom(owner.address, other.address, 3n));
    assert.equal(await badge.balanceOf(other.address), 2n);
    await assert.rejects(badge.ownerOf(9n), error => error.revert?.name === 'ERC721NonexistentToken');
  });
  await check('ERC-1155: batches', async () => {
    const items = await deploy('Items');
    await send(items.safeBatchTransferFrom(owner.address, other.address, [1n, 2n], [10n, 2n], '0x'));
    assert.deepEqual([...await items.balanceOfBatch([other.address, other.address, owner.address], [1n, 2n, 1n])], [10n, 2n, 990n]);
  });
  provider.destroy();
}
