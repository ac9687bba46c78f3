/** The options about revocations after the one check: `revocations`, `onStale`, `onNotCovered` and `store`. */
import type { CoreRevocations } from "./core.js";
import { optionInvalid } from "./errors.js";
import { booleanOr, choiceOr, httpUrl, integerOr, optional, record, text } from "./parse.js";
import type { Store } from "./store/store.js";
import type { Followed } from "./subjects.js";

/** Which parts of the publication are loaded. */
export type Profile =
  | { readonly kind: "whole" | "on-demand" }
  | { readonly kind: "subjects"; readonly subjects: readonly Followed[] };

/** Where the snapshot comes from. */
export interface FeedSource {
  readonly url: URL;
  readonly pollSeconds: number;
  readonly spreadSeconds: number;
  readonly push: boolean;
  readonly profile: Profile;
  /** Whether a root key is pinned. */
  readonly hasRoot: boolean;
  readonly onStale: "accept" | "reject";
  /** What sets this publisher apart in a store: whom is trusted for what. */
  readonly storePrefix: string;
}

/** The two halves of what the caller says about revocations. */
export interface RevocationSettings {
  readonly core: CoreRevocations;
  readonly feed: FeedSource;
}

/** `null`: revocation is not checked. */
export function revocationSettings(given: Readonly<Record<string, unknown>>): RevocationSettings | null {
  if (given["revocations"] === null) {
    for (const name of ["onStale", "onNotCovered", "store"]) {
      if (given[name] !== undefined) throw optionInvalid(name, "nothing while revocations is null");
    }
    return null;
  }
  const revocations = record(given["revocations"], "revocations", REVOCATIONS, "an object, or null to check none");
  const url = feedUrl(revocations["url"]);
  const onStale = choiceOr(given["onStale"], "onStale", ["accept", "reject"], "accept");
  const onNotCovered = choiceOr(given["onNotCovered"], "onNotCovered", ["accept", "reject"], "reject");
  const rootKey = optional(revocations["rootKey"], null, (key) => publisherKey(key, "revocations.rootKey"));
  const profile = profileOf(revocations["profile"], given["issuer"]);
  const core: CoreRevocations = {
    profile: profile.kind === "whole" ? "whole" : "parts",
    publisherKeys: publisherKeys(revocations["publisherKeys"], rootKey !== null),
    rootKey,
    tenant: tenantOf(revocations["tenant"], url),
    onStale,
    onNotCovered,
  };
  return { core, feed: feedSource(url, revocations, core, profile) };
}

function feedSource(
  url: URL,
  revocations: Readonly<Record<string, unknown>>,
  { rootKey = null, tenant, onStale, publisherKeys }: CoreRevocations,
  profile: Profile,
): FeedSource {
  return {
    url,
    profile,
    push: booleanOr(revocations["push"], "revocations.push", false),
    pollSeconds: integerOr(revocations["pollSeconds"], "revocations.pollSeconds", 1, 3_600, 10),
    spreadSeconds: integerOr(revocations["spreadSeconds"], "revocations.spreadSeconds", 0, 3_600, 0),
    hasRoot: rootKey !== null,
    onStale,
    storePrefix: `rescind/1/${[tenant, url.href, rootKey ?? "", ...[...publisherKeys].sort()].join(" ")}/`,
  };
}

function profileOf(profile: unknown, issuer: unknown): Profile {
  if (profile === undefined || profile === "whole") return { kind: "whole" };
  if (profile === "on-demand") return { kind: "on-demand" };
  const { subjects } = record(profile, "revocations.profile", ["subjects"], PROFILES);
  return { kind: "subjects", subjects: followedSubjects(subjects, "revocations.profile.subjects", issuer) };
}

/** Subjects as the caller names them; `issuer`: of those that name none. */
export function followedSubjects(subjects: unknown, option: string, issuer: unknown): readonly Followed[] {
  if (!Array.isArray(subjects) || subjects.length > 16) {
    throw optionInvalid(option, "a list of at most sixteen { sub }, each with an issuer if it is another");
  }
  return subjects.map((subject, index) => subjectOf(subject, `${option}[${index}]`, issuer));
}

function subjectOf(subject: unknown, option: string, otherwise: unknown): Followed {
  const { issuer = otherwise, sub } = record(subject, option, ["issuer", "sub"], "an object with sub");
  return {
    issuer: text(issuer, `${option}.issuer`, "the token's iss, a non-empty string"),
    sub: text(sub, `${option}.sub`, "the token's sub, a non-empty string"),
  };
}

/** The store that is used: the caller's, none for `null`, or what the runtime has. */
export function storeOf(store: unknown, ofRuntime: () => Store | null): Store | null {
  if (store === undefined) return ofRuntime();
  if (store === null) return null;
  const methods = typeof store === "object" ? (store as Record<string, unknown>) : {};
  const complete = ["get", "set", "delete"].every((name) => typeof methods[name] === "function");
  if (!complete)
    throw optionInvalid("store", "an object with the functions get, set and delete, or null to keep nothing");
  return store as Store;
}

/** The publisher's address with one slash at its end, so that relative names resolve below it. */
function feedUrl(value: unknown): URL {
  const url = httpUrl(value, "revocations.url");
  if (url.search !== "") throw optionInvalid("revocations.url", "an address without a query");
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/`;
  return url;
}

function tenantOf(tenant: unknown, url: URL): string {
  const name: unknown = tenant ?? url.pathname.split("/").at(-2);
  if (typeof name === "string" && /^[a-z0-9-]{1,64}$/.test(name)) return name;
  throw optionInvalid(
    "revocations.tenant",
    "1 to 64 of a-z, 0-9 and - (left out: taken from the last path segment of url)",
  );
}

/** Beside a root key, which names the publisher keys, none need be pinned. */
function publisherKeys(keys: unknown, hasRoot: boolean): string[] {
  if (keys === undefined && hasRoot) return [];
  const least = hasRoot ? 0 : 1;
  if (!Array.isArray(keys) || keys.length < least || keys.length > 8) {
    throw optionInvalid("revocations.publisherKeys", "a list of one to eight public JWKs (none beside rootKey)");
  }
  return keys.map((key, index) => publisherKey(key, `revocations.publisherKeys[${index}]`));
}

function publisherKey(key: unknown, option: string): string {
  const expected = 'a public JWK: { kty: "OKP", crv: "Ed25519", x: 43 base64url characters }';
  if (typeof key !== "object" || key === null) throw optionInvalid(option, expected);
  const { kty, crv, x, d } = key as Record<string, unknown>;
  if (d !== undefined) throw optionInvalid(option, "a public JWK, without the private member d");
  const valid = kty === "OKP" && crv === "Ed25519" && typeof x === "string" && /^[A-Za-z0-9_-]{43}$/.test(x);
  if (!valid) throw optionInvalid(option, expected);
  return x;
}

const PROFILES = '"whole", "on-demand", or { subjects: [{ sub }] }';

const REVOCATIONS = ["url", "publisherKeys", "rootKey", "tenant", "pollSeconds", "spreadSeconds", "push", "profile"];
