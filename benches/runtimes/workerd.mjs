/** workerd itself, without a development server around it: started from a folder of modules. */
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { createInterface } from "node:readline";
import workerd from "workerd";
import { packageDir } from "../../tests/js/support/package.mjs";

const { default: program, version: workerdVersion } = workerd;

export { workerdVersion };

/** How workerd names the kinds of modules. */
const KINDS = { ".mjs": "esModule", ".js": "esModule", ".json": "json", ".wasm": "wasm" };

/**
 * Lays out a worker: `files` maps names to files or folders that are copied, `texts` names to contents; the package's
 * code is put into `rescind/`. The first module of `main` answers requests.
 */
export function layOut(main, files, texts = {}) {
  const folder = mkdtempSync(join(tmpdir(), "rescind-workerd-"));
  for (const [name, path] of Object.entries({ ...files, rescind: join(packageDir, "dist") })) {
    cpSync(path, join(folder, name), { recursive: true });
  }
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, "config.capnp"), configuration(main, folder));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Starts a process on a laid-out worker: `{ url, stop }`, once it listens. */
export async function start({ folder }) {
  const child = spawn(program, ["serve", "--control-fd=3", join(folder, "config.capnp")], {
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  const gone = new Promise((resolve) => child.once("exit", resolve));
  const stop = async () => {
    child.kill();
    await gone;
  };
  const port = await Promise.race([listening(child), gone.then((code) => failed(`it ended with ${code}`))]);
  return { url: `http://127.0.0.1:${port}/`, stop };
}

function failed(reason) {
  throw new Error(`workerd does not listen: ${reason}`);
}

function listening(child) {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    createInterface({ input: child.stdio[3] }).on("line", (line) => {
      const { event, port } = JSON.parse(line);
      if (event === "listen") resolve(port);
    });
  });
}

function configuration(main, folder) {
  const names = readdirSync(folder, { recursive: true }).filter((name) => KINDS[extname(name)] !== undefined);
  const sorted = [main, ...names.filter((name) => name !== main)];
  const modules = sorted.map((name) => `(name = "${name}", ${KINDS[extname(name)]} = embed "${name}")`);
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (compatibilityDate = "2026-06-01", modules = [${modules.join(", ")}]);
`;
}
