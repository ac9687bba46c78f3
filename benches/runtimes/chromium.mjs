/** Headless Chromium and a server of files, with the isolation that gives pages a clock of 5 µs. */
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { launch } from "../../tests/js/support/browser.mjs";
import { packageDir } from "../../tests/js/support/package.mjs";

const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

const HEADERS = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cache-control": "no-store",
};

/**
 * Starts both: `{ browser, origin, stop }`. `folders` maps the first segment of a path to a folder; the package's code
 * is at `/rescind/`.
 */
export async function startChromium(folders) {
  const server = await serve({ ...folders, rescind: join(packageDir, "dist") });
  const browser = await launch();
  const stop = async () => {
    await browser.close();
    await new Promise((resolve) => server.close(resolve));
  };
  return { browser, origin: `http://127.0.0.1:${server.address().port}`, stop };
}

async function serve(folders) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://host");
    const { status, type, body } = pathname === "/" ? PAGE : file(folders, pathname);
    response.writeHead(status, { ...HEADERS, "content-type": type }).end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

function file(folders, pathname) {
  const [, folder, ...rest] = normalize(pathname).split("/");
  const path = join(folders[folder] ?? "/nowhere", ...rest);
  const type = TYPES[extname(path)];
  if (type === undefined || !existsSync(path)) return { status: 404, type: "text/plain", body: "not found" };
  return { status: 200, type, body: readFileSync(path) };
}

const PAGE = { status: 200, type: "text/html", body: "<!doctype html><title>bench</title>" };
