/** Manifests and objects that the publisher would never write, under its own signature. */
import { createHash, sign } from "node:crypto";
import { publisherPrivateKey } from "../../support/publisher.mjs";

const SIGNATURE_BYTES = 64;
const DOMAIN = Buffer.from("rescind-manifest-v1\0");

/** A manifest with another body, signed anew. */
export function signedAgain(body) {
  return Buffer.concat([body, sign(null, Buffer.concat([DOMAIN, body]), publisherPrivateKey())]);
}

/** What is signed of a manifest. */
export function bodyOf(manifest) {
  return manifest.subarray(0, manifest.length - SIGNATURE_BYTES);
}

/** The manifest that names `forged` in place of a genuine object. */
export function naming(manifest, genuine, forged) {
  const body = Buffer.from(bodyOf(manifest));
  const at = body.indexOf(sha256(genuine));
  body.writeUInt32LE(forged.length, at - 4);
  sha256(forged).copy(body, at);
  return signedAgain(body);
}

export function sha256(bytes) {
  return createHash("sha256").update(bytes).digest();
}
