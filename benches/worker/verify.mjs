/**
 * The worker that is measured: one request is `count` verifications by one contender. It takes no time itself, since
 * workerd's clock stands still between two events.
 */
import { joseContender, prove, rescindContenders } from "../contenders.mjs";
import { jwtVerify } from "../node_modules/jose/dist/webapi/index.js";
import * as rescind from "../rescind/load/workerd.js";
import { runAwaited, runSync } from "../rounds.mjs";
import sets from "../sets.json";

const contenders = new Map();

export default {
  async fetch(request) {
    const { searchParams } = new URL(request.url);
    const set = sets.find(({ name }) => name === searchParams.get("set"));
    if (set === undefined) return new Response("nothing to do");
    const known = await contendersOf(set);
    const at = searchParams.get("contender");
    if (at === null) return Response.json(known.map(({ contender, mode }) => ({ contender, mode })));
    await run(known[at], set.tokens, Number(searchParams.get("count")));
    return new Response("done");
  },
};

async function run({ sync, verify }, tokens, count) {
  if (sync) runSync(verify, tokens, count);
  else await runAwaited(verify, tokens, count);
}

async function contendersOf(set) {
  const known = contenders.get(set.name);
  if (known !== undefined) return known;
  const made = [...(await rescindContenders(rescind, set)), await joseContender({ jwtVerify }, set)];
  for (const contender of made) await prove(contender, set);
  contenders.set(set.name, made);
  return made;
}
