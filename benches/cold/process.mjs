/** A process of its own: reads `{ options, token }` as JSON, prints the times of its first verdict. */
import { importPackage } from "../../tests/js/support/package.mjs";
import { firstVerdict } from "./verdict.mjs";

console.log(JSON.stringify(await firstVerdict(importPackage, JSON.parse(process.argv[2]))));
