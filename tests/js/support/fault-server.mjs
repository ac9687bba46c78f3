/** A real HTTP server on loopback whose answers can be faulty on purpose. */
import { createServer } from "node:http";
import { gzipSync } from "node:zlib";

/** Starts one; `routes`: path → handler of node:http. Requests are recorded with what became of their connection. */
export async function startServer(routes = {}) {
  const requests = [];
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url, "http://host");
    const seen = { path: pathname, query: search, headers: request.headers, closed: false };
    requests.push(seen);
    response.on("close", () => {
      seen.closed = true;
    });
    (routes[pathname] ?? status(404))(request, response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { origin: `http://127.0.0.1:${server.address().port}`, routes, requests, stop };
}

export function body(content, headers = {}) {
  return (_, response) => response.writeHead(200, headers).end(content);
}

/** As a well-behaved origin sends it: with an entity tag, answering 304 to whom holds it. */
export function tagged(content, etag, headers = {}) {
  return (request, response) => {
    if (request.headers["if-none-match"] === etag) return response.writeHead(304, { etag, ...headers }).end();
    return response.writeHead(200, { etag, ...headers }).end(content);
  };
}

export function status(code, headers = {}) {
  return (_, response) => response.writeHead(code, headers).end(code === 304 ? undefined : "{}");
}

export function redirect(location, code = 302) {
  return status(code, { location });
}

/** Promises the whole length, sends a part, and breaks the connection. */
export function brokenAfter(content, length) {
  return (_, response) => {
    response.writeHead(200, { "content-length": content.length });
    response.write(content.subarray(0, length), () => setTimeout(() => response.destroy(), 20));
  };
}

/** One byte at a time, without end in sight. */
export function dripping(content, milliseconds) {
  return (_, response) => {
    response.writeHead(200);
    let sent = 0;
    const timer = setInterval(() => response.write(content.subarray(sent, ++sent)), milliseconds);
    response.on("close", () => clearInterval(timer));
  };
}

/** As a cache between: what was answered for an address, query included, is the answer for good. */
export function cached(origin) {
  const answers = new Map();
  return (request, response) => {
    const answer = answers.get(request.url) ?? origin();
    answers.set(request.url, answer);
    return answer(request, response);
  };
}

/** Takes the request and never answers. */
export function silent() {}

/** As many bytes as the other side takes. */
export function endless(piece) {
  return (_, response) => {
    response.writeHead(200);
    const pump = () => {
      while (!response.destroyed && response.write(piece));
      if (!response.destroyed) response.once("drain", pump);
    };
    pump();
  };
}

/** A small body that unpacks to a large one. */
export function bomb(bytes) {
  return body(gzipSync(Buffer.alloc(bytes, " ")), { "content-encoding": "gzip" });
}

/** A sign-in page where bytes should be. */
export function portal() {
  return body("<!DOCTYPE html><html><title>Welcome to the hotel</title></html>", { "content-type": "text/html" });
}
