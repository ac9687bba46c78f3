/** RSA keys at the bounds of what is allowed (`support/rsa.mjs` makes them): what the engine makes of their tokens. */
import { authentication } from "./verifiers.mjs";

/** The cases whose answer is another than expected. */
export async function runRsaKeys(modules, cases) {
  const score = { run: 0, wrong: [] };
  for (const { name, jwk, token, expected } of cases) {
    const { code } = await authentication(modules, { ...jwk, kid: "rsa" }, token);
    score.run += 1;
    if (code !== expected) score.wrong.push(`${name}: ${code}`);
  }
  return score;
}
