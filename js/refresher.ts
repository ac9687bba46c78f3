import type { Closing } from "./closing.js";
import { within } from "./deadline.js";
import { asRescindError, type RescindError, refusalOf, retryAfterOf } from "./errors.js";
import { type Bounds, Schedule } from "./schedule.js";
import type { FailureReport } from "./types.js";

/** What the refreshers of one verifier share. */
export interface Surroundings {
  /** Seconds since the Unix epoch, checked. */
  readonly clock: () => number;
  readonly deadlineSeconds: number;
  /** Promises belong to one request: none is shared. */
  readonly requestBound: boolean;
  /** Told by `close`. */
  readonly closing: Closing;
}

/** A success. */
export interface Done {
  /** Seconds until the next time. */
  readonly waitSeconds: number;
  /** What went wrong beside it, such as a store that failed. */
  readonly complaint?: RescindError | null;
}

/** Fetches and applies. */
export type Work = (signal: AbortSignal) => Promise<Done>;

/** Repeats one piece of work: one at a time, on schedule, and with its last failure kept in sight. */
export class Refresher {
  readonly #about: FailureReport["about"];
  readonly #work: Work;
  readonly #surroundings: Surroundings;
  readonly #bounds: () => Bounds;
  readonly #schedule = new Schedule();
  #running: Promise<void> | null = null;
  #failure: Failure | null = null;
  #succeededAt: number | null = null;

  /** `bounds`: of the wait after a failure. */
  constructor(about: FailureReport["about"], work: Work, surroundings: Surroundings, bounds = (): Bounds => ({})) {
    this.#about = about;
    this.#work = work;
    this.#surroundings = surroundings;
    this.#bounds = bounds;
  }

  /** The last failure, until a success settles it. */
  get failure(): FailureReport | null {
    return this.#failure?.report ?? null;
  }

  /** The error behind {@link failure}, as a cause. */
  get error(): RescindError | null {
    return this.#failure?.error ?? null;
  }

  get succeededAt(): number | null {
    return this.#succeededAt;
  }

  /** Whether one is under way that this caller may join. */
  get running(): boolean {
    return this.#running !== null;
  }

  due(now: number): boolean {
    return this.#schedule.due(now);
  }

  permitted(now: number): boolean {
    return this.running || this.#schedule.permitted(now);
  }

  wait(now: number): number {
    return this.#schedule.wait(now);
  }

  /** Not due before these seconds passed, unless a check needs it. */
  defer(now: number, seconds: number): void {
    this.#schedule.defer(now, seconds);
  }

  /** Runs now, or joins the one under way. @throws the failure, which is also kept */
  run(): Promise<void> {
    if (this.#surroundings.requestBound) return this.#attempt();
    this.#running ??= this.#attempt().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #attempt(): Promise<void> {
    const { clock, deadlineSeconds, closing } = this.#surroundings;
    this.#schedule.start(clock(), deadlineSeconds);
    try {
      this.#succeed(await within(deadlineSeconds, closing, this.#work), clock());
    } catch (thrown) {
      throw this.#fail(asRescindError(thrown, "ERR_FETCH_FAILED", "a refresh failed"), clock());
    }
  }

  #succeed({ waitSeconds, complaint }: Done, now: number): void {
    this.#schedule.succeed(now, waitSeconds);
    this.#succeededAt = now;
    this.#failure = complaint ? this.#failed(complaint, now) : null;
  }

  #fail(error: RescindError, now: number): RescindError {
    this.#schedule.fail(now, retryAfterOf(error), this.#bounds());
    this.#failure = this.#failed(error, now);
    return error;
  }

  #failed(error: RescindError, at: number): Failure {
    return { report: Object.freeze({ ...refusalOf(error), about: this.#about, at }), error };
  }
}

interface Failure {
  readonly report: FailureReport;
  readonly error: RescindError;
}
