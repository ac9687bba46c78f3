import { RescindError } from "../errors.js";
import type { Hash } from "./algorithm.js";
import type { Octets } from "./base64url.js";

type ImportParams = RsaHashedImportParams | EcKeyImportParams | Algorithm;

/** The engine's signatures. @throws {@link RescindError} where there are none: outside of secure contexts */
export function subtle(): SubtleCrypto {
  const found: SubtleCrypto | undefined = globalThis.crypto?.subtle;
  if (found !== undefined) return found;
  throw new RescindError(
    "ERR_WASM_UNAVAILABLE",
    "this runtime has neither WebAssembly nor crypto.subtle, which pages have over https and on localhost only",
  );
}

/** A public key in the engine; `null` when the engine cannot do its kind. */
export async function importJwk(jwk: JsonWebKey, params: ImportParams): Promise<CryptoKey | null> {
  try {
    return await subtle().importKey("jwk", { ...jwk, ext: true }, params, false, ["verify"]);
  } catch (thrown) {
    return unlessMissing(thrown, null);
  }
}

/** A shared secret in the engine; `null` when the engine cannot do its kind. */
export async function importSecret(secret: Octets, params: HmacImportParams): Promise<CryptoKey | null> {
  try {
    return await subtle().importKey("raw", secret, params, false, ["verify"]);
  } catch (thrown) {
    return unlessMissing(thrown, null);
  }
}

/** Whether the engine says that the signature holds. One that throws has not verified it. */
export async function engineVerifies(
  params: Algorithm | RsaPssParams | EcdsaParams,
  key: CryptoKey,
  signature: Octets,
  message: Octets,
): Promise<boolean> {
  try {
    return await subtle().verify(params, key, signature, message);
  } catch (thrown) {
    return unlessMissing(thrown, false);
  }
}

/** The digest of a message. */
export async function digest(hash: Hash, message: Octets): Promise<Octets> {
  return new Uint8Array(await subtle().digest(hash, message));
}

/** That there is no engine at all is told, what it cannot do is answered. */
function unlessMissing<T>(thrown: unknown, answer: T): T {
  if (thrown instanceof RescindError) throw thrown;
  return answer;
}
