/** A network in memory: what lies at an address answers there, everything else fails like a missing host. */

/** `routes`: address → function of the request's init that gives a Response. Requests are recorded. */
export function network(routes = {}) {
  const requests = [];
  return {
    routes,
    requests,
    fetch: async (url, init) => {
      requests.push({ url, headers: { ...init.headers } });
      const route = routes[url];
      if (route === undefined) throw new TypeError(`no route to ${url}`);
      return route(init);
    },
  };
}

export function json(value, headers = {}) {
  return () => new Response(JSON.stringify(value), { headers: { "content-type": "application/json", ...headers } });
}

export function bytes(value, headers = {}) {
  return () => new Response(value, { headers: { "content-type": "application/octet-stream", ...headers } });
}

export function status(code, headers = {}) {
  return () => new Response(code === 304 ? null : "{}", { status: code, headers });
}

/** Text in UTF-8, endlessly; `stopped()` tells whether the reader gave up. */
export function endless(piece) {
  let stopped = false;
  const body = () =>
    new ReadableStream({
      pull: (controller) => controller.enqueue(new TextEncoder().encode(piece)),
      cancel: () => {
        stopped = true;
      },
    });
  return { stopped: () => stopped, route: () => new Response(body()) };
}
