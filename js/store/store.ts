/**
 * Keeps bytes across restarts, by name. What is kept: the highest edition ever seen, the snapshot of that edition, and
 * the publisher's key document. All of it is verified again before it is used, so a store needs no protection of its
 * own beyond that of the device.
 *
 * Contract: `get` answers the value last `set`, or `null`; a value is replaced as a whole or not at all; a resolved
 * `set` is as durable as the platform allows. A store that throws, hangs or answers nonsense never stops verification:
 * the failure shows in `status()`.
 */
export interface Store {
  get(key: string): Promise<Uint8Array | null>;
  set(key: string, value: Uint8Array): Promise<void>;
  delete(key: string): Promise<void>;
}
