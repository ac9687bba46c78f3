/** The accelerator for RSA: it may save time, and nothing else. */
import { equal, truthy } from "./assert.mjs";
import { json, network } from "./network.mjs";
import { forged, tokenOf } from "./tokens.mjs";

const RSA = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];

/** What an engine that is no good for the accelerator, or an entry without one, may say. */
const REFUSALS = ["baseline", "relaxed_simd_unsupported", "multiply_add_not_fused"];

export const rsaCases = {
  "RSA tokens get the same answers before the accelerator serves, and from then on": async (kit) => {
    const subject = await kit.verifier({ keys: { jwks: kit.fixtures.jwks }, cache: null });
    const judgeAll = () => {
      for (const alg of RSA) {
        const token = tokenOf(kit.fixtures, alg);
        equal(
          [subject.check(token).code, subject.check(forged(token)).code],
          ["ACCEPTED", "ERR_SIGNATURE_INVALID"],
          alg,
        );
      }
    };
    judgeAll();
    const status = await settledRsa(subject);
    truthy(
      status === "accelerated" || (!kit.accelerates && REFUSALS.includes(status)),
      `an accelerator, not ${status}`,
    );
    judgeAll();
  },

  "a key set that is replaced is accelerated as the first one was": async (kit) => {
    const address = "https://issuer.example/rsa.json";
    const rsa = kit.fixtures.jwks.keys.filter(({ alg }) => alg === "RS256" || alg === "PS256");
    const net = network({ [address]: json({ keys: rsa.slice(0, 1) }) });
    const subject = await kit.verifier({ keys: { jwksUri: address }, fetch: net.fetch, cache: null });
    for (let round = 0; round < 12; round += 1) {
      const keys = round % 2 === 0 ? rsa : rsa.slice(0, 1);
      net.routes[address] = json({ keys });
      await subject.refresh();
      equal(subject.check(tokenOf(kit.fixtures, rsa[0].alg)).code, "ACCEPTED");
      equal(subject.check(tokenOf(kit.fixtures, rsa[1].alg)).code, round % 2 === 0 ? "ACCEPTED" : "ERR_KEY_NOT_FOUND");
    }
  },

  "without an RSA key nothing is accelerated": async ({ verifier, fixtures }) => {
    const keys = fixtures.jwks.keys.filter(({ kty }) => kty !== "RSA");
    const subject = await verifier({ keys: { jwks: { keys } } });
    equal([subject.check(tokenOf(fixtures, "ES256")).code, subject.status().rsa], ["ACCEPTED", "baseline"]);
  },
};

/** What it says once loading has ended, within two seconds. */
async function settledRsa(subject) {
  for (let attempt = 0; attempt < 100 && subject.status().rsa === "baseline"; attempt += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return subject.status().rsa;
}
