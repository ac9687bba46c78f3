import { asRescindError, RescindError } from "./errors.js";
import type { Fetch } from "./options.js";
import { isSecure } from "./parse.js";

/** One bounded download. */
export interface Download {
  readonly url: URL;
  /** Bytes of the body at most, counted after decompression. */
  readonly maxBytes: number;
  readonly accept: string;
  /** The entity tag of what is held: asks for it only if it changed (RFC 9110 §13.1.2). */
  readonly etag: string | null;
  /** What lies there never changes: any cached copy will do. */
  readonly immutable?: boolean;
}

/** What came. */
export interface Downloaded {
  readonly bytes: Uint8Array;
  readonly etag: string | null;
  readonly cacheControl: string | null;
}

/** How requests are made on this runtime. */
export interface Transport {
  readonly fetch: Fetch;
  /**
   * `header`: `If-None-Match` by hand. `cache`: the page's HTTP cache revalidates by itself, since the header would
   * cost a CORS preflight.
   */
  readonly revalidate: "header" | "cache";
}

/** Downloads one resource, or answers `null` when what is held is still current (304). */
export async function download(
  wanted: Download,
  transport: Transport,
  signal: AbortSignal,
): Promise<Downloaded | null> {
  try {
    return await received(await respond(wanted, transport, signal), wanted);
  } catch (thrown) {
    throw asRescindError(thrown, "ERR_FETCH_FAILED", `fetching ${wanted.url.href} failed`);
  }
}

/** Opens a stream of events, whose body is read elsewhere. */
export async function openStream(url: URL, transport: Transport, signal: AbortSignal): Promise<Response> {
  const wanted: Download = { url, maxBytes: 0, accept: EVENT_STREAM, etag: null };
  try {
    const response = await respond(wanted, transport, signal);
    const type = response.headers.get("content-type") ?? "";
    if (response.status === 200 && type.startsWith(EVENT_STREAM)) return response;
    discard(response);
    throw response.status === 200 ? contentRefused(wanted, "no stream of events") : statusRefused(response, wanted);
  } catch (thrown) {
    throw asRescindError(thrown, "ERR_FETCH_FAILED", `fetching ${url.href} failed`);
  }
}

/** Follows redirects by hand: on the same origin only, and not for ever. */
async function respond(wanted: Download, transport: Transport, signal: AbortSignal): Promise<Response> {
  let url = wanted.url;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const response = await request(url, "manual", wanted, transport, signal);
    if (response.type === "opaqueredirect") return followed(wanted, transport, signal);
    if (!REDIRECTS.has(response.status)) return settled(response, wanted);
    discard(response);
    url = redirectTarget(response, url, wanted);
  }
  throw redirectRefused(wanted, `more than ${MAX_REDIRECTS} redirects`);
}

/** Pages cannot see where a redirect leads: there the browser follows, and the end of the way is checked. */
async function followed(wanted: Download, transport: Transport, signal: AbortSignal): Promise<Response> {
  return settled(await request(wanted.url, "follow", wanted, transport, signal), wanted);
}

function request(
  url: URL,
  redirect: RequestRedirect,
  { accept, etag, immutable = false }: Download,
  { fetch, revalidate }: Transport,
  signal: AbortSignal,
): Promise<Response> {
  const headers: Record<string, string> = { accept };
  if (revalidate === "cache") {
    const cache = immutable ? "default" : accept === EVENT_STREAM ? "no-store" : "no-cache";
    return fetch(url.href, { headers, redirect, signal, cache, credentials: "omit" });
  }
  if (etag !== null) headers["if-none-match"] = etag;
  return fetch(url.href, { headers, redirect, signal });
}

/** A response from where it should come from, also when the given `fetch` followed redirects on its own. */
function settled(response: Response, wanted: Download): Response {
  if (response.url === "" || sameOrigin(new URL(response.url), wanted.url)) return response;
  discard(response);
  throw redirectRefused(wanted, "the answer comes from another origin");
}

function redirectTarget(response: Response, from: URL, wanted: Download): URL {
  const location = response.headers.get("location");
  if (location === null || !URL.canParse(location, from)) throw redirectRefused(wanted, "it names no address");
  const target = new URL(location, from);
  if (sameOrigin(target, wanted.url)) return target;
  throw redirectRefused(wanted, "it leads to another origin");
}

function sameOrigin(target: URL, origin: URL): boolean {
  return target.origin === origin.origin && isSecure(target);
}

function redirectRefused({ url }: Download, reason: string): RescindError {
  const message = `fetching ${url.href} met a redirect that is not followed: ${reason}`;
  return new RescindError("ERR_FETCH_REDIRECT", message, { url: url.href, reason });
}

async function received(response: Response, wanted: Download): Promise<Downloaded | null> {
  if (response.status === 304 && wanted.etag !== null) {
    discard(response);
    return null;
  }
  if (response.status !== 200) {
    discard(response);
    throw statusRefused(response, wanted);
  }
  return {
    bytes: notAPage(await bodyBytes(response, wanted), wanted),
    etag: entityTag(response.headers.get("etag")),
    cacheControl: response.headers.get("cache-control"),
  };
}

function statusRefused(response: Response, { url }: Download): RescindError {
  const { status } = response;
  const retryAfterSeconds = retryAfter(response.headers);
  return new RescindError("ERR_FETCH_STATUS", `fetching ${url.href} was answered with status ${status}`, {
    url: url.href,
    status,
    ...(retryAfterSeconds === null ? {} : { retryAfterSeconds }),
  });
}

/** The body, read piece by piece and given up at the limit: a declared length is a hint, not a promise. */
async function bodyBytes(response: Response, wanted: Download): Promise<Uint8Array> {
  const declared = Number(response.headers.get("content-length"));
  if (declared > wanted.maxBytes) {
    discard(response);
    throw tooLarge(wanted);
  }
  if (response.body === null) return new Uint8Array();
  const body = new GrowingBytes(wanted);
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader();
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) body.append(piece.value);
    return body.bytes();
  } catch (thrown) {
    reader.cancel(thrown).catch(ignore);
    throw thrown;
  }
}

/** Bytes that grow by doubling up to a limit, so that a million tiny pieces cost no more than one large one. */
class GrowingBytes {
  readonly #wanted: Download;
  #buffer: Uint8Array;
  #length = 0;

  constructor(wanted: Download) {
    this.#wanted = wanted;
    this.#buffer = new Uint8Array(Math.min(wanted.maxBytes, 16_384));
  }

  append(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > this.#wanted.maxBytes) throw tooLarge(this.#wanted);
    if (length > this.#buffer.length) this.#grow(length);
    this.#buffer.set(piece, this.#length);
    this.#length = length;
  }

  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  #grow(length: number): void {
    const larger = new Uint8Array(Math.min(Math.max(length, this.#buffer.length * 2), this.#wanted.maxBytes));
    larger.set(this.bytes());
    this.#buffer = larger;
  }
}

function tooLarge({ url, maxBytes }: Download): RescindError {
  const message = `fetching ${url.href} gave more than ${maxBytes} bytes`;
  return new RescindError("ERR_FETCH_TOO_LARGE", message, { url: url.href, limit: maxBytes });
}

/** Refuses an empty body and an HTML page (captive portal, error page sent as 200) before anything is parsed. */
function notAPage(bytes: Uint8Array, wanted: Download): Uint8Array {
  const first = bytes.find((byte) => !BLANKS.has(byte));
  if (first !== undefined && first !== LESS_THAN) return bytes;
  throw contentRefused(wanted, first === undefined ? "nothing" : "an HTML page");
}

function contentRefused({ url }: Download, reason: string): RescindError {
  return new RescindError("ERR_FETCH_CONTENT", `fetching ${url.href} gave ${reason}`, { url: url.href, reason });
}

/** Seconds of a `Retry-After` (RFC 9110 §10.2.3); a date counts from the answer's own `Date`, whatever the clock here. */
function retryAfter(headers: Headers): number | null {
  const header = headers.get("retry-after");
  if (header === null) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header);
  const seconds = (Date.parse(header) - Date.parse(headers.get("date") ?? "")) / 1000;
  return seconds > 0 ? Math.ceil(seconds) : null;
}

function entityTag(header: string | null): string | null {
  return header !== null && header.length <= 256 ? header : null;
}

/** Lets go of a body that is not read, so that the connection is free. */
function discard(response: Response): void {
  response.body?.cancel().catch(ignore);
}

function ignore(): void {}

/** The HTML standard, §9.2 (server-sent events). */
const EVENT_STREAM = "text/event-stream";

/** Same-origin redirects followed: enough for a moved path and a trailing slash. */
const MAX_REDIRECTS = 3;

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

const LESS_THAN = 0x3c;

/** Space, tab, line breaks, and the three bytes of a UTF-8 byte order mark. */
const BLANKS: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]);
