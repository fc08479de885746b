import { hash, timingSafeEqual } from "node:crypto";
import type { Redis } from "ioredis";
import { isWellFormedApiKey } from "./api-key.ts";
import type { KeyLimits } from "./key-record.ts";
import { useKey } from "./use-key.ts";

/** Who makes a call, as far as the rest of the program needs to know. */
export interface Caller {
  tenant: string;
  /** May also do what is the operator's alone. */
  isOperator: boolean;
  /** `key_…`, or {@link operatorKeyId}. */
  keyId: string;
  /** The tenant's share beside others. */
  weight: number;
  limits: KeyLimits;
}

/** What a key is used for. */
export interface KeyUse {
  /** The call hands in work, so it counts against the key's requests per minute. */
  handsInWork: boolean;
}

/** Where a key's requests per minute stand after the call. */
export interface RateState {
  /** False: there was none left, and the call is to be refused. */
  isTaken: boolean;
  perMinute: number;
  /** Calls that may follow at once. */
  remaining: number;
  /** Until there is one more. */
  nextMs: number;
}

export interface Admittance {
  caller: Caller;
  /** Only of a key with such a limit, for a call that hands in work. */
  rate?: RateState;
}

export interface Authenticator {
  /**
   * Whose key this is; undefined for a key that is unknown, expired or revoked.
   *
   * Rejects when Redis, which knows the clients' keys, is away.
   */
  authenticate(key: string, use: KeyUse): Promise<Admittance | undefined>;
}

/** The operator's jobs belong to this tenant. */
export const defaultTenant = "default";
/** Stands where other calls have the id of their key. */
export const operatorKeyId = "operator";

/**
 * Knows the operator's key, which is good as a client key of the tenant `default`, and those of the clients. Each call asks
 * Redis for a client's key, so that a revoked one is refused at once by every process; for the operator's it never does, nor
 * for a text that is no key.
 */
export function keyAuthenticator(redis: Redis, operatorKey: string): Authenticator {
  const expected = digest(operatorKey);
  const operator: Caller = { tenant: defaultTenant, isOperator: true, keyId: operatorKeyId, weight: 1, limits: {} };
  return {
    async authenticate(key, use) {
      // Digests have one length, and comparing them takes the same time wherever they differ.
      if (timingSafeEqual(digest(key), expected)) return { caller: operator };
      return isWellFormedApiKey(key) ? await useKey(redis, key, use) : undefined;
    },
  };
}

function digest(key: string): Buffer {
  return hash("sha256", key, "buffer");
}
