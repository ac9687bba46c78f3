/** Serves the page with the code under test and the vectors, on loopback. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { codeFolder, moduleNames } from "./modules.mjs";
import { rsaCases } from "./rsa.mjs";
import { corpus, vectorFiles, vectors } from "./vectors.mjs";

const tests = fileURLToPath(new URL("../", import.meta.url));

const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".json": "application/json",
};

/** Starts it; `origin` is where. `made`: more addresses, each with what makes its JSON or its bytes. */
export async function startServer(made = {}) {
  const server = createServer((request, response) => {
    try {
      const path = normalize(new URL(request.url, "http://localhost").pathname);
      const type = TYPES[extname(path)] ?? "application/json";
      const body = content(path, { ...MADE, ...made }[path]);
      response.writeHead(200, { "content-type": type }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  const { port } = server.address();
  return { origin: `http://127.0.0.1:${port}`, port, stop };
}

function content(path, made) {
  if (made !== undefined) return bodyOf(made());
  const [, area, ...rest] = path.split("/");
  return AREAS[area](rest.join("/"));
}

function bodyOf(made) {
  return Buffer.isBuffer(made) ? made : JSON.stringify(made);
}

const MADE = { "/modules.json": moduleNames, "/corpus.json": corpus, "/rsa-keys.json": rsaCases };

const AREAS = {
  code: (path) => readFileSync(join(codeFolder, path)),
  page: (path) => readFileSync(join(tests, "page", path)),
  suite: (path) => readFileSync(join(tests, "suite", path)),
  vectors: (path) => JSON.stringify(vectors(path)),
  folders: (path) =>
    JSON.stringify(vectorFiles(path).map(([name, octets]) => [name, Buffer.from(octets).toString("base64")])),
};
