/**
 * Keeps small values across restarts. Handed in by the caller, so that it fits the platform.
 *
 * What is kept today: the high-water mark, a few dozen bytes that name the highest edition and the latest signed time
 * ever seen. Contract: `get` answers the value last `set` or `null`; a resolved `set` is as durable as the platform
 * allows. A store that throws never stops verification: the failure shows in `status()`.
 */
export interface Store {
  get(key: string): Promise<Uint8Array | null>;
  set(key: string, value: Uint8Array): Promise<void>;
  remove(key: string): Promise<void>;
}
