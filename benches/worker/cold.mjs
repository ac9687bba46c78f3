/** Answers its first request with the verdict on the token of `input.json`. */
import input from "../input.json";
import { createVerifier } from "../rescind/load/workerd.js";

export default {
  async fetch() {
    const verifier = await createVerifier(input.options);
    const { claims } = verifier.verifySync(input.token);
    return new Response(claims.client_id);
  },
};
