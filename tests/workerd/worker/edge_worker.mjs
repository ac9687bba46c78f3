/** A worker as users write it: one verifier for all requests, made in global scope. */

import { options } from "./options.mjs";
import { createVerifier } from "./rescind/load/workerd.js";

const verifier = await createVerifier(options);

export default {
  async fetch(request, _env, context) {
    const { pathname } = new URL(request.url);
    if (pathname === "/status") return Response.json(verifier.status());
    const token = request.headers.get("authorization").slice("Bearer ".length);
    const waiting = pathname === "/waiting" ? {} : { waitUntil: (promise) => context.waitUntil(promise) };
    try {
      const { claims, evidence } = await verifier.verify(token, waiting);
      return Response.json({ code: "ACCEPTED", subject: claims.sub, snapshot: evidence.snapshot });
    } catch ({ code, message, cause }) {
      return Response.json({ code, message, cause: String(cause) }, { status: 401 });
    }
  },
};
