/**
 * What a request and its answer cost beside the body, measured: HTTP/2 on one open connection, where header fields that
 * come again cost a byte or two (HPACK, RFC 7541). On loopback and so without TLS, whose records are counted by the rule
 * of RFC 8446 §5.2.
 */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import http2 from "node:http2";

/** Header, content type and tag of a TLS 1.3 record. */
const RECORD_BYTES = 22;

/** What is measured comes after those that fill the tables of the connection. */
const EXCHANGES = 60;
const WARM_UP = 20;

/** As a page of a browser on a phone asks. */
const ASKED = {
  accept: "application/octet-stream",
  "accept-encoding": "gzip, deflate, br, zstd",
  "accept-language": "en-GB,en-US;q=0.9,en;q=0.8",
  "cache-control": "max-age=0",
  origin: "https://app.example.com",
  priority: "u=1, i",
  referer: "https://app.example.com/",
  "sec-ch-ua": '"Chromium";v="149", "Not.A/Brand";v="24", "Google Chrome";v="149"',
  "sec-ch-ua-mobile": "?1",
  "sec-ch-ua-platform": '"Android"',
  "sec-fetch-dest": "empty",
  "sec-fetch-mode": "cors",
  "sec-fetch-site": "same-site",
  "user-agent": "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/149.0.0.0 Mobile Safari/537.36",
};

/** As the authority answers (`docs/http-api.md`), through a cache that adds an age and a name of the request. */
const ANSWERED = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "etag,date,age",
  "cache-control": "public, max-age=5, no-transform",
  server: "cache.example",
  vary: "origin, access-control-request-method, access-control-request-headers",
  "x-cache": "HIT",
  "x-content-type-options": "nosniff",
};

/** Bytes beside the body, both ways, of a poll that brings a manifest, of one that does not, and of an object. */
export async function exchangeBytes(paths) {
  const manifest = ({ path, tag }) => ({ path, status: 200, held: tag });
  const unchanged = ({ path, tag }) => ({ path, status: 304, held: tag });
  const object = () => ({ path: `/r/main/objects/${randomBytes(32).toString("hex")}`, status: 200, held: null });
  const kinds = { manifest, unchanged, object };
  const measured = {};
  for (const [name, kind] of Object.entries(kinds)) measured[name] = await measuredKind(paths, kind);
  return measured;
}

async function measuredKind(paths, kind) {
  const server = http2.createServer();
  server.on("stream", answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const session = http2.connect(`http://127.0.0.1:${server.address().port}`);
  await once(session, "remoteSettings");
  const tags = new Map();
  let start = 0;
  let bodies = 0;
  for (let at = 0; at < WARM_UP + EXCHANGES; at += 1) {
    if (at === WARM_UP) start = octets(session);
    const path = paths[at % paths.length];
    const { tag, length } = await exchange(session, kind({ path, tag: tags.get(path) ?? tagOf() }), at);
    tags.set(path, tag);
    bodies += at < WARM_UP ? 0 : length;
  }
  const records = kind({}).status === 304 ? 2 : 3;
  const bytes = (octets(session) - start - bodies) / EXCHANGES;
  session.close();
  server.close();
  return Math.round(bytes + records * RECORD_BYTES);
}

/** What the server of the measurement is to answer next. */
const expected = [];

async function exchange(session, { path, status, held }, at) {
  expected.push({ status, at });
  const condition = held === null ? {} : { "if-none-match": held };
  const address = { ":path": path, ":authority": "auth.example.com", ":scheme": "https" };
  const stream = session.request({ ...address, ...ASKED, ...condition });
  let length = 0;
  stream.on("data", (piece) => {
    length += piece.length;
  });
  const [[headers]] = await Promise.all([once(stream, "response"), once(stream, "close")]);
  return { tag: headers.etag, length };
}

function answer(stream, asked) {
  const { status, at } = expected.shift();
  const condition = asked["if-none-match"];
  const headers = {
    ...{ ":status": status, ...ANSWERED, age: at % 5, "x-request-id": randomBytes(12).toString("hex") },
    etag: condition === undefined ? `"${randomBytes(32).toString("hex")}"` : status === 304 ? condition : tagOf(),
    date: new Date(1_800_000_000_000 + at * 30_000).toUTCString(),
    ...(condition === undefined ? { "cache-control": "public, max-age=31536000, immutable, no-transform" } : {}),
  };
  if (status === 304) return stream.respond(headers, { endStream: true });
  const body = Buffer.alloc(440 + (at % 8));
  stream.respond({ ...headers, "content-type": "application/octet-stream", "content-length": body.length });
  return stream.end(body);
}

/** Of a manifest, as long as the authority's. */
function tagOf() {
  return `"${randomBytes(12).toString("base64url")}"`;
}

function octets({ socket }) {
  return socket.bytesRead + socket.bytesWritten;
}
