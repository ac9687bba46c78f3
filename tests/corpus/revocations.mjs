/** The revocation states of corpus cases, published as snapshots and handed to verifiers. */
import { ADDRESSES, Network, publish } from "../support/publisher.mjs";

/** Claims by the dimension that revokes them. */
const DIMENSIONS = { sub: "subject", sid: "session", kid: "key", client_id: "client", org_id: "organization" };

/** Publishes the states of all given cases at once; answers the options of each case by its id. */
export function publishStates(cases) {
  if (cases.length === 0) return new Map();
  const issuers = [...new Set(cases.map(({ profile }) => profile.issuer))];
  const { publisherKey, editions } = publish(issuers, cases.map(editionOf));
  return new Map(cases.map(({ item }, at) => [item.id, optionsOf(editions[at], publisherKey)]));
}

function editionOf({ item, profile }) {
  const entries = entriesOf(item, profile);
  return { version: 1, issued_at: profile.now - 10, next_update: profile.now + 100, entries };
}

/** For each verifier a network of its own, which serves this one edition. */
function optionsOf(edition, publisherKey) {
  const network = new Network();
  network.edition = edition;
  return { revocations: { url: ADDRESSES.feed, publisherKeys: [publisherKey] }, fetch: network.fetch };
}

/** Every member of a state, or an error: a member that is not understood must not be taken for nothing. */
function entriesOf({ id, revoked }, profile) {
  return Object.entries(revoked).flatMap(([name, value]) => {
    if (name === "jti") return value.map((jti) => ({ type: "token", issuer: profile.issuer, jti }));
    if (name === "iss_not_before") return [{ type: "issuer", issuer: profile.issuer, not_before: value }];
    const [claim, suffix] = name.split("_not_before");
    const type = DIMENSIONS[claim];
    if (type === undefined || (suffix ?? "") !== "") throw new Error(`${id}: unknown revocation ${name}`);
    const times = suffix === undefined ? value.map((one) => [one, beyondAnyIssue(profile)]) : Object.entries(value);
    return times.map(([one, time]) => ({ type, issuer: profile.issuer, value: one, not_before: time }));
  });
}

/** A listed value is dead for all its tokens: a cut-off after every `iat` that a token can have. */
function beyondAnyIssue({ now, leeway = 300 }) {
  return now + leeway + 1;
}
