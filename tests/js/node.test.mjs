/** The suite in Node, on the packed package. */
import { test } from "node:test";
import { cases, runCase } from "./suite/suite.mjs";
import { makeFixtures } from "./support/fixtures.mjs";
import { importPackage } from "./support/package.mjs";

const rescind = await importPackage();
const fixtures = await makeFixtures();
const host = { runtime: "node", requestBound: false, revalidate: "header", accelerates: true };

for (const name of Object.keys(cases)) test(name, () => runCase(name, rescind, host, fixtures));
