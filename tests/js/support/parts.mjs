/** A publication in parts on the fault server: tokens of sixty subjects, and one client. */
import { publish } from "../../support/publisher.mjs";
import * as fault from "./fault-server.mjs";
import { ISSUER, START, startPublisher } from "./series.mjs";

/** Of each, the token `stolen-{subject}` is revoked. */
export const SUBJECTS = Array.from({ length: 60 }, (_, at) => `user-${at}`);

/** A server that has nothing yet. */
export function startParts() {
  return startPublisher({ pool: new Map(), editions: [{ manifest: Buffer.from("none") }] });
}

/**
 * Puts an edition of all parts on the server, as of `clock.now`, of tokens that end an hour after `revokedAt`, and answers the publisher key: shards first, then the
 * common part, then the whole.
 */
export function serveParts(publisher, clock, { version, bits, epoch = 1, least = 0, revokedAt = START }) {
  let publisherKey;
  const shards = bits === 0 ? [] : Array.from({ length: 2 ** bits }, (_, number) => `${bits}-${number}`);
  const parts = [...shards.map((name) => [name, `shards/${name}/`]), ["common", "common/"], ["whole", ""]];
  for (const [part, path] of parts) {
    const description = {
      version,
      epoch,
      issued_at: clock.now,
      next_update: clock.now + 60,
      least_wait_seconds: least,
    };
    const more = { part, shard_bits: bits };
    const published = publish([ISSUER], [{ ...description, entries: entries(revokedAt) }], more);
    publisherKey = published.publisherKey;
    const [{ manifest, objects }] = published.editions;
    for (const [sha256, bytes] of objects) publisher.routes[`/r/main/objects/${sha256}`] = fault.body(bytes);
    publisher.routes[`/r/main/${path}manifest`] = fault.tagged(manifest, `"${part} ${epoch}.${version}"`);
  }
  return publisherKey;
}

function entries(revokedAt) {
  const tokens = SUBJECTS.map((subject) => ({
    type: "token",
    issuer: ISSUER,
    jti: `stolen-${subject}`,
    expires_at: revokedAt + 3_600,
    subject,
  }));
  return [...tokens, { type: "client", issuer: ISSUER, value: "bad-client", not_before: revokedAt + 60 }];
}
