import assert from 'node:assert/strict';
import { ContractFactory, Contract, HDNodeWallet, JsonRpcProvider, NonceManager, parseEther } from 'ethers';
import { compile, uniswap } from '../compile.mjs';

// Uniswap v2 as it is on mainnet: factory, router, liquidity, swaps.
export default async function uniswapSuite({ rpc, mnemonic }, check) {
  const provider = new JsonRpcProvider(rpc, undefined, { pollingInterval: 50, cacheTimeout: -1 });
  const wallet = HDNodeWallet.fromPhrase(mnemonic, undefined, "m/44'/60'/0'/0/6").connect(provider);
  const signer = new NonceManager(wallet);
  const deploy = async (made, ...args) =>
    (await new ContractFactory(made.abi, made.bytecode, signer).deploy(...args)).waitForDeployment();
  const send = async call => (await call).wait();
  const { Coin } = compile();
  const deadline = 2n ** 64n;
  let factory, router, a, b, weth;

  await check('deploys factory, router and WETH', async () => {
    weth = await deploy(uniswap('WETH9'));
    factory = await deploy(uniswap('UniswapV2Factory'), wallet.address);
    router = await deploy(uniswap('UniswapV2Router02'), factory, weth);
    [a, b] = [await deploy(Coin, parseEther('1000000')), await deploy(Coin, parseEther('1000000'))];
    assert.equal(await router.factory(), await factory.getAddress());
  });
  await check('adds liquidity and swaps', async () => {
    for (const coin of [a, b]) await send(coin.approve(router, 2n ** 255n));
    await send(router.addLiquidity(a, b, parseEther('1000'), parseEther('4000'), 0, 0, wallet.address, deadline));
    await send(router.addLiquidityETH(a, parseEther('1000'), 0, 0, wallet.address, deadline, { value: parseEther('10') }));
    const before = await b.balanceOf(wallet.address);
    const [, expected] = await router.getAmountsOut(parseEther('1'), [a, b]);
    const receipt = await send(router.swapExactTokensForTokens(parseEther('1'), expected, [a, b], wallet.address, deadline));
    assert.equal(receipt.status, 1);
    assert.equal(await b.balanceOf(wallet.address) - before, expected);
    const pair = new Contract(await factory.getPair(a, b), uniswap('UniswapV2Pair').abi, provider);
    const swaps = await pair.queryFilter(pair.filters.Swap(), 0);
    assert.equal(swaps.length, 1);
  });
  await check('refuses a swap for less than was asked, with the reason', async () => {
    await assert.rejects(
      router.swapExactTokensForTokens.staticCall(parseEther('1'), parseEther('5'), [a, b], wallet.address, deadline),
      error => error.reason === 'UniswapV2Router: INSUFFICIENT_OUTPUT_AMOUNT');
  });
  provider.destroy();
}
