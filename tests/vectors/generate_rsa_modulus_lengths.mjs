// node generate_rsa_modulus_lengths.mjs > rsa_modulus_lengths.json
// Signatures by OpenSSL under throw-away keys: every modulus length modulo 8, the largest one, and small exponents.
import { Buffer } from "node:buffer";
import { constants, generateKeyPairSync, sign } from "node:crypto";

const keys = [2048, 2049, 2050, 2051, 2052, 2053, 2054, 2055, 3071, 4096, 8192].map((bits) => [bits, 65537]);
keys.push([2048, 3], [2049, 17]);

const vectors = keys.map(([modulusLength, publicExponent]) => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength, publicExponent });
  const { n, e } = publicKey.export({ format: "jwk" });
  const message = Buffer.from(`modulus of ${modulusLength} bits, exponent ${publicExponent}`);
  const signatures = {};
  for (const hash of [256, 384, 512]) {
    const saltLength = hash / 8;
    const pss = { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
    signatures[`RS${hash}`] = sign(`sha${hash}`, message, privateKey).toString("base64url");
    signatures[`PS${hash}`] = sign(`sha${hash}`, message, pss).toString("base64url");
  }
  return { bits: modulusLength, n, e, message: message.toString("base64url"), signatures };
});
process.stdout.write(`${JSON.stringify(vectors, null, 1)}\n`);
