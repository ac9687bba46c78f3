/**
 * A cache between authority and verifiers, on loopback, as a CDN is one (RFC 9111): keeps what `Cache-Control` allows for
 * as long as it allows, asks again with `If-None-Match`, answers 304 to whoever holds the content, and asks the origin
 * once for all who wait. Streams of events pass through.
 */
import { createServer, request as requestOf } from "node:http";

/** Starts one. `traffic()` counts bytes of its clients' connections, headers included, and requests so far. */
export async function startProxy(origin) {
  const cache = new Cache(origin);
  const meter = new Meter();
  const server = createServer((request, response) => {
    if (new URL(request.url, origin).pathname.endsWith("/events")) {
      meter.requests.events += 1;
      return passThrough(origin, request, response);
    }
    return answer(cache, meter, request, response).catch(() => response.destroy());
  });
  server.on("connection", (socket) => meter.watch(socket));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  const traffic = () => ({ ...meter.bytes(), ...meter.requests, origin: cache.asked });
  return { origin: `http://127.0.0.1:${server.address().port}`, traffic, stop };
}

async function answer(cache, meter, request, response) {
  const { status, headers, body, since } = await cache.get(request.url);
  const isHeld = status === 200 && headers.etag !== undefined && request.headers["if-none-match"] === headers.etag;
  const kind = !new URL(request.url, "http://host").pathname.endsWith("/manifest") ? "objects" : "manifests";
  meter.requests[isHeld ? "unchanged" : kind] += 1;
  const age = Math.floor((Date.now() - since) / 1_000);
  const told = { ...headers, age };
  if (!isHeld) return response.writeHead(status, { ...told, "content-length": body.length }).end(body);
  delete told["content-type"];
  return response.writeHead(304, told).end();
}

class Cache {
  #origin;
  #copies = new Map();
  #asking = new Map();
  asked = 0;

  constructor(origin) {
    this.#origin = origin;
  }

  /** A copy that is fresh, or what the origin says now. */
  async get(path) {
    const copy = this.#copies.get(path);
    if (copy !== undefined && Date.now() < copy.until) return copy;
    const asking = this.#asking.get(path) ?? this.#ask(path, copy).finally(() => this.#asking.delete(path));
    this.#asking.set(path, asking);
    return asking;
  }

  async #ask(path, copy) {
    this.asked += 1;
    const headers = copy?.headers.etag === undefined ? {} : { "if-none-match": copy.headers.etag };
    const since = Date.now();
    const answer = await fetch(`${this.#origin}${path}`, { headers });
    const body = Buffer.from(await answer.arrayBuffer());
    const until = since + secondsToKeep(answer) * 1_000;
    const kept =
      answer.status === 304 && copy !== undefined
        ? { ...copy, since, until }
        : { status: answer.status, headers: endToEnd(answer.headers), body, since, until };
    if (until > since) this.#copies.set(path, kept);
    else this.#copies.delete(path);
    return kept;
  }
}

function secondsToKeep({ status, headers }) {
  const control = headers.get("cache-control") ?? "";
  if (/no-store|private/.test(control) || ![200, 304].includes(status)) return 0;
  return Number(/max-age=(\d+)/.exec(control)?.[1] ?? 0);
}

/** What goes on to clients: the connection's own headers and the length are said anew. */
function endToEnd(headers) {
  const own = new Set(["connection", "content-length", "date", "keep-alive", "transfer-encoding"]);
  return Object.fromEntries([...headers].filter(([name]) => !own.has(name)));
}

function passThrough(origin, request, response) {
  const { host: _, ...headers } = request.headers;
  const asked = requestOf(`${origin}${request.url}`, { headers, agent: false }, (answered) => {
    response.writeHead(answered.statusCode, answered.headers);
    answered.pipe(response);
  });
  asked.on("error", () => response.destroy());
  response.on("close", () => asked.destroy());
  asked.end();
}

/** Bytes of connections, also of those that are gone. */
class Meter {
  #open = new Set();
  #gone = { received: 0, sent: 0 };
  requests = { manifests: 0, unchanged: 0, objects: 0, events: 0 };

  watch(socket) {
    this.#open.add(socket);
    socket.once("close", () => {
      this.#open.delete(socket);
      this.#add(this.#gone, socket);
    });
  }

  /** As clients see them: `received` is what was written here. */
  bytes() {
    const total = { ...this.#gone };
    for (const socket of this.#open) this.#add(total, socket);
    return total;
  }

  #add(total, { bytesWritten, bytesRead }) {
    total.received += bytesWritten;
    total.sent += bytesRead;
  }
}
