/** The first verdict of a fresh runtime, step by step, in milliseconds. Only web APIs are used here. */

/** `load` imports the package, `input` is `{ options, token }`; answers the time after each step. */
export async function firstVerdict(load, { options, token }) {
  const times = { start: performance.now() };
  const { createVerifier, init } = await load();
  times.imported = performance.now();
  await init();
  times.instantiated = performance.now();
  const verifier = await createVerifier(options);
  times.created = performance.now();
  const { claims } = verifier.verifySync(token);
  times.verified = performance.now();
  if (claims.client_id === undefined) throw new Error("the token was not verified");
  return {
    import: times.imported - times.start,
    instantiate: times.instantiated - times.imported,
    create: times.created - times.instantiated,
    verify: times.verified - times.created,
    total: times.verified - times.start,
  };
}
