/** Everything that a page can run, with one report. `read` gives vector files by path, `files` those of a folder. */
import { runCorpus } from "./corpus.mjs";
import { runParsing, runTransform } from "./json_suite.mjs";
import { runRfcExamples } from "./rfc_examples.mjs";
import { runRsaKeys } from "./rsa_keys.mjs";
import { runSpeccheck } from "./speccheck.mjs";
import { HMACS, PRIMITIVES, runHmac, runJose, runPrimitive } from "./wycheproof.mjs";

export async function runAll(modules, { read, files, corpus, rsaKeys }) {
  return {
    corpus: await runCorpus(modules, await corpus()),
    rsaKeys: await runRsaKeys(modules, await rsaKeys()),
    wycheproof: await runWycheproof(modules, read),
    speccheck: await runSpeccheck(modules, await read("ed25519-speccheck/cases.json")),
    parsing: await runParsing(modules, await files("json/test_parsing")),
    transform: await runTransform(modules, await files("json/test_transform")),
    rfc: await runRfcExamples(modules, read),
  };
}

/** The scores by file. */
async function runWycheproof(modules, read) {
  const { errata } = await read("wycheproof/ERRATA.json");
  const scores = {
    jws: await runJose(modules, await read("wycheproof/json_web_signature_test.json"), errata),
    jwk: await runJose(modules, await read("wycheproof/json_web_key_test.json")),
  };
  for (const name of Object.keys(PRIMITIVES))
    scores[name] = await runPrimitive(modules, name, await read(`wycheproof/${name}`));
  for (const name of Object.keys(HMACS)) scores[name] = await runHmac(modules, name, await read(`wycheproof/${name}`));
  return scores;
}
