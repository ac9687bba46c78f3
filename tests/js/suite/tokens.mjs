/** Tokens through the core: every algorithm, every kind of refusal, every kind of argument. */
import { equal, rejection, thrown, truthy } from "./assert.mjs";

export const tokenCases = {
  "a token of each asymmetric algorithm is accepted with its claims and header": async ({ verifier, fixtures }) => {
    const subject = await verifier({ keys: { jwks: fixtures.jwks } });
    for (const { alg, kid, token, claims } of fixtures.tokens) {
      const verdict = subject.check(token);
      equal(verdict.code, "ACCEPTED", alg);
      equal(verdict.claims, claims, alg);
      equal(verdict.header, { alg, kid, typ: "at+jwt" }, alg);
      equal(verdict.evidence, { revocation: "disabled", snapshot: null }, alg);
    }
  },

  "a token of each HMAC algorithm is accepted with its secret and with no other": async ({ verifier, fixtures }) => {
    for (const { alg, secret, token } of fixtures.secrets) {
      const bytes = Uint8Array.from(atob(secret), (character) => character.charCodeAt(0));
      const subject = await verifier({ keys: { secret: bytes }, algorithms: [alg] });
      equal(subject.check(token).code, "ACCEPTED", alg);
      const other = await verifier({ keys: { secret: bytes.map((byte) => byte ^ 1) }, algorithms: [alg] });
      equal(other.check(token).code, "ERR_SIGNATURE_INVALID", alg);
    }
  },

  "a token of an algorithm that is not listed is refused": async ({ verifier, fixtures }) => {
    const subject = await verifier({ keys: { jwks: fixtures.jwks }, algorithms: ["ES384"] });
    equal(subject.check(tokenOf(fixtures, "ES256")).code, "ERR_HEADER_ALG_NOT_ALLOWED");
    equal(subject.check(tokenOf(fixtures, "ES384")).code, "ACCEPTED");
  },

  "a bad signature outranks bad claims": async ({ verifier, fixtures }) => {
    const subject = await verifier({ keys: { jwks: fixtures.jwks }, issuer: "https://other.example" });
    equal(subject.check(tokenOf(fixtures, "ES256")).code, "ERR_CLAIM_ISSUER");
    equal(subject.check(forged(tokenOf(fixtures, "ES256"))).code, "ERR_SIGNATURE_INVALID");
  },

  "a token for another audience, of another type, or without a required claim is refused": async (kit) => {
    const { verifier, fixtures } = kit;
    const keys = { jwks: fixtures.jwks };
    const token = tokenOf(fixtures, "ES256");
    const code = async (options) => (await verifier({ keys, ...options })).check(token).code;
    equal(await code({ audience: "other" }), "ERR_CLAIM_AUDIENCE");
    equal(await code({ audience: ["other", "api"] }), "ACCEPTED");
    equal(await code({ audience: null }), "ACCEPTED");
    equal(await code({ typ: "at+jwt" }), "ACCEPTED");
    equal(await code({ typ: "logout+jwt" }), "ERR_HEADER_TYP");
    equal(await code({ requiredClaims: ["sub", "jti"] }), "ACCEPTED");
    equal(await code({ requiredClaims: ["nonce"] }), "ERR_CLAIM_MISSING");
  },

  "a token is accepted up to its exp plus tolerance, to the second": async ({ verifier, fixtures, clock }) => {
    const { token, claims } = fixtures.tokens[0];
    const subject = await verifier({ keys: { jwks: fixtures.jwks }, clockToleranceSeconds: 5 });
    const at = (time) => {
      clock.now = time;
      return subject.check(token);
    };
    equal(at(claims.exp + 4).code, "ACCEPTED");
    equal(at(claims.exp + 5).code, "ERR_CLAIM_EXPIRED");
    equal(at(claims.exp + 5).details, { now: claims.exp + 5, exp: claims.exp });
    equal(at(claims.iat - 5).code, "ACCEPTED");
    equal(at(claims.iat - 6).code, "ERR_CLAIM_ISSUED_IN_FUTURE");
  },

  "verify, verifySync and check say the same": async ({ verifier, fixtures, RescindError }) => {
    const subject = await verifier({ keys: { jwks: fixtures.jwks } });
    const good = tokenOf(fixtures, "ES256");
    equal(await subject.verify(good), subject.check(good));
    equal(subject.verifySync(good), subject.check(good));
    const bad = forged(good);
    const { code, message, details } = subject.check(bad);
    for (const error of [await rejection(subject.verify(bad)), thrown(() => subject.verifySync(bad))]) {
      truthy(error instanceof RescindError && error instanceof Error, "a RescindError");
      equal([error.code, error.message, error.details, error.name], [code, message, details, "RescindError"]);
    }
  },

  "an argument that is no string is a refusal in every function, never a crash": async ({ verifier, fixtures }) => {
    const subject = await verifier({ keys: { jwks: fixtures.jwks } });
    for (const argument of hostileArguments(tokenOf(fixtures, "ES256"))) {
      equal(subject.check(argument).code, "ERR_TOKEN_MALFORMED");
      equal(thrown(() => subject.verifySync(argument)).code, "ERR_TOKEN_MALFORMED");
      equal((await rejection(subject.verify(argument))).code, "ERR_TOKEN_MALFORMED");
    }
    equal(subject.check(tokenOf(fixtures, "ES256")).code, "ACCEPTED");
  },

  "a good token with characters outside ASCII around it is refused": async ({ verifier, fixtures }) => {
    const subject = await verifier({ keys: { jwks: fixtures.jwks } });
    const token = tokenOf(fixtures, "ES256");
    for (const extra of ["\u00e9", "\u{1f600}", "\ud800", "\udc00", "\u0000", "\ufeff", "\u2028", "\uff21"]) {
      for (const text of [token + extra, extra + token, token.replace(".", `${extra}.`), extra, extra.repeat(4)]) {
        equal(subject.check(text).code, "ERR_TOKEN_MALFORMED", JSON.stringify(text.slice(-8)));
      }
    }
    equal(subject.check(token).code, "ACCEPTED");
  },

  "a token at the size limit is judged and one over it is refused undecoded": async ({ verifier, fixtures }) => {
    const token = tokenOf(fixtures, "ES256");
    const keys = { jwks: fixtures.jwks };
    equal((await verifier({ keys, maxTokenBytes: token.length })).check(token).code, "ACCEPTED");
    const tight = await verifier({ keys, maxTokenBytes: token.length - 1 });
    equal(tight.check(token).code, "ERR_TOKEN_TOO_LARGE");
    equal(tight.check(token).details, { bytes: token.length, limit: token.length - 1 });
    equal(tight.check("x".repeat(50_000_000)).code, "ERR_TOKEN_TOO_LARGE");
    equal((await verifier({ keys, maxTokenBytes: 1 })).check("\u00e9").code.slice(0, 10), "ERR_TOKEN_");
  },

  "wasm memory that grows between two checks does not disturb them": async ({ verifier, fixtures }) => {
    const keys = { jwks: fixtures.jwks };
    const subject = await verifier({ keys, maxTokenBytes: 1_048_576, cache: null });
    for (const length of [10, 70_000, 500_000, 1_048_576]) {
      equal(subject.check("x".repeat(length)).code, "ERR_TOKEN_MALFORMED");
      equal(subject.check(tokenOf(fixtures, "ES256")).code, "ACCEPTED");
    }
  },

  "after ten thousand mutated tokens the same verifier accepts a good one": async ({ verifier, fixtures }) => {
    const subject = await verifier({ keys: { jwks: fixtures.jwks } });
    const token = tokenOf(fixtures, "EdDSA");
    const random = generator(1);
    for (let round = 0; round < 10_000; round += 1) {
      const { code } = subject.check(mutated(token, random));
      if (code !== "ACCEPTED")
        truthy(/^ERR_[A-Z0-9_]+$/.test(code) && !code.startsWith("ERR_WASM"), `a finding, not ${code}`);
    }
    equal(subject.check(token).code, "ACCEPTED");
  },

  "one signature bit flipped anywhere is refused": async ({ verifier, fixtures }) => {
    const subject = await verifier({ keys: { jwks: fixtures.jwks } });
    const token = tokenOf(fixtures, "EdDSA");
    for (let index = token.lastIndexOf(".") + 1; index < token.length; index += 1) {
      const other = token[index] === "A" ? "B" : "A";
      truthy(subject.check(token.slice(0, index) + other + token.slice(index + 1)).code !== "ACCEPTED", "a refusal");
    }
  },

  "headers that are equal are one frozen object": async ({ verifier, fixtures }) => {
    const subject = await verifier({ keys: { jwks: fixtures.jwks } });
    const token = tokenOf(fixtures, "ES256");
    const { header } = subject.check(token);
    truthy(header === subject.check(token).header, "the same object");
    truthy(Object.isFrozen(header), "a frozen object");
  },

  "claims called __proto__ and constructor are data": async ({ verifier, fixtures }) => {
    const subject = await verifier({ keys: { jwks: fixtures.jwks } });
    const { claims } = subject.check(fixtures.pollution);
    truthy(Object.getPrototypeOf(claims) === Object.prototype, "the plain prototype");
    truthy(Object.hasOwn(claims, "__proto__"), "a member of its own");
    equal({}.polluted, undefined);
  },

  "two verifiers do not disturb each other": async ({ verifier, fixtures }) => {
    const one = await verifier({ keys: { jwks: fixtures.jwks } });
    const other = await verifier({ keys: { jwks: fixtures.jwks }, audience: "other" });
    for (let round = 0; round < 3; round += 1) {
      equal(one.check(tokenOf(fixtures, "ES256")).code, "ACCEPTED");
      equal(other.check(tokenOf(fixtures, "ES256")).code, "ERR_CLAIM_AUDIENCE");
    }
    one.close();
    equal(other.check(tokenOf(fixtures, "ES256")).code, "ERR_CLAIM_AUDIENCE");
  },

  "a closed verifier answers ERR_VERIFIER_CLOSED": async ({ verifier, fixtures }) => {
    const subject = await verifier({ keys: { jwks: fixtures.jwks } });
    subject.close();
    subject.close();
    const token = tokenOf(fixtures, "ES256");
    equal(subject.check(token).code, "ERR_VERIFIER_CLOSED");
    equal(thrown(() => subject.verifySync(token)).code, "ERR_VERIFIER_CLOSED");
    equal((await rejection(subject.verify(token))).code, "ERR_VERIFIER_CLOSED");
    equal((await rejection(subject.refresh())).code, "ERR_VERIFIER_CLOSED");
    equal(subject.status().snapshot, null);
  },

  "a clock that gives no finite seconds is an error that names the option": async ({ verifier, fixtures, clock }) => {
    const subject = await verifier({ keys: { jwks: fixtures.jwks } });
    for (const now of [Number.NaN, Number.POSITIVE_INFINITY, Date.now(), "1", null, undefined, 1n]) {
      clock.now = now;
      const { code, details } = subject.check(tokenOf(fixtures, "ES256"));
      equal([code, details.option], ["ERR_OPTION_INVALID", "now"]);
    }
    clock.now = fixtures.now;
    equal(subject.check(tokenOf(fixtures, "ES256")).code, "ACCEPTED");
  },
};

export function tokenOf(fixtures, alg) {
  return fixtures.tokens.find((entry) => entry.alg === alg).token;
}

/** The token with its first signature character changed. */
export function forged(token) {
  const at = token.lastIndexOf(".") + 1;
  return token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
}

function hostileArguments(token) {
  const throwing = new Proxy(
    {},
    {
      get: () => {
        throw new Error("touched");
      },
    },
  );
  const textLike = { toString: () => token, length: 10, [Symbol.toPrimitive]: () => token };
  const boxed = new String(token);
  return [
    undefined,
    null,
    0,
    Number.NaN,
    1n,
    true,
    Symbol("x"),
    {},
    [],
    [token],
    () => token,
    boxed,
    textLike,
    throwing,
    new Uint8Array(8),
  ];
}

/** A small generator of numbers from 0 to 1 (mulberry32), so that a failure can be repeated. */
export function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function mutated(token, random) {
  const at = Math.floor(random() * token.length);
  const character = String.fromCharCode(Math.floor(random() * 256));
  return [
    () => token.slice(0, at) + character + token.slice(at + 1),
    () => token.slice(0, at),
    () => token.slice(0, at) + character + token.slice(at),
    () => token.slice(0, at) + token.slice(at + 1),
    () => token.slice(at) + token.slice(0, at),
  ][Math.floor(random() * 5)]();
}
