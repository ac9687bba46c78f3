// The whole system on loopback: authority, edge and page, started in the order in which they need one another.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startAuthority } from "./authority.mjs";
import { AuthorityClient } from "./authority-client.mjs";
import { createConfig } from "./config.mjs";
import { startEdge } from "./edge.mjs";
import { installedPackage } from "./package.mjs";
import { Site } from "./site.mjs";

const POLL_SECONDS = 1;

/**
 * @typedef {object} System
 * @property {Site} site
 * @property {import("./edge.mjs").Edge} edge
 * @property {import("./authority.mjs").Authority} authority
 * @property {AuthorityClient} client
 * @property {import("./config.mjs").AuthorityConfig} config
 * @property {import("./package.mjs").InstalledPackage} package
 * @property {ReturnType<typeof describe>} description
 * @property {() => Promise<void>} stop   stops all of it and removes what it wrote
 */

/**
 * @param {{ authorityBinary: string, packageFolder: string, port?: number, log?: (line: string) => void }} options
 * @returns {Promise<System>}
 */
export async function startSystem({ authorityBinary, packageFolder, port = 0, log = () => {} }) {
  const stops = [];
  const stop = async () => {
    for (const undo of stops.splice(0).reverse()) await undo().catch((error) => log(`demo: ${error.message}`));
  };
  try {
    return { ...(await start({ authorityBinary, packageFolder, port, log, stops })), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start({ authorityBinary, packageFolder, port, log, stops }) {
  const installed = installedPackage(packageFolder);
  const folder = await mkdtemp(join(tmpdir(), "rescind-demo-"));
  stops.push(() => rm(folder, { recursive: true, force: true }));
  const config = await createConfig({ binary: authorityBinary, folder: join(folder, "authority") });
  const site = await Site.listen(port);
  stops.push(() => site.stop());
  const authority = await startAuthority({ binary: authorityBinary, config: config.path, log });
  stops.push(() => authority.stop());
  const shared = verifierSettings(authority.origin, config);
  const edge = await startEdge({
    bundleFolder: folder,
    package: installed,
    bindings: edgeBindings(shared, site.origin),
  });
  stops.push(() => edge.stop());
  const client = new AuthorityClient({
    origin: authority.origin,
    apiKey: config.apiKey,
    organizationClaim: config.organizationClaim,
  });
  const description = describe({ shared, edge, authority, installed, config });
  site.serve({
    package: installed,
    description,
    signIn: (body) => client.signIn(body),
    revoke: (body) => client.revoke(body),
  });
  return { site, edge, authority, client, config, package: installed, description };
}

/** What every verifier of the demo is told, wherever it runs. */
function verifierSettings(origin, { audience, tenant, publisherKey }) {
  return {
    issuer: origin,
    audience,
    jwksUri: `${origin}/jwks.json`,
    revocations: { url: `${origin}/r/${tenant}`, publisherKeys: [publisherKey], pollSeconds: POLL_SECONDS },
  };
}

function edgeBindings({ issuer, audience, jwksUri, revocations }, pageOrigin) {
  return {
    ISSUER: issuer,
    AUDIENCE: audience,
    JWKS_URI: jwksUri,
    REVOCATIONS_URL: revocations.url,
    PUBLISHER_KEYS: revocations.publisherKeys,
    POLL_SECONDS: revocations.pollSeconds,
    PAGE_ORIGIN: pageOrigin,
  };
}

function describe({ shared, edge, authority, installed, config }) {
  return {
    ...shared,
    edge: edge.origin,
    authority: authority.origin,
    version: installed.version,
    organizationClaim: config.organizationClaim,
    accounts: config.accounts,
  };
}
