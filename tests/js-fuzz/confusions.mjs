/** Arguments of the wrong kind, in every place that takes one. */
import { NOW, rescind } from "./subject.mjs";

/** What a hostile value throws when it is touched: the only foreign error that may come back. */
export class Touched extends Error {}

function touch() {
  throw new Touched("touched");
}

const hostile = new Proxy({}, Object.fromEntries(Object.getOwnPropertyNames(Reflect).map((trap) => [trap, touch])));

/** Made anew each time: a detached buffer cannot be detached twice. */
const VALUES = [
  () => undefined,
  () => null,
  () => true,
  () => 0,
  () => -1,
  () => 0.5,
  () => Number.NaN,
  () => Number.POSITIVE_INFINITY,
  () => 2 ** 53,
  () => 10n,
  () => Symbol("token"),
  () => "",
  () => "\ud83d",
  () => "x".repeat(3_000),
  () => new String("token"),
  () => [],
  () => [null],
  () => Array.from({ length: 70 }, () => "a"),
  () => new Array(1e6),
  () => ({}),
  () => Object.create(null),
  () => ({ toString: touch, valueOf: touch, toJSON: touch, [Symbol.toPrimitive]: touch }),
  () => Object.defineProperty({}, "keys", { enumerable: true, get: touch }),
  () => hostile,
  () => touch,
  () => async () => {},
  () => Promise.reject(new Touched("rejected")).catch(() => {}),
  () => new Date(Number.NaN),
  () => /x/,
  () => new Map([["keys", []]]),
  () => new Uint8Array(32),
  () => new Uint8Array(new SharedArrayBuffer(32)),
  () => detached(),
  () => Object.create(Uint8Array.prototype),
  () => Object.create(String.prototype),
  () => new DataView(new ArrayBuffer(8)),
  () => new URL("file:///etc/passwd"),
  () => "https://user:password@host.example/",
  () => JSON.parse('{"__proto__":{"polluted":true}}'),
  () => circular(),
  () => ({ keys: [hostile] }),
  () => ({ keys: [{ kty: "RSA", n: 1, e: {} }] }),
];

export function value(random) {
  return random.pick(VALUES)();
}

/** Calls one method of a verifier with something odd; answers the outcome's code. */
export function callVerifier(random, { verifier, good }) {
  const odd = value(random);
  return random.pick([
    async () => verifier.check(odd).code,
    async () => verifier.verifySync(odd).code,
    async () => (await verifier.verify(odd)).code,
    async () => (await verifier.verify(good, odd)).code,
    async () => (await verifier.verify(good, { waitUntil: odd })).code,
    async () => verifier.check(good, odd).code,
  ])();
}

/** Makes a verifier of options of which one is odd, uses it, and closes it. */
export async function makeVerifier(random, { options, good }) {
  const verifier = await rescind.createVerifier(oddOptions(random, options));
  try {
    await verifier.refresh().catch(() => {});
    verifier.status();
    return verifier.check(good).code;
  } finally {
    verifier.close();
  }
}

function oddOptions(random, options) {
  const odd = value(random);
  const inside = (name) => ({ ...options, [name]: { ...options[name], [random.pick(INNER)]: odd } });
  return random.pick([
    () => odd,
    () => ({ ...options, [random.pick(NAMES)]: odd }),
    () => ({ ...options, now: () => odd }),
    () => ({ ...options, fetch: () => odd }),
    () => ({ ...options, fetch: async () => odd }),
    () => ({ ...options, now: () => NOW, fetch: async () => new Response(odd instanceof Object ? null : String(odd)) }),
    () => inside("keys"),
    () => inside("revocations"),
    () => ({ ...options, store: { get: () => odd, set: () => odd, delete: () => odd } }),
  ])();
}

const NAMES = [
  "issuer",
  "audience",
  "keys",
  "revocations",
  "algorithms",
  "typ",
  "requiredClaims",
  "clockToleranceSeconds",
  "maxTokenBytes",
  "maxLifetimeSeconds",
  "onStale",
  "onNotCovered",
  "deadlineSeconds",
  "now",
  "fetch",
  "store",
  "__proto__",
  "unknown",
];

const INNER = ["jwks", "jwksUri", "secret", "maxStaleSeconds", "url", "publisherKeys", "tenant", "pollSeconds"];

function detached() {
  const bytes = new Uint8Array(32);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  return bytes;
}

function circular() {
  const value = { keys: [] };
  value.keys.push(value);
  return value;
}
