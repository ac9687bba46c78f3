/** All contenders in this very process. */
import { importPackage } from "../../tests/js/support/package.mjs";
import { prove, rescindContenders } from "../contenders.mjs";
import { peerContenders } from "../peers.mjs";
import { measured, tails } from "../rounds.mjs";

export async function measureNode(sets, effort, report) {
  const rescind = await importPackage();
  for (const set of sets) {
    const contenders = [...(await rescindContenders(rescind, set)), ...(await peerContenders(set))];
    for (const contender of contenders) await prove(contender, set);
    const times = await measured(contenders, set.tokens, effort);
    const p99 = await tails(contenders, set.tokens, effort.samples);
    report(
      "node",
      set.name,
      contenders.map(({ contender, mode }, at) => ({ contender, mode, ns: times[at], p99Ns: p99[at] })),
    );
  }
}
