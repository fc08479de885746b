import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { tenantKeys } from "../redis/keys.ts";
import { replyTexts } from "../redis/reply.ts";
import { Script } from "../redis/script.ts";
import { breakerSchema, closedBreaker } from "./breaker.ts";
import type { Breaker } from "./breaker.ts";

const script = new Script(new URL("swap-breaker.lua", import.meta.url));

/** Of a target that nothing is sent to any more. Longer than a breaker is ever open. */
const keptMs = 86_400_000;

/** An endpoint by its id; where there is none, the origin of the URL: what is behind it fails together. */
export function targetOf({ endpointId, url }: { endpointId: string | null; url: string }): string {
  return endpointId ?? URL.parse(url)?.origin ?? url;
}

export async function readBreaker(redis: Redis, tenant: string, target: string): Promise<Breaker> {
  return parse((await redis.get(tenantKeys(tenant).webhookBreaker(target))) ?? "");
}

/**
 * Changes a breaker by a pure function of its state, which is called again when another worker was faster. Safe to repeat
 * as far as the function is.
 *
 * @param change gives undefined for "leave it"
 * @returns the new state; undefined when it was left as it is
 */
export async function changeBreaker(
  redis: Redis,
  { tenant, target }: { tenant: string; target: string },
  change: (breaker: Breaker) => Breaker | undefined,
): Promise<Breaker | undefined> {
  const key = tenantKeys(tenant).webhookBreaker(target);
  let current = (await redis.get(key)) ?? "";
  for (;;) {
    const breaker = parse(current);
    const next = change(breaker);
    if (next === undefined || next === breaker) return next;
    // A mark of its own: two workers that come to the same state made it of two attempts.
    const text = next.state === "closed" && next.failures === 0 ? "" : `${randomUUID()} ${JSON.stringify(next)}`;
    const found = await script.run(redis, [key], [current, text, keptMs]);
    if (found === null) return next;
    current = String(replyTexts(found));
  }
}

/** Somebody says that the target works again. */
export async function closeBreaker(redis: Redis, tenant: string, target: string): Promise<void> {
  await redis.del(tenantKeys(tenant).webhookBreaker(target));
}

function parse(text: string): Breaker {
  return text === "" ? closedBreaker : breakerSchema.parse(JSON.parse(text.slice(text.indexOf(" "))));
}
