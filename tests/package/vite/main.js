import { createVerifier, RescindError } from "rescind";
import { createVerifier as createInline } from "rescind/inline";

const { options, token } = await (await fetch("/question.json")).json();
const verdicts = [];
for (const create of [createVerifier, createInline]) {
  const verifier = await create(options);
  const { code } = await verifier.verify(token);
  const refused = await verifier.verify(`${token}x`).catch((error) => error instanceof RescindError && error.code);
  verdicts.push(verifier.status().runtime, code, refused);
}
document.title = verdicts.join();
