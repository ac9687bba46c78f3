import type { Core, SnapshotStatus } from "./core.js";
import { fromCore, type Refusal, refusalOf } from "./errors.js";
import type { Claims, Evidence, Header, Verdict } from "./types.js";

/** Puts one token at a time through the core: bytes in, verdict out. Decides nothing itself. */
export class Judge {
  readonly #core: Core;
  readonly #memory: WebAssembly.Memory;
  readonly #maxTokenBytes: number;
  readonly #snapshot: (now: number) => SnapshotStatus | null;
  readonly #headers = new Map<string, Header>();
  #bytes: Uint8Array;
  #evidence: Evidence = UNCHECKED;
  #trap: Refusal | null = null;

  constructor(
    core: Core,
    memory: WebAssembly.Memory,
    maxTokenBytes: number,
    snapshot: (now: number) => SnapshotStatus | null,
  ) {
    this.#core = core;
    this.#memory = memory;
    this.#maxTokenBytes = maxTokenBytes;
    this.#snapshot = snapshot;
    this.#bytes = new Uint8Array(memory.buffer);
  }

  /** The verdict on `token` at `now`. Never throws. */
  judge(token: unknown, now: number): Verdict | Refusal {
    if (this.#trap !== null) return this.#trap;
    if (typeof token !== "string") return NOT_A_STRING;
    try {
      return this.#status(token, now) === 0 ? this.#accepted(now) : refusalOf(fromCore(this.#core.failure()));
    } catch (thrown) {
      // What the core refuses it returns. What is thrown here means that its memory can no longer be trusted.
      this.#trap = refusalOf(fromCore(thrown));
      return this.#trap;
    }
  }

  #status(token: string, now: number): number {
    if (token.length > this.#maxTokenBytes) return this.#core.tooLarge(token.length);
    const pointer = this.#core.reserve(token.length);
    const target = this.#view().subarray(pointer, pointer + token.length);
    const { read, written } = encoder.encodeInto(token, target);
    // Only ASCII takes one byte for each UTF-16 code unit. Anything else must not reach the core as a prefix of itself.
    if (read === token.length && written === token.length) return this.#core.verify(token.length, now);
    return this.#notAscii(now);
  }

  /** The core's own finding for a character outside the alphabet. */
  #notAscii(now: number): number {
    const pointer = this.#core.reserve(NOT_ASCII.length);
    this.#view().set(NOT_ASCII, pointer);
    return this.#core.verify(NOT_ASCII.length, now);
  }

  #accepted(now: number): Verdict {
    const core = this.#core;
    const claims: Claims = JSON.parse(this.#text(core.claimsPointer, core.claimsLength));
    const header = this.#header(this.#text(core.headerPointer, core.headerLength));
    return { code: "ACCEPTED", claims, header, evidence: this.#evidenceOf(core.revocation, now) };
  }

  #text(pointer: number, length: number): string {
    return decoder.decode(this.#view().subarray(pointer, pointer + length));
  }

  /** The wasm memory; a fresh view after it grew, since the old buffer is detached then. */
  #view(): Uint8Array {
    if (this.#bytes.buffer !== this.#memory.buffer) this.#bytes = new Uint8Array(this.#memory.buffer);
    return this.#bytes;
  }

  /** Issuers repeat the same header in every token: it is parsed once, frozen, and remembered. */
  #header(json: string): Header {
    const known = this.#headers.get(json);
    if (known !== undefined) return known;
    const header: Header = deepFrozen(JSON.parse(json));
    if (json.length <= MAX_REMEMBERED_LENGTH) this.#remember(json, header);
    return header;
  }

  #remember(json: string, header: Header): void {
    if (this.#headers.size >= MAX_REMEMBERED) this.#headers.clear();
    this.#headers.set(json, header);
  }

  #evidenceOf(code: number, now: number): Evidence {
    const revocation = REVOCATIONS[code] ?? "not_covered";
    const snapshot = this.#snapshot(now);
    if (this.#evidence.revocation !== revocation || this.#evidence.snapshot !== snapshot) {
      this.#evidence = Object.freeze({ revocation, snapshot });
    }
    return this.#evidence;
  }
}

/** JSON values nest no deeper than the core's limit, so the recursion ends. */
function deepFrozen<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  for (const member of Object.values(value)) deepFrozen(member);
  return Object.freeze(value);
}

const encoder = new TextEncoder();

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const UNCHECKED: Evidence = Object.freeze({ revocation: "disabled", snapshot: null });

const NOT_A_STRING: Refusal = Object.freeze({
  code: "ERR_TOKEN_MALFORMED",
  message: "not a compact JWS: not a string",
  details: Object.freeze({ reason: "not a string" }),
});

/** Three parts, of which the first is a byte that no text holds. */
const NOT_ASCII = Uint8Array.of(0xff, 0x2e, 0x2e);

/** By the core's `revocation`. */
const REVOCATIONS = ["disabled", "checked", "not_covered"] as const;

/** Headers remembered: a few per key in use. Characters of one: longer ones carry something of their own. */
const MAX_REMEMBERED = 64;
const MAX_REMEMBERED_LENGTH = 1_024;
