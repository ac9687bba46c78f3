// The authority's folder for one run: keys, configuration, users and secrets, made by `rescind-authority init`.
import { execFile } from "node:child_process";
import { createServer } from "node:net";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The claim that names the organization, as `publish.organization_claim` has it by default. */
const ORGANIZATION_CLAIM = "org_id";
/** `issuer.audience` of a new configuration. */
const AUDIENCE = "api";
const TENANT = "main";

/** Two organisations, so that a revocation of one can be seen to leave the other alone. */
const PEOPLE = [
  { username: "alice", name: "Alice Adams", organization: "acme" },
  { username: "dave", name: "Dave Doyle", organization: "acme" },
  { username: "bob", name: "Bob Brown", organization: "globex" },
];

/**
 * @typedef {object} AuthorityConfig
 * @property {string} path   of the configuration file
 * @property {string} apiKey   of the admin API
 * @property {JsonWebKey} publisherKey
 * @property {string} tenant
 * @property {string} audience
 * @property {string} organizationClaim
 * @property {{ username: string, password: string, name: string, organization: string }[]} accounts
 */

/**
 * Makes the folder. The port is chosen here, because it is part of the issuer's name.
 * @param {{ binary: string, folder: string }} options
 * @returns {Promise<AuthorityConfig>}
 */
export async function createConfig({ binary, folder }) {
  const users = PEOPLE.map(({ username, organization }) => `--user=${username}:${organization}`);
  const listen = `127.0.0.1:${await freePort()}`;
  const secrets = await init(binary, [folder, "--listen", listen, "--tenant", TENANT, ...users]);
  return {
    path: secrets.config,
    apiKey: secrets.api_key,
    publisherKey: secrets.publisher_key,
    tenant: TENANT,
    audience: AUDIENCE,
    organizationClaim: ORGANIZATION_CLAIM,
    accounts: PEOPLE.map((person) => ({ ...person, password: passwordOf(secrets, person) })),
  };
}

async function init(binary, parameters) {
  try {
    const { stdout } = await run(binary, ["init", ...parameters]);
    return JSON.parse(stdout);
  } catch (cause) {
    throw new Error(`RESCIND_AUTHORITY_BIN: 'init' failed: ${cause.stderr?.trim() || cause.message}`, { cause });
  }
}

const passwordOf = ({ users }, { username }) => users.find((user) => user.username === username).password;

async function freePort() {
  const { promise, resolve, reject } = Promise.withResolvers();
  const server = createServer().once("error", reject).listen(0, "127.0.0.1", resolve);
  await promise;
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}
