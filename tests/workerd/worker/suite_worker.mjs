/** Runs one case of the suite per request, or the public vectors. */
import * as rescind from "./rescind/load/workerd.js";
import { cases, runCase } from "./suite/suite.mjs";
import { runVectors } from "./vectors/run.mjs";

const host = { runtime: "workerd", requestBound: true, revalidate: "header", accelerates: true };

export default {
  async fetch(request) {
    if (request.method === "GET") return Response.json(Object.keys(cases));
    const { name, fixtures, vectors } = await request.json();
    if (vectors) return Response.json(await runVectors(rescind, vectors));
    try {
      await runCase(name, rescind, host, fixtures);
      return Response.json(null);
    } catch (error) {
      return Response.json(String(error.stack));
    }
  },
};
