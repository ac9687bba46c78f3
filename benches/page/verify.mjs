/** What the page runs: rescind and jose against each other, on the sets that it is given. */

import * as rescind from "/rescind/load/web.js";
import { joseContender, prove, rescindContenders } from "../contenders.mjs";
import { jwtVerify } from "../node_modules/jose/dist/webapi/index.js";
import { measured } from "../rounds.mjs";

export async function measure(set, effort) {
  if (!globalThis.crossOriginIsolated) throw new Error("the page's clock is too coarse: it is not isolated");
  const contenders = [...(await rescindContenders(rescind, set)), await joseContender({ jwtVerify }, set)];
  for (const contender of contenders) await prove(contender, set);
  const times = await measured(contenders, set.tokens, effort);
  return contenders.map(({ contender, mode }, at) => ({ contender, mode, ns: times[at] }));
}
