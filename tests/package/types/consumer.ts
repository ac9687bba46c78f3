// Compiled, never run: what a consumer writes, and what the compiler must refuse.
import {
  type Algorithm,
  type CacheOptions,
  type CacheStatus,
  type Claims,
  createVerifier,
  type ErrorCode,
  init,
  memoryStore,
  type Refusal,
  RescindError,
  type RevocationsOptions,
  type Store,
  type Subject,
  type Verdict,
  type Verifier,
} from "rescind";
import * as inline from "rescind/inline";
import * as slim from "rescind/slim";
import wasm from "rescind/wasm";

declare const publisherKey: { kty: "OKP"; crv: "Ed25519"; x: string; kid: string };

export async function useEverything(token: string): Promise<string | undefined> {
  const store: Store = memoryStore();
  const cache: CacheOptions = { maxBytes: 65_536 };
  const verifier: Verifier = await createVerifier({
    issuer: "https://auth.example.com",
    audience: ["api"],
    keys: { jwksUri: new URL("https://auth.example.com/jwks.json"), maxStaleSeconds: 600 },
    revocations: { url: "https://auth.example.com/r/main", publisherKeys: [publisherKey], pollSeconds: 5 },
    algorithms: ["ES256", "EdDSA"],
    typ: "at+jwt",
    onStale: "reject",
    now: () => 1,
    fetch: (url, options) => fetch(url, options),
    store,
    cache,
  });
  const kept: CacheStatus | null = verifier.status().cache;
  const core: "wasm" | "fallback" = verifier.status().core;
  const verdict: Verdict = await verifier.verify(token, { waitUntil: (promise: Promise<void>) => void promise });
  const outcome = verifier.check(token);
  if (outcome.code !== "ACCEPTED") {
    const refusal: Refusal = outcome;
    const code: ErrorCode = refusal.code;
    return code === "ERR_REVOCATION_REVOKED" ? String(refusal.details["dimension"]) : refusal.message;
  }
  const claims: Claims = outcome.claims;
  const custom: unknown = claims["org_id"];
  const error = new RescindError("ERR_FETCH_FAILED", "x");
  void [
    custom,
    error.code,
    verdict.evidence.snapshot?.freshness,
    verifier.status().lastError?.about,
    kept?.bytes,
    core,
  ];
  await slim.init(wasm);
  await init(fetch("/core_bg.wasm"));
  return claims.sub;
}

export async function useParts(subject: Subject): Promise<void> {
  const verifier = await createVerifier({
    issuer: "https://auth.example.com",
    audience: null,
    keys: { jwksUri: "https://auth.example.com/jwks.json" },
    revocations: {
      url: "https://auth.example.com/r/main",
      rootKey: publisherKey,
      profile: { subjects: [] },
      push: true,
      spreadSeconds: 60,
    },
    store: null,
  });
  await verifier.follow([subject, { sub: "user-1" }, { issuer: undefined, sub: "user-2" }]);
  void verifier.status().snapshot?.parts.includes("common");
  // @ts-expect-error: a subject is an object
  await verifier.follow(["user-1"]);
  // @ts-expect-error: no such profile
  void ("all" satisfies RevocationsOptions["profile"]);
}

export const sameType: typeof createVerifier = inline.createVerifier;

export async function refused(verifier: Verifier): Promise<void> {
  // @ts-expect-error: audience must be given, or null
  await createVerifier({ issuer: "a", keys: { jwks: { keys: [] } }, revocations: null });
  // @ts-expect-error: revocations must be given, or null
  await createVerifier({ issuer: "a", audience: null, keys: { jwks: { keys: [] } } });
  // @ts-expect-error: the issuer cannot be left open
  await createVerifier({ issuer: null, audience: null, keys: { jwks: { keys: [] } }, revocations: null });
  // @ts-expect-error: an unknown option
  await createVerifier({ issuer: "a", audience: null, keys: { jwks: { keys: [] } }, revocations: null, leeway: 5 });
  // @ts-expect-error: none is no algorithm
  void (["none"] satisfies Algorithm[]);
  // @ts-expect-error: a secret is bytes
  await createVerifier({ issuer: "a", audience: null, keys: { secret: "text" }, revocations: null });
  // @ts-expect-error: claims exist only once the code says ACCEPTED
  void verifier.check("x").claims;
  // @ts-expect-error: a token is a string
  await verifier.verify(1);
  // @ts-expect-error: no such code
  new RescindError("ERR_SOMETHING", "x");
  const verdict = await verifier.verify("x");
  // @ts-expect-error: claims are not the caller's to change
  verdict.claims.sub = "other";
}
