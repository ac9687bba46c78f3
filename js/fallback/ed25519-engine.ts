/**
 * Whether the engine's Ed25519 can be trusted to answer as the core does. RFC 8032 §5.1.7 allows two equations: with
 * cofactor and without. They differ on keys with a part of small order, which only an attacker makes. The core uses
 * the one without, and an engine that uses the other is not asked.
 */
import { decodeBase64url, type Octets } from "./base64url.js";
import { engineVerifies, importJwk } from "./subtle.js";

/** A public key in the engine; `null` when the engine has no Ed25519 or a lenient one. */
export async function engineKey(x: string): Promise<CryptoKey | null> {
  isTrusted ??= await probe();
  return isTrusted ? importX(x) : null;
}

/** The answer of the probe, which holds for the life of the program. */
let isTrusted: boolean | undefined;

async function probe(): Promise<boolean> {
  const key = await importX(MIXED_ORDER.x);
  if (key === null) return false;
  const answers = await Promise.all([
    engineVerifies(ED25519, key, octets(MIXED_ORDER.holds), new Uint8Array([2])),
    engineVerifies(ED25519, key, octets(MIXED_ORDER.holdsWithCofactor), new Uint8Array([0])),
  ]);
  return answers[0] && !answers[1];
}

function importX(x: string): Promise<CryptoKey | null> {
  return importJwk({ kty: "OKP", crv: "Ed25519", x }, ED25519);
}

function octets(text: string): Octets {
  const decoded = decodeBase64url(text);
  return typeof decoded === "string" ? new Uint8Array() : decoded;
}

const ED25519 = { name: "Ed25519" };

/**
 * The key is a·B + T with T of order 8, R is r·B and S is r + k·a: so k·T decides. For the message 02, k is a multiple of
 * 8 and both equations hold; for the message 00 it is not, and only the one with cofactor holds. a and r are SHA-512 of
 * "rescind: mixed-order key" and "rescind: nonce"; a test computes all of it again.
 * @internal
 */
export const MIXED_ORDER = {
  x: "4e4bHjpNQwFL4tcPAAdiWQdufZOwy-dpeiep6sAoZ9c",
  holds: "-SZ77Ma4KFsfnUsXCGTDHL_pVfUPO9K7IwMciinc6xRmmq8EN5J-Kq3GgJoeqRScBguYG8DX9ZubCZbBv0s3Cg",
  holdsWithCofactor: "-SZ77Ma4KFsfnUsXCGTDHL_pVfUPO9K7IwMciinc6xTdO3-KttY1w0k_N9VciIC6mgkt1mCTR6AtzJqJCwdABQ",
} as const;
