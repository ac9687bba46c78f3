/**
 * RSA powers of random values under random moduli: accelerator, baseline and node:crypto agree on every one.
 * `RESCIND_RSA_VALUES=10000` takes that many for each length and exponent instead of 200.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { contenders } from "./support/rsa-contenders.mjs";

const values = Number(process.env.RESCIND_RSA_VALUES ?? 200);
const VALUES_OF_A_MODULUS = 50;
const { accelerator, baseline, crypto, portable } = await contenders();

for (const bits of [2048, 3072, 4096]) {
  for (const exponent of [65537, 3]) {
    test(`${values} powers of ${bits} bits with e = ${exponent} are the same in the accelerator and the baseline`, () => {
      agree(bits, exponent, values, [accelerator, baseline]);
    });
  }
}

for (const bits of [2049, 2055, 3071, 3500, 3501, 8192]) {
  for (const exponent of [65537, 2 ** 33 - 1]) {
    test(`powers of ${bits} bits with e = ${exponent} are right in the baseline`, () => {
      agree(bits, exponent, Math.ceil(values / 20), [baseline]);
    });
  }
}

test("powers are right in the portable arithmetic", { skip: portable === null && "a ready module was named" }, () => {
  for (const bits of [2048, 2049, 3071, 8192]) agree(bits, 65537, Math.ceil(values / 20), [portable]);
});

/** Holds each of the contenders to node:crypto. */
function agree(bits, exponent, count, others) {
  for (let done = 0; done < count; done += VALUES_OF_A_MODULUS) {
    const modulus = randomModulus(bits, done);
    const expected = crypto(modulus, exponent);
    const found = others.map((other) => other(modulus, exponent));
    for (let index = done; index < Math.min(done + VALUES_OF_A_MODULUS, count); index += 1) {
      const signature = randomSignature(modulus, index);
      const power = expected(signature);
      for (const operation of found) {
        if (power.equals(operation(signature))) continue;
        assert.fail(`${signature.toString("hex")} ^ ${exponent} mod ${modulus.toString("hex")}`);
      }
    }
  }
}

/** Odd, of exactly that length; every fourth is mostly ones, every fourth mostly zeros. */
function randomModulus(bits, index) {
  const modulus = randomBytes(Math.ceil(bits / 8));
  const kind = (index / VALUES_OF_A_MODULUS) % 4;
  if (kind === 1) modulus.fill(0xff, 0, modulus.length >> 1);
  if (kind === 2) modulus.fill(0, 1, modulus.length >> 1);
  const top = (bits - 1) % 8;
  modulus[0] = (modulus[0] & ((1 << top) - 1)) | (1 << top);
  modulus[modulus.length - 1] |= 1;
  return modulus;
}

/** Below the modulus; some of each fifty with long runs of one bit. */
function randomSignature(modulus, index) {
  const signature = randomBytes(modulus.length);
  const at = index % VALUES_OF_A_MODULUS;
  if (at < 8) signature.fill(at % 2 === 0 ? 0xff : 0, at * 16, at * 16 + (modulus.length >> 1));
  signature[0] = Math.min(signature[0], modulus[0] - 1);
  return signature;
}
