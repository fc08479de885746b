import { hash, randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { ApiError } from "./api-error.ts";

/** Whose key it is. One key is one organization here, so limits "of the organization" are those of the key. */
export interface Identity {
  /** In the shape of a UUID, derived from the key: the same key is the same organization after a restart. */
  readonly organizationId: string;
  readonly headers: Readonly<Record<string, string>>;
}

export type Authentication = (request: IncomingMessage) => Identity | ApiError;

/** Keys seen are remembered, so that a request costs no hash; the number is a bound on memory only. */
const rememberedKeysMax = 10_000;

/** @param allowedKeys any key is good when undefined */
export function createAuthentication(allowedKeys: readonly string[] | undefined): Authentication {
  const allowed = allowedKeys && new Set(allowedKeys);
  const identities = new Map<string, Identity>();
  return (request) => {
    const key = sentKey(request);
    if (key === undefined) return new ApiError(401, "authentication_error", "x-api-key header is required");
    if (allowed && !allowed.has(key)) return new ApiError(401, "authentication_error", "invalid x-api-key");
    const known = identities.get(key);
    if (known) return known;
    if (identities.size >= rememberedKeysMax) identities.clear();
    const identity = identityOf(key);
    identities.set(key, identity);
    return identity;
  };
}

/** Newer SDKs send `Authorization: Bearer`, older ones and curl examples `x-api-key`. */
function sentKey(request: IncomingMessage): string | undefined {
  const apiKey = request.headers["x-api-key"];
  if (typeof apiKey === "string" && apiKey !== "") return apiKey;
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
}

function identityOf(key: string): Identity {
  const digest = hash("sha256", key);
  const organizationId = [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `4${digest.slice(13, 16)}`,
    `8${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ].join("-");
  return {
    organizationId,
    headers: { "anthropic-organization-id": organizationId, "anthropic-workspace-id": `wrkspc_01${digest.slice(32, 54)}` },
  };
}

/** `req_01…`, `msg_01…`: unique, and not derived from the seed. */
export function newId(prefix: "req" | "msg"): string {
  return `${prefix}_01${randomUUID().replaceAll("-", "").slice(0, 22)}`;
}
