// The page server: the files of the page, the installed package for the page's own verifier, and the `/demo/*` routes.
// It keeps the admin API key: the page asks it to sign in and to revoke, and never sees the key.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { securityHeaders } from "./headers.mjs";

const WWW = fileURLToPath(new URL("..", import.meta.url));
const PAGE_FILES = /^\/(?:style\.css|icon\.svg|page\/[a-z-]+\.js)$/;
const PACKAGE_FILES = /^\/packages\/rescind\/([\w./-]+\.(?:js|wasm))$/;
const MAX_BODY = 16 * 1024; // a token of our authority is about 600 bytes
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/**
 * @typedef {object} SiteOptions
 * @property {import("./package.mjs").InstalledPackage} package
 * @property {Record<string, unknown> & { edge: string, authority: string }} description   what `GET /demo/system` answers
 * @property {(credentials: { username: string, password: string }) => Promise<Answer>} signIn
 * @property {(request: { type: string, token: string }) => Promise<Answer>} revoke
 * @typedef {{ status: number, body: unknown }} Answer
 */

/** A page server that listens already and learns later what to serve, because the edge must know its origin. */
export class Site {
  #server = createServer((request, response) => this.#answer(request, response));
  /** @type {SiteOptions} */
  #options;
  origin = "";

  /** @param {number} port @returns {Promise<Site>} */
  static async listen(port) {
    const site = new Site();
    const { promise, resolve, reject } = Promise.withResolvers();
    site.#server.once("error", reject).listen(port, "127.0.0.1", resolve);
    await promise;
    site.origin = `http://127.0.0.1:${site.#server.address().port}`;
    return site;
  }

  /** @param {SiteOptions} options */
  serve(options) {
    this.#options = options;
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request, response) {
    try {
      const { status, headers, body } = await this.#route(request);
      response.writeHead(status, { ...securityHeaders(this.#options?.description), ...headers }).end(body);
    } catch {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    }
  }

  async #route(request) {
    if (this.#options === undefined) return json(503, { code: "STARTING", message: "the demo is still starting" });
    if (request.headers.host !== new URL(this.origin).host)
      return json(421, { code: "WRONG_HOST", message: `ask ${this.origin}` });
    const path = normalize(new URL(request.url, this.origin).pathname);
    if (request.method === "POST") return this.#command(path, request);
    if (request.method !== "GET") return json(405, { code: "METHOD_NOT_ALLOWED", message: "GET and POST only" });
    return this.#read(path);
  }

  async #read(path) {
    if (path === "/") return file(join(WWW, "index.html"));
    if (path === "/demo/system") return json(200, this.#options.description);
    if (path === "/packages/rescind") return this.#packageEntry();
    if (PAGE_FILES.test(path)) return file(join(WWW, path));
    const inPackage = PACKAGE_FILES.exec(path);
    if (inPackage !== null) return file(join(this.#options.package.root, inPackage[1]));
    return json(404, { code: "NOT_FOUND", message: "there is nothing at this address" });
  }

  /** A browser resolves no exports map: send it to the file that a bundler would take. */
  #packageEntry() {
    const entry = this.#options.package.entry(["browser", "import"]);
    return { status: 302, headers: { Location: `/packages/rescind/${entry}`, "Cache-Control": "no-store" }, body: "" };
  }

  /** Only the page itself may command: a form or a script of another site cannot send this origin with JSON. */
  async #command(path, request) {
    if (request.headers.origin !== this.origin)
      return json(403, { code: "FOREIGN_ORIGIN", message: "only the demo page may ask this" });
    const body = await readJson(request);
    if (body === null)
      return json(400, { code: "BAD_REQUEST", message: `send one JSON object of at most ${MAX_BODY} bytes` });
    if (path === "/demo/sign-in") return answer(await this.#options.signIn(body));
    if (path === "/demo/revocations") return answer(await this.#options.revoke(body));
    return json(404, { code: "NOT_FOUND", message: "there is nothing at this address" });
  }
}

async function file(path) {
  try {
    return {
      status: 200,
      headers: { "Content-Type": TYPES[extname(path)], "Cache-Control": "no-cache" },
      body: await readFile(path),
    };
  } catch {
    return json(404, { code: "NOT_FOUND", message: "there is nothing at this address" });
  }
}

/** The body as an object, or null when it is not one or is too long. */
async function readJson(request) {
  if (!/^application\/json\b/.test(request.headers["content-type"] ?? "")) return null;
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > MAX_BODY) return null;
    chunks.push(chunk);
  }
  try {
    const value = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    return value !== null && typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

const answer = ({ status, body }) => json(status, body);

function json(status, body) {
  return {
    status,
    headers: { "Content-Type": "application/json", "Cache-Control": "no-store" },
    body: JSON.stringify(body),
  };
}
