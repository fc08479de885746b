import { hash, timingSafeEqual } from "node:crypto";

/** Who makes a call, as far as the rest of the program needs to know. */
export interface Caller {
  tenant: string;
  /** May also do what is the operator's alone. */
  isOperator: boolean;
}

export interface Authenticator {
  /** Whose key this is; undefined for a key that is unknown or revoked. */
  authenticate(key: string): Promise<Caller | undefined>;
}

/** The operator's jobs belong to this tenant. */
export const defaultTenant = "default";

/** Knows one key: the operator's, which is good as a client key of the tenant `default`. */
export function operatorKeyAuthenticator(operatorKey: string): Authenticator {
  const expected = digest(operatorKey);
  const operator: Caller = { tenant: defaultTenant, isOperator: true };
  return {
    // Digests have one length, and comparing them takes the same time wherever they differ.
    authenticate: async (key) => (timingSafeEqual(digest(key), expected) ? operator : undefined),
  };
}

function digest(key: string): Buffer {
  return hash("sha256", key, "buffer");
}
