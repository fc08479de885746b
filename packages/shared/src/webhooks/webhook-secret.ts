// A tenant's secret for signing webhooks. It lies in Redis as it is: a signature needs the secret itself, not a hash of it.
import { randomBytes } from "node:crypto";
import type { Redis } from "ioredis";
import { z } from "zod";
import { tenantKeys } from "../redis/keys.ts";
import { replyTexts } from "../redis/reply.ts";
import { Script } from "../redis/script.ts";
import { secretPrefix } from "./sign-webhook.ts";

const rotate = new Script(new URL("rotate-webhook-secret.lua", import.meta.url));

export interface WebhookSecret {
  /** `whsec_…` */
  current: string;
  /** The one before, which signs too until then; null: none. */
  previous: { secret: string; untilMs: number } | null;
}

const fieldsSchema = z
  .object({ current: z.string(), previous: z.string().optional(), previousUntilMs: z.coerce.number().int().optional() })
  .transform(({ current, previous, previousUntilMs }): WebhookSecret => ({
    current,
    previous: previous === undefined || previousUntilMs === undefined ? null : { secret: previous, untilMs: previousUntilMs },
  }));

/** The secret of a tenant; made when it is asked for the first time, once for all who ask at the same moment. */
export async function loadWebhookSecret(redis: Redis, tenant: string): Promise<WebhookSecret> {
  const key = tenantKeys(tenant).webhookSecret;
  const stored = await redis.hgetall(key);
  if (stored["current"] !== undefined) return fieldsSchema.parse(stored);
  await redis.hsetnx(key, "current", newSecret());
  return fieldsSchema.parse(await redis.hgetall(key));
}

/**
 * Replaces the secret. The old one signs beside the new one for `graceMs` (0: not at all), so that receivers can change
 * over meanwhile; one that was already in its grace ends now.
 */
export async function rotateWebhookSecret(redis: Redis, tenant: string, { graceMs }: { graceMs: number }): Promise<WebhookSecret> {
  const reply = await rotate.run(redis, [tenantKeys(tenant).webhookSecret], [newSecret(), Math.round(graceMs)]);
  const [current, previous, previousUntilMs] = z.array(z.string()).parse(replyTexts(reply));
  return fieldsSchema.parse({ current, previous, previousUntilMs });
}

/** The secrets that sign at this moment, newest first. */
export function signingSecrets({ current, previous }: WebhookSecret, nowMs: number): string[] {
  return previous !== null && nowMs < previous.untilMs ? [current, previous.secret] : [current];
}

/** 32 bytes: Standard Webhooks asks for 24 to 64. */
function newSecret(): string {
  return secretPrefix + randomBytes(32).toString("base64");
}
