/** Genuine snapshots, written by `examples/publish_snapshots.rs`, and a network that serves them. */
import { execFileSync } from "node:child_process";
import { createPrivateKey } from "node:crypto";

/** Where a {@link Network} serves what. */
export const ADDRESSES = { keys: "https://issuer.example/jwks.json", feed: "https://authority.example/r/main" };

export const TENANT = "main";

/** Publishes every edition of a description (see the example): `{ publisherKey, editions: [{ manifest, objects }] }`. */
export function publish(issuers, editions, more = {}) {
  const program = process.env.RESCIND_PUBLISHER_BIN;
  if (!program) throw new Error("RESCIND_PUBLISHER_BIN must name the built example publish_snapshots");
  const description = JSON.stringify({ tenant: TENANT, issuers, editions, ...more });
  const output = execFileSync(program, { input: description, maxBuffer: 2 ** 30, stdio: ["pipe", "pipe", "inherit"] });
  const published = JSON.parse(output.toString());
  return { publisherKey: published.publisher_key, editions: published.editions.map(decoded) };
}

function decoded({ manifest, objects }) {
  const entries = Object.entries(objects).map(([name, text]) => [name, Buffer.from(text, "base64url")]);
  return { manifest: Buffer.from(manifest, "base64url"), objects: new Map(entries) };
}

/** The private key of that program, to sign manifests that it would never write. */
export function publisherPrivateKey() {
  const prefix = Buffer.from("302e020100300506032b657004220420", "hex");
  return createPrivateKey({ key: Buffer.concat([prefix, Buffer.alloc(32, 9)]), format: "der", type: "pkcs8" });
}

/** What a verifier fetches from: one edition and one key set at a time, as bytes. */
export class Network {
  /** `{ manifest, objects }`, or null: the feed answers 404. */
  edition = null;
  /** The bytes of the JWK Set, or null. */
  keys = null;

  fetch = async (url) => {
    const body = this.#body(url);
    return body === null ? new Response("not found", { status: 404 }) : new Response(chunked(body));
  };

  #body(url) {
    if (url === ADDRESSES.keys) return this.keys;
    if (url === `${ADDRESSES.feed}/manifest`) return this.edition?.manifest ?? null;
    const name = url.slice(`${ADDRESSES.feed}/objects/`.length);
    return this.edition?.objects.get(name) ?? null;
  }
}

/** Larger bodies come in pieces, as from a network. */
function chunked(body) {
  if (body.length <= CHUNK_BYTES) return body;
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(body.subarray(at, at + CHUNK_BYTES));
      at += CHUNK_BYTES;
      if (at >= body.length) controller.close();
    },
  });
}

const CHUNK_BYTES = 65_536;
