/** The contenders that run in every runtime: rescind and jose. Only web APIs are used here. */

/**
 * A contender is `{ contender, mode, sync, verify }`; `verify(token)` answers the verified claims, or a promise of them
 * when it is not `sync`, and throws for a token that it refuses.
 */
export async function rescindContenders({ createVerifier }, set) {
  const contender = "rescind";
  const plain = await rescindVerifier(createVerifier, set, CACHE.off);
  const cached = await rescindVerifier(createVerifier, set, CACHE.on);
  // Where the package has no cache yet, the first verifier was made without naming one.
  const verifier = plain ?? (await rescindVerifier(createVerifier, set, {}));
  return [
    { contender, mode: "sync", sync: true, verify: (token) => verifier.verifySync(token).claims },
    { contender, mode: "async", sync: false, verify: async (token) => (await verifier.verify(token)).claims },
    ...(cached === null
      ? []
      : [{ contender, mode: "cached", sync: true, verify: (token) => cached.verifySync(token).claims }]),
  ];
}

/** jose with its key imported beforehand. */
export async function joseContender({ jwtVerify }, set) {
  const key = await importedKey(set);
  const options = { issuer: issuerOf(set), audience: audienceOf(set), algorithms: [set.alg] };
  const verify = async (token) => (await jwtVerify(token, key, options)).payload;
  return { contender: "jose", mode: "async", sync: false, verify };
}

/** The key as WebCrypto has it. */
export function importedKey({ alg, jwk }) {
  // WebCrypto wants the name "Ed25519" there, and takes none as well.
  const { alg: _, use: __, ...bare } = jwk;
  return crypto.subtle.importKey("jwk", { ...bare, key_ops: ["verify"] }, WEB_CRYPTO[alg], false, ["verify"]);
}

/** Throws unless every token is accepted and a changed one is not: nothing that verifies wrongly is measured. */
export async function prove({ contender, mode, verify }, { name, tokens }) {
  for (const token of tokens) {
    const claims = await verify(token);
    if (claims?.client_id === undefined) throw new Error(`${contender} ${mode}: no claims for ${name}`);
  }
  for (const token of [changed(tokens[0], 0.5), changed(tokens[1], 0.95)]) {
    const accepted = await Promise.resolve()
      .then(() => verify(token))
      .then(
        () => true,
        () => false,
      );
    if (accepted) throw new Error(`${contender} ${mode}: accepts a changed token of ${name}`);
  }
}

/** The issuer and audience of a set's tokens, from the first of them: they are alike in all. */
export function issuerOf(set) {
  return claimsOf(set).iss;
}

export function audienceOf(set) {
  return claimsOf(set).aud;
}

function claimsOf({ tokens }) {
  const text = tokens[0].split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(text), (character) => character.charCodeAt(0))));
}

/** One character replaced, at this part of the token's length. */
function changed(token, part) {
  const at = Math.floor(token.length * part);
  return token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
}

/** A verifier, or null where the package does not know the options of the cache. */
async function rescindVerifier(createVerifier, set, cache) {
  const keys = set.secret === null ? { jwks: { keys: [set.jwk] } } : { secret: octets(set.secret) };
  const options = { issuer: issuerOf(set), audience: audienceOf(set), algorithms: [set.alg], revocations: null };
  try {
    return await createVerifier({ ...options, keys, ...cache });
  } catch (error) {
    if (error.code === "ERR_OPTION_INVALID" && Object.keys(cache).length > 0) return null;
    throw error;
  }
}

function octets(base64url) {
  const binary = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** The options that turn the cache of verified tokens off, and on for far more than the tokens here. */
const CACHE = { off: { cache: null }, on: { cache: { maxBytes: 4_194_304 } } };

const WEB_CRYPTO = {
  HS256: { name: "HMAC", hash: "SHA-256" },
  RS256: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  PS256: { name: "RSA-PSS", hash: "SHA-256" },
  ES256: { name: "ECDSA", namedCurve: "P-256" },
  ES384: { name: "ECDSA", namedCurve: "P-384" },
  EdDSA: { name: "Ed25519" },
};
