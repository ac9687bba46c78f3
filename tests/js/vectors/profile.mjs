/** The settings of a corpus case as options of `createVerifier`. */

/** A profile with everything that it takes from the ones it extends. */
export function profileOf(corpus, name, seen = []) {
  const own = corpus.profiles?.[name];
  if (own === undefined) throw new Error(`no profile ${name}`);
  if (seen.includes(name)) throw new Error(`profile ${name} extends itself`);
  return own.extends === undefined ? own : { ...profileOf(corpus, own.extends, [...seen, name]), ...own };
}

/** Keys of the case, else of the profile: a name of the corpus's key sets, or a set. */
export function keySetOf(corpus, profile, item) {
  const keys = item.jwks ?? profile.jwks ?? "main";
  if (typeof keys !== "string") return keys;
  if (corpus.jwks?.[keys] === undefined) throw new Error(`${item.id}: no key set ${keys}`);
  return corpus.jwks[keys];
}

/** What the profile says of the policy; what it leaves out is the package's default. */
export function policyOf(profile) {
  const given = {
    algorithms: profile.algorithms,
    typ: profile.typ,
    requiredClaims: profile.required,
    clockToleranceSeconds: profile.leeway,
    maxTokenBytes: profile.max_token_bytes,
    maxLifetimeSeconds: profile.max_lifetime,
  };
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  return { issuer: profile.issuer, audience: profile.audience ?? null, ...Object.fromEntries(set) };
}

/** The compact token, as it is or by its recipe. */
export function tokenOf({ id, token, token_gen: recipe }) {
  if (typeof token === "string") return token;
  if (recipe === undefined) throw new Error(`${id}: neither token nor token_gen`);
  return (recipe.prefix ?? "") + recipe.repeat.repeat(recipe.count) + (recipe.suffix ?? "");
}
