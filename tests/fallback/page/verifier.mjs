/** The package as a page uses it, on a host without WebAssembly. What it answers is the report. */
import { createVerifier, init } from "/code/load/web.js";

try {
  globalThis.report = await ask(await (await fetch("/signed.json")).json());
} catch (error) {
  globalThis.report = { error: `${error}\n${error?.stack}` };
}
document.title = "done";

async function ask({ options, tokens }) {
  const verifier = await createVerifier({ ...options, keys: { jwksUri: `${location.origin}/keys.json` } });
  const report = {
    webAssembly: typeof WebAssembly,
    init: await codeOf(init()),
    answers: {},
    sync: verifier.check(tokens.es256),
    thrown: thrownBy(() => verifier.verifySync(tokens.es256)),
  };
  for (const [name, token] of Object.entries(tokens)) report.answers[name] = await answer(verifier, token);
  report.status = verifier.status();
  verifier.close();
  report.closed = [await codeOf(verifier.verify(tokens.es256)), verifier.check(tokens.es256).code];
  report.revocations = await revocations(options, tokens);
  return report;
}

/** Nobody publishes at the first address; at the second one an edition is followed by another. */
async function revocations(options, { es256 }) {
  const { publisherKey, now, tokens } = await (await fetch("/revocations.json")).json();
  const given = (url) => ({
    ...options,
    keys: { jwksUri: `${location.origin}/keys.json` },
    revocations: { url: `${location.origin}${url}`, publisherKeys: [publisherKey] },
  });
  const strict = await createVerifier(given("/r/nobody"));
  const lenient = await createVerifier({ ...given("/r/nobody"), onNotCovered: "accept" });
  const uncovered = [await answer(strict, es256), await answer(lenient, es256)];
  for (const verifier of [strict, lenient]) verifier.close();
  return {
    uncovered,
    ...(tokens === undefined ? {} : await followed({ ...given("/r/main"), now: () => now }, tokens)),
  };
}

/** What the tokens get by the first edition, and by the next. */
async function followed(options, tokens) {
  const verifier = await createVerifier(options);
  const judged = async () =>
    Object.fromEntries(await Promise.all(tokens.map(async ([name, token]) => [name, await answer(verifier, token)])));
  const before = { status: verifier.status(), answers: await judged() };
  await verifier.refresh();
  const after = { status: verifier.status(), answers: await judged() };
  verifier.close();
  return { before, after };
}

async function answer(verifier, token) {
  try {
    return await verifier.verify(token);
  } catch ({ name, code, details, cause }) {
    return { name, code, details, cause: cause?.code };
  }
}

function codeOf(promise) {
  return promise.then(
    () => "resolved",
    ({ code }) => code,
  );
}

function thrownBy(action) {
  try {
    return action();
  } catch ({ name, code }) {
    return { name, code };
  }
}
