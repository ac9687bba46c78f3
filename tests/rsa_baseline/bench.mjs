/**
 * Times RSA operations beside node:crypto, interleaved in one process: `node tests/rsa_baseline/bench.mjs [BITS,...] [ROUNDS]`.
 * Ratios are medians of the ratios of each round to node:crypto's whole `verify` (RS256); "+ hash" adds node's SHA-256 of the
 * same 460 bytes, as far as it can be told apart.
 */
import { createPublicKey, generateKeyPairSync, hash, randomBytes, sign, verify } from "node:crypto";
import { contenders } from "../js/support/rsa-contenders.mjs";

const lengths = (process.argv[2] ?? "2048,3072,4096,8192").split(",").map(Number);
const rounds = Number(process.argv[3] ?? 101);
const all = await contenders();

for (const bits of lengths) {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: bits });
  const modulus = Buffer.from(publicKey.export({ format: "jwk" }).n, "base64url");
  const messages = Array.from({ length: 16 }, () => randomBytes(460));
  const signatures = messages.map((message) => sign("sha256", message, privateKey));
  const key = createPublicKey(publicKey.export({ format: "pem", type: "spki" }));
  const runs = new Map([
    ["node:crypto verify", (index) => verify("sha256", messages[index], key, signatures[index])],
    ["node:crypto SHA-256", (index) => hash("sha256", messages[index], "buffer")],
  ]);
  const names = bits <= 4096 ? ["accelerator", "baseline", "portable"] : ["baseline", "portable"];
  for (const name of names.filter((candidate) => all[candidate] !== null)) {
    const operation = all[name](modulus, 65537);
    runs.set(name, (index) => operation(signatures[index]));
  }
  report(bits, time(runs, Math.max(8, Math.round(100_000 / bits))));
}

function time(runs, calls) {
  const times = new Map([...runs.keys()].map((name) => [name, []]));
  for (let round = -20; round < rounds; round += 1) {
    for (const [name, run] of runs) {
      const start = performance.now();
      for (let call = 0; call < calls; call += 1) run(call % 16);
      const microseconds = ((performance.now() - start) * 1000) / calls;
      if (round >= 0) times.get(name).push(microseconds);
    }
  }
  return times;
}

function report(bits, times) {
  const reference = times.get("node:crypto verify");
  const hashing = times.get("node:crypto SHA-256");
  console.log(`RS256 with ${bits} bits`);
  for (const [name, samples] of times) {
    const ratio = median(samples.map((sample, round) => sample / reference[round]));
    const hashed = median(samples.map((sample, round) => (sample + hashing[round]) / reference[round]));
    const extra = name.startsWith("node") ? "" : `, + hash ${hashed.toFixed(3)}`;
    console.log(`  ${name.padEnd(20)} ${median(samples).toFixed(2).padStart(8)} µs  ratio ${ratio.toFixed(3)}${extra}`);
  }
}

function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
