import type { CachedVerdict, VerdictCache } from "./cache.js";
import { type Core, REPORT_LENGTH, type SnapshotStatus } from "./core.js";
import { fromCore, type Refusal, refusalOf } from "./errors.js";
import { deepFrozen } from "./frozen.js";
import { Headers } from "./headers.js";
import type { Claims, Evidence, Header, Verdict } from "./types.js";

/** Puts one token at a time through the core: bytes in, verdict out. Decides nothing itself. */
export class Judge {
  readonly #core: Core;
  readonly #memory: WebAssembly.Memory;
  readonly #maxTokenBytes: number;
  readonly #snapshot: (now: number) => SnapshotStatus | null;
  readonly #cache: VerdictCache | null;
  readonly #headers = new Headers();
  /** Views of the wasm memory, of length 0 once it grew: their buffer is detached then. */
  #bytes = new Uint8Array();
  #report = new Float64Array();
  /** Where the next token goes; anything longer needs another reservation. */
  #target = new Uint8Array();
  #pointer = 0;
  #evidence: Evidence = UNCHECKED;
  #trap: Refusal | null = null;

  constructor(
    core: Core,
    memory: WebAssembly.Memory,
    maxTokenBytes: number,
    snapshot: (now: number) => SnapshotStatus | null,
    cache: VerdictCache | null = null,
  ) {
    this.#core = core;
    this.#memory = memory;
    this.#maxTokenBytes = maxTokenBytes;
    this.#snapshot = snapshot;
    this.#cache = cache;
  }

  /** The verdict on `token` at `now`. Never throws. */
  judge(token: unknown, now: number): Verdict | Refusal {
    if (this.#trap !== null) return this.#trap;
    if (typeof token !== "string") return NOT_A_STRING;
    try {
      const known = this.#known(token, now);
      if (known !== undefined) return this.#verdict(known.claims, known.header, known.revocation, now);
      return this.#status(token, now) === 0 ? this.#accepted(token, now) : refusalOf(fromCore(this.#core.failure()));
    } catch (thrown) {
      // What the core refuses it returns. What is thrown here means that its memory can no longer be trusted.
      this.#trap = refusalOf(fromCore(thrown));
      return this.#trap;
    }
  }

  #known(token: string, now: number): CachedVerdict | undefined {
    return token.length > this.#maxTokenBytes ? undefined : this.#cache?.get(token, now);
  }

  #status(token: string, now: number): number {
    const { length } = token;
    if (length > this.#maxTokenBytes) return this.#core.tooLarge(length);
    if (length > this.#target.length) this.#reserve(length);
    const { read, written } = encoder.encodeInto(token, this.#target);
    // Only ASCII takes one byte for each UTF-16 code unit. Anything else must not reach the core as a prefix of itself.
    if (read === length && written === length) return this.#core.verify(length, now);
    return this.#notAscii(now);
  }

  #reserve(length: number): void {
    const bytes = Math.min(Math.max(length * 2, USUAL_TOKEN_BYTES), this.#maxTokenBytes);
    const capacity = Math.max(bytes, NOT_ASCII.length);
    this.#pointer = this.#core.reserve(capacity);
    this.#target = new Uint8Array(this.#memory.buffer, this.#pointer, capacity);
  }

  /** The core's own finding for a character outside the alphabet. */
  #notAscii(now: number): number {
    this.#target.set(NOT_ASCII);
    return this.#core.verify(NOT_ASCII.length, now);
  }

  #accepted(token: string, now: number): Verdict {
    this.#renewViews();
    const report = this.#report;
    const claims: Claims = JSON.parse(this.#text(report[0] ?? 0, report[1] ?? 0));
    const header = this.#headers.find(token) ?? this.#newHeader(token, report[2] ?? 0, report[3] ?? 0);
    const revocation = REVOCATIONS[report[4] ?? 0] ?? "not_covered";
    if (this.#cache !== null) this.#keep(this.#cache, token, deepFrozen(claims), header, revocation);
    return this.#verdict(claims, header, revocation, now);
  }

  #keep(cache: VerdictCache, token: string, claims: Claims, header: Header, revocation: Evidence["revocation"]): void {
    const [, claimsLength = 0, , , , from = 0, until = 0] = this.#report;
    if (!cache.keeps(token.length, claimsLength)) return;
    cache.add({
      token: this.#text(this.#pointer, token.length),
      claims,
      claimsLength,
      header,
      revocation,
      from,
      until,
    });
  }

  #newHeader(token: string, at: number, length: number): Header {
    const header: Header = deepFrozen(JSON.parse(this.#text(at, length)));
    this.#headers.remember(this.#text(this.#pointer, token.indexOf(".") + 1), header);
    return header;
  }

  #verdict(claims: Claims, header: Header, revocation: Evidence["revocation"], now: number): Verdict {
    return { code: "ACCEPTED", claims, header, evidence: this.#evidenceOf(revocation, now) };
  }

  #evidenceOf(revocation: Evidence["revocation"], now: number): Evidence {
    const snapshot = this.#snapshot(now);
    if (this.#evidence.revocation !== revocation || this.#evidence.snapshot !== snapshot) {
      this.#evidence = Object.freeze({ revocation, snapshot });
    }
    return this.#evidence;
  }

  #text(pointer: number, length: number): string {
    return decoder.decode(this.#bytes.subarray(pointer, pointer + length));
  }

  #renewViews(): void {
    if (this.#bytes.length > 0) return;
    const { buffer } = this.#memory;
    this.#bytes = new Uint8Array(buffer);
    this.#report = new Float64Array(buffer, this.#core.report(), REPORT_LENGTH);
  }
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

/** Room that is made for the first token, so that the next ones rarely need more. */
const USUAL_TOKEN_BYTES = 2_048;

/** By the core's number for what the look-up said. */
const REVOCATIONS = ["disabled", "checked", "not_covered"] as const;
