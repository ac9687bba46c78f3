/** The store in a directory: whole values, whatever happens to the process or the disk. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { importPackage, projectDir } from "./support/package.mjs";
import { follower, ids, START, series, startPublisher, tokenOf } from "./support/series.mjs";

const { fileStore } = await importPackage("rescind/store/file");

let root;
let folder;
let store;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "rescind-store-"));
  folder = join(root, "deep/inside");
  store = fileStore(folder);
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

test("values come back, are replaced whole and go away, in a directory of the owner's alone", async () => {
  assert.equal(await store.get("a"), null);
  for (const text of ["one", "another", ""]) {
    await store.set("a/../b", Buffer.from(text));
    assert.equal(Buffer.from(await store.get("a/../b")).toString(), text);
  }
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(readdirSync(folder).length, 1);
  await store.delete("a/../b");
  await store.delete("a/../b");
  assert.deepEqual([await store.get("a/../b"), readdirSync(folder)], [null, []]);
});

test("fifty writers of one value leave one of their values and nothing else", async () => {
  const values = Array.from({ length: 50 }, (_, at) => Buffer.alloc(10_000, at));
  await Promise.all(values.map((value) => store.set("a", value)));
  const kept = Buffer.from(await store.get("a"));
  assert.ok(values.some((value) => value.equals(kept)));
  assert.equal(readdirSync(folder).length, 1);
});

test("a process that is killed while it writes leaves the old value or a new one, never a mixture", async () => {
  await store.set("a", Buffer.alloc(300_000, 1));
  const script = `
    const { fileStore } = await import("rescind/store/file");
    const store = fileStore(${JSON.stringify(folder)});
    for (let at = 2; ; at = (at % 250) + 1) await store.set("a", Buffer.alloc(300_000, at));`;
  for (let round = 0; round < 12; round += 1) {
    const child = execFile(process.execPath, ["--input-type=module", "--eval", script], { cwd: projectDir });
    await new Promise((resolve) => setTimeout(resolve, 80 + round * 13));
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("exit", resolve));
    const value = await store.get("a");
    assert.equal(value.length, 300_000);
    assert.ok(
      value.every((byte) => byte === value[0]),
      "one write",
    );
  }
});

test("what killed processes left is cleared away, what others write now is not", async () => {
  mkdirSync(folder, { recursive: true });
  for (const name of ["old.tmp", "new.tmp"]) writeFileSync(join(folder, name), "x");
  utimesSync(join(folder, "old.tmp"), 1, 1);
  await store.set("a", Buffer.from("x"));
  const left = readdirSync(folder).filter((name) => name.endsWith(".tmp"));
  assert.deepEqual(left, ["new.tmp"]);
});

test("a directory that cannot be written is an error of the store, and checks go on", async () => {
  writeFileSync(join(root, "file"), "x");
  const blocked = fileStore(join(root, "file"));
  await assert.rejects(blocked.set("a", Buffer.from("x")));
  const published = series([{ insert: ids("a", 20) }]);
  const publisher = await startPublisher(published);
  const subject = await follower(publisher, published, { now: START }, { store: blocked });
  assert.equal((await subject.verify(tokenOf("innocent"))).code, "ACCEPTED");
  assert.equal(subject.status().lastError.code, "ERR_STORE_FAILED");
  subject.close();
  await publisher.stop();
});

test("a service that restarts while its publisher is away answers from the directory", async () => {
  const published = series([{ insert: ids("a", 20) }]);
  const publisher = await startPublisher(published);
  const clock = { now: START };
  const before = await follower(publisher, published, clock, { store });
  await before.refresh();
  before.close();
  await publisher.stop();
  const next = await follower(publisher, published, clock, { store: fileStore(folder) });
  assert.equal((await next.verify(tokenOf("innocent"))).code, "ACCEPTED");
  assert.equal(next.check(tokenOf("a-0")).code, "ERR_REVOCATION_REVOKED");
  await assert.rejects(next.refresh(), { code: "ERR_FETCH_FAILED" });
  assert.equal(next.check(tokenOf("a-0")).code, "ERR_REVOCATION_REVOKED");
  next.close();
});

test("a path that is none is refused at once", () => {
  for (const path of [undefined, "", 1]) assert.throws(() => fileStore(path), TypeError);
});

test("a value longer than any object is not read", async () => {
  await store.set("a", Buffer.from("x"));
  const [name] = readdirSync(folder);
  chmodSync(join(folder, name), 0o600);
  writeFileSync(join(folder, name), Buffer.alloc(67_108_865));
  await assert.rejects(store.get("a"));
});
