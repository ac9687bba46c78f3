/** Real authorities: started on a free port, told what to revoke, and their genuine snapshots captured. */
import { execFileSync, spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { importPackage } from "./package.mjs";

/** The binary; `cargo xtask test` sets it. */
export const authorityBinary = process.env.RESCIND_AUTHORITY_BIN;

/**
 * Starts one. `publisher`: an authority whose publisher key this one shares. `config`: text changes of the written
 * configuration, `[from, to]` each.
 */
export async function startAuthority({ issuer, tenant = "main", publisher = null, config = [], users = [] }) {
  if (!authorityBinary) throw new Error("RESCIND_AUTHORITY_BIN must name the authority's binary");
  const parent = mkdtempSync(join(tmpdir(), "rescind-authority-"));
  const folder = join(parent, "authority");
  const secrets = initialise(folder, [
    "--issuer",
    issuer,
    "--tenant",
    tenant,
    ...users.map((user) => `--user=${user}`),
  ]);
  if (publisher !== null) copyFileSync(join(publisher.folder, "publisher.pem"), join(folder, "publisher.pem"));
  rewrite(join(folder, "config.toml"), config);
  const child = spawn(authorityBinary, ["serve", "--config", join(folder, "config.toml")], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const origin = await listening(child);
  const gone = new Promise((resolve) => child.once("exit", resolve));
  const stop = async () => {
    child.kill("SIGTERM");
    await gone;
    rmSync(parent, { recursive: true, force: true });
  };
  return {
    origin,
    folder,
    issuer,
    tenant,
    secrets,
    stop,
    process: child,
    url: `${origin}/r/${tenant}`,
    publisherKey: publisher?.publisherKey ?? secrets.publisher_key,
    revoke: (target, more = {}) => revoke(origin, secrets.api_key, { target, ...more }),
  };
}

/** The current manifest and all of its objects, as a verifier that holds nothing fetches them. */
export async function capture(authority, address) {
  const answers = {};
  const { createVerifier } = await importPackage();
  const fetch = async (url, init) => {
    const response = await globalThis.fetch(url, init);
    const bytes = Buffer.from(await response.clone().arrayBuffer());
    answers[url.replace(authority.url, address)] = bytes.toString("base64");
    return response;
  };
  const verifier = await createVerifier({
    issuer: authority.issuer,
    audience: null,
    keys: { secret: new Uint8Array(32) },
    revocations: { url: authority.url, publisherKeys: [authority.publisherKey], tenant: authority.tenant },
    autoRefresh: false,
    fetch,
  });
  await verifier.refresh();
  const { snapshot } = verifier.status();
  verifier.close();
  return { answers, snapshot };
}

/** Waits until the published edition is at least this one. */
export async function published(authority, { version }, address) {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const captured = await capture(authority, address);
    if (captured.snapshot.version >= version) return captured;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`edition ${version} was not published within five seconds`);
}

function initialise(folder, values) {
  const output = execFileSync(authorityBinary, ["init", folder, "--listen", "127.0.0.1:0", ...values], {
    encoding: "utf8",
  });
  return JSON.parse(output);
}

function rewrite(file, changes) {
  let text = readFileSync(file, "utf8");
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`the written configuration has no ${from}`);
    text = text.replace(from, to);
  }
  writeFileSync(file, text);
}

function listening(child) {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the authority ended with ${code} before it listened`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const origin = /^listening on (http:\S+)$/.exec(line)?.[1];
      if (origin !== undefined) resolve(origin);
    });
  });
}

async function revoke(origin, apiKey, body) {
  const response = await fetch(`${origin}/admin/v1/revocations`, {
    method: "POST",
    headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (response.status !== 201)
    throw new Error(`revoking was answered with ${response.status}: ${await response.text()}`);
  return response.json();
}
