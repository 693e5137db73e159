// Lodestar's packages ask for it; Node.js 20 has it not yet.
Promise.withResolvers ??= function () {
  let resolve, reject;
  const promise = new this((yes, no) => { [resolve, reject] = [yes, no]; });
  return { promise, resolve, reject };
};
