/** What every entry exports beside its own `init` and `createVerifier`. */
export type { RsaStatus } from "./acceleration.js";
export type { AcceleratorRefusal } from "./accelerator.js";
export {
  type CoreErrorCode,
  coreErrorCodes,
  type ErrorCode,
  type ErrorDetails,
  type PackageErrorCode,
  packageErrorCodes,
  type Refusal,
  RescindError,
} from "./errors.js";
export type {
  CacheOptions,
  Fetch,
  GivenKeys,
  KeysOptions,
  RemoteKeys,
  RevocationsOptions,
  SecretKey,
  VerifierOptions,
} from "./options.js";
export type { StatusListStatus } from "./status-list/followed-list.js";
export type { StatusListsOptions } from "./status-list/options.js";
export { cacheStore } from "./store/cache.js";
export { indexedDbStore } from "./store/indexed-db.js";
export { memoryStore } from "./store/memory.js";
export type { Store } from "./store/store.js";
export type {
  Algorithm,
  CacheStatus,
  Claims,
  Evidence,
  FailureReport,
  Header,
  Jwk,
  KeysStatus,
  PublisherKey,
  PushStatus,
  SnapshotStatus,
  Subject,
  Verdict,
  Verifier,
  VerifierStatus,
  VerifyOptions,
} from "./types.js";
