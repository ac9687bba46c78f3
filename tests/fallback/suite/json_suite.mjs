/** JSONTestSuite, carried as the value of a claim: what must parse parses, what must not is refused, typed. */

import { joined, utf8 } from "./octets.mjs";
import { secretSigner } from "./signer.mjs";
import { NOW, POLICY } from "./verifiers.mjs";

/** Valid JSON that tokens still may not carry. */
const STRICTER = {
  "y_object_duplicated_key.json": "ERR_TOKEN_DUPLICATE_MEMBER",
  "y_object_duplicated_key_and_value.json": "ERR_TOKEN_DUPLICATE_MEMBER",
};

/** What a parser makes of these is free; here it is decided, and must stay so. */
export const TRANSFORM_REFUSED = [
  "object_same_key_different_values.json",
  "object_same_key_same_value.json",
  "object_same_key_unclear_values.json",
  "string_1_escaped_invalid_codepoint.json",
  "string_1_invalid_codepoint.json",
  "string_2_escaped_invalid_codepoints.json",
  "string_2_invalid_codepoints.json",
  "string_3_escaped_invalid_codepoints.json",
  "string_3_invalid_codepoints.json",
];

/** Runs `[name, octets]` pairs of test_parsing; answers the wrong ones and the codes by name. */
export async function runParsing(modules, files) {
  const ask = await carrier(modules);
  const score = { run: 0, wrong: [], codes: {} };
  for (const [name, octets] of files) {
    const code = await ask(octets);
    score.run += 1;
    score.codes[name] = code;
    if (!isRight(name, code)) score.wrong.push(name);
  }
  return score;
}

/** Runs the files of test_transform; answers the names of the refused ones. */
export async function runTransform(modules, files) {
  const ask = await carrier(modules);
  const refused = [];
  for (const [name, octets] of files) if ((await ask(octets)) !== "ACCEPTED") refused.push(name);
  return refused.sort();
}

function isRight(name, code) {
  if (STRICTER[name] !== undefined) return code === STRICTER[name];
  if (name.startsWith("y_")) return code === "ACCEPTED";
  return !name.startsWith("n_") || code !== "ACCEPTED";
}

/** Over the token limit a text would be judged by its size alone, so the parser is asked with the part that fits. */
async function carrier({ core }) {
  const signer = await secretSigner();
  const verifier = new core.FallbackCore(POLICY);
  verifier.setSecret(signer.secret, "HS256");
  return async (octets) => {
    const claims = joined(utf8('{"iss":"joe","exp":1800000600,"value":'), octets, utf8("}"));
    const token = await signer.sign('{"alg":"HS256"}', claims.subarray(0, 12_000));
    return (await verifier.verify(token, NOW)).code;
  };
}
