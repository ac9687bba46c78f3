/** The attack corpus, whole: 399 labelled tokens, every class of known JWT attack. */
import { NOW, verdict } from "./verifiers.mjs";

/** The cases whose label rests on a snapshot. */
export function needsSnapshot(item) {
  return item.error === "revoked";
}

/** Runs every case that needs no snapshot; answers the score and the codes by id. */
export async function runCorpus(modules, corpus) {
  const score = { must: { right: 0, of: 0 }, strict: { right: 0, of: 0 }, wrong: [], codes: {} };
  for (const item of corpus.cases.filter((candidate) => !needsSnapshot(candidate))) {
    const { code } = await corpusVerdict(modules, corpus, item, null);
    score.codes[item.id] = code;
    const right = (code === "ACCEPTED") === (item.expect === "accept");
    score[item.level].of += 1;
    if (right) score[item.level].right += 1;
    else score.wrong.push(item.id);
  }
  return score;
}

/** The verdict on one case; `revocations` as in the core's policy. */
export function corpusVerdict(modules, corpus, item, revocations) {
  const policy = corpusPolicy(corpus, item, revocations);
  return verdict(modules, policy, item.jwks ?? corpus.jwks.main, corpusToken(item), NOW);
}

export function corpusPolicy(corpus, item, revocations) {
  const profile = profileNamed(corpus, item.profile);
  return {
    issuer: profile.issuer,
    audience: [profile.audience],
    algorithms: profile.algorithms,
    typ: profile.typ ?? null,
    requiredClaims: profile.required,
    clockToleranceSeconds: profile.leeway,
    maxTokenBytes: profile.max_token_bytes,
    maxLifetimeSeconds: profile.max_lifetime,
    revocations,
  };
}

export function corpusToken({ token, token_gen: recipe }) {
  return token ?? recipe.prefix + recipe.repeat.repeat(recipe.count) + recipe.suffix;
}

function profileNamed(corpus, name) {
  const own = corpus.profiles[name];
  return own.extends === undefined ? own : { ...profileNamed(corpus, own.extends), ...own };
}
