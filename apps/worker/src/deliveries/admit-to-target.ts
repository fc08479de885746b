// Whether a delivery may be attempted now: its target's breaker lets it through, and this worker has a slot for it.
import { passageOf, withProbe } from "@sluice/shared/webhooks/breaker";
import type { Breaker } from "@sluice/shared/webhooks/breaker";
import { changeBreaker } from "@sluice/shared/webhooks/breaker-store";
import type { Redis } from "ioredis";
import type { TargetSlots } from "./target-slots.ts";

interface AdmissionContext {
  redis: Redis;
  targets: TargetSlots;
  now: () => number;
  /** For one attempt. */
  timeoutMs: number;
}

export interface DeliveryToAdmit {
  tenant: string;
  target: string;
  deliveryId: string;
  breaker: Breaker;
}

export type TargetAdmission =
  | { admitted: true; leave: () => void }
  /** To come back then, or when that target has room; nothing was used up. */
  | { admitted: false; atMs: number; waitsAt: string };

/** A probe has come to an end after this long, most of the time. */
const probeMs = 1_000;

/** What an attempt takes beside its time-out: a probe's lease ends no earlier than the probe. */
const leaseMarginMs = 5_000;

/** The name of a target among those of all tenants. */
export function targetName(tenant: string, target: string): string {
  return `${tenant}/${target}`;
}

/** Safe to repeat. Dying with a probe, its lease ends by itself. */
export async function admitToTarget(
  { redis, targets, now, timeoutMs }: AdmissionContext,
  { tenant, target, deliveryId, breaker }: DeliveryToAdmit,
): Promise<TargetAdmission> {
  const name = targetName(tenant, target);
  targets.arrive(name, deliveryId);
  const held = (untilMs: number): TargetAdmission => ({ admitted: false, atMs: targets.turnAfter(name, untilMs), waitsAt: name });
  const way = passageOf(breaker, now());
  if (way.passage === "held") return held(way.untilMs);
  if (way.passage === "probed") return held(Math.min(now() + probeMs, way.untilMs));

  const isFailing = breaker.state === "open" || breaker.failures > 0;
  const leave = targets.enter(name, isFailing);
  if (leave === undefined) return { admitted: false, atMs: targets.turnWhenFree(name), waitsAt: name };
  if (way.passage === "free") return { admitted: true, leave };

  const leaseMs = timeoutMs + leaseMarginMs;
  const probe = await changeBreaker(redis, { tenant, target }, (state) => withProbe(state, { deliveryId, nowMs: now(), leaseMs })).catch(
    (error: unknown) => {
      leave();
      throw error;
    },
  );
  if (probe !== undefined) return { admitted: true, leave };
  leave();
  return held(now() + probeMs);
}
