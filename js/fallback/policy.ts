import type { CorePolicy } from "../core.js";
import { type Algorithm, algorithmNamed } from "./algorithm.js";
import { policyInvalid } from "./failure.js";
import * as limits from "./limits.js";
import { checkedRevocations } from "./revocation.js";

/** What the caller demands of a token, checked once. */
export interface Policy extends Omit<CorePolicy, "algorithms"> {
  readonly algorithms: readonly Algorithm[];
}

/** A policy that keeps the core's rules. @throws `ERR_POLICY_INVALID` as the core does */
export function checkedPolicy(given: CorePolicy): Policy {
  require(given.issuer !== "", "issuer", "a non-empty string");
  require(given.audience === null || isList(given.audience, 1), "audience", "1 to 64 non-empty strings, or null");
  const algorithms = algorithmsOf(given.algorithms);
  require(isList(given.requiredClaims, 0), "requiredClaims", "at most 64 non-empty strings");
  requireIntegers(given);
  return Object.freeze({
    issuer: given.issuer,
    audience: given.audience && [...given.audience],
    algorithms,
    typ: given.typ,
    requiredClaims: [...given.requiredClaims],
    clockToleranceSeconds: given.clockToleranceSeconds,
    maxTokenBytes: given.maxTokenBytes,
    maxLifetimeSeconds: given.maxLifetimeSeconds,
    revocations: given.revocations && checkedRevocations(given.revocations),
  });
}

function algorithmsOf(names: readonly string[]): readonly Algorithm[] {
  const algorithms = names.map(algorithmNamed).filter((algorithm) => algorithm !== undefined);
  require(algorithms.length === names.length, "algorithms", "registered signature algorithms");
  require(isList(names, 1), "algorithms", "1 to 64 registered signature algorithms");
  return algorithms;
}

function requireIntegers({ clockToleranceSeconds, maxTokenBytes, maxLifetimeSeconds }: CorePolicy): void {
  const { MAX_CLOCK_TOLERANCE_SECONDS, MAX_TOKEN_BYTES, MAX_LIFETIME_SECONDS } = limits;
  requireInteger(clockToleranceSeconds, "clockToleranceSeconds", 0, MAX_CLOCK_TOLERANCE_SECONDS);
  requireInteger(maxTokenBytes, "maxTokenBytes", 1, MAX_TOKEN_BYTES);
  requireInteger(maxLifetimeSeconds, "maxLifetimeSeconds", 1, MAX_LIFETIME_SECONDS);
}

function requireInteger(value: number, option: string, least: number, most: number): void {
  const inRange = Number.isInteger(value) && value >= least && value <= most;
  require(inRange, option, `an integer from ${least} to ${most}`);
}

function isList(values: readonly string[], atLeast: number): boolean {
  return values.length >= atLeast && values.length <= limits.MAX_POLICY_LIST && !values.includes("");
}

function require(holds: boolean, option: string, expected: string): void {
  if (!holds) throw policyInvalid(option, expected);
}
