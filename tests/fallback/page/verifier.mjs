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

/** No snapshot can be read here, so the policy decides. */
async function revocations(options, { es256 }) {
  const publisherKeys = [{ kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }];
  const url = `${location.origin}/r/main`;
  const given = { ...options, keys: { jwksUri: `${location.origin}/keys.json` }, revocations: { url, publisherKeys } };
  const strict = await createVerifier(given);
  const lenient = await createVerifier({ ...given, onNotCovered: "accept" });
  const answers = [await answer(strict, es256), await answer(lenient, es256)];
  for (const verifier of [strict, lenient]) verifier.close();
  return answers;
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
