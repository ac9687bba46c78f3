/** WebKitGTK without WebAssembly and without JIT, spoken to by WebDriver: the nearest to iOS in Lockdown Mode. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";

const DRIVER = "/usr/bin/WebKitWebDriver";

const BROWSERS = ["webkit2gtk-4.1", "webkit2gtk-4.0", "webkitgtk-6.0"].flatMap((name) => [
  `/usr/lib/x86_64-linux-gnu/${name}/MiniBrowser`,
  `/usr/lib/aarch64-linux-gnu/${name}/MiniBrowser`,
  `/usr/libexec/${name}/MiniBrowser`,
]);

const XVFB = "/usr/bin/Xvfb";

/** What is missing, in words, or `null`. */
export function missingWebkit() {
  const complete = existsSync(DRIVER) && BROWSERS.some(existsSync) && (process.env.DISPLAY || existsSync(XVFB));
  return complete ? null : "no WebKitGTK: apt-get install webkit2gtk-driver xvfb";
}

/** Opens a page and answers what `script` returns once the title is "done". */
export async function askWebkit(address, script, seconds) {
  const children = [];
  try {
    const display = process.env.DISPLAY ?? (await startDisplay(children));
    const driver = await startDriver(children, display);
    return await inSession(driver, address, script, seconds);
  } finally {
    for (const child of children) child.kill();
  }
}

/** A display of our own; Xvfb writes the number that it chose. */
function startDisplay(children) {
  const child = spawn(XVFB, ["-displayfd", "3", "-screen", "0", "1280x900x24", "-nolisten", "tcp"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  children.push(child);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", () => reject(new Error("Xvfb stopped")));
    child.stdio[3].once("data", (number) => resolve(`:${String(number).trim()}`));
  });
}

async function startDriver(children, display) {
  const port = await freePort();
  const env = {
    ...process.env,
    DISPLAY: display,
    JSC_useWasm: "0",
    JSC_useJIT: "0",
    WEBKIT_DISABLE_COMPOSITING_MODE: "1",
  };
  children.push(spawn(DRIVER, [`--port=${port}`], { env, stdio: "ignore" }));
  const origin = `http://127.0.0.1:${port}`;
  await until(30, async () => (await fetch(`${origin}/status`).catch(() => null))?.ok);
  return origin;
}

async function inSession(driver, address, script, seconds) {
  const options = { binary: BROWSERS.find(existsSync), args: ["--automation"] };
  const alwaysMatch = { browserName: "MiniBrowser", "webkitgtk:browserOptions": options };
  const { sessionId } = await call("POST", `${driver}/session`, { capabilities: { alwaysMatch } });
  const session = `${driver}/session/${sessionId}`;
  try {
    await call("POST", `${session}/url`, { url: address });
    await until(seconds, async () => (await call("GET", `${session}/title`)) === "done");
    return await call("POST", `${session}/execute/sync`, { script, args: [] });
  } finally {
    await call("DELETE", session).catch(() => {});
  }
}

async function call(method, url, body) {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const answer = await (await fetch(url, init)).json();
  if (answer.value?.error !== undefined) throw new Error(`${answer.value.error}: ${answer.value.message}`);
  return answer.value;
}

async function until(seconds, holds) {
  const end = Date.now() + seconds * 1000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
