import type { Fault } from "../faults/fault.ts";
import type { FaultRates, PlannedFault } from "../faults/fault-plan.ts";
import type { HeldRequest, Hold } from "../holds/holds.ts";
import type { Exchange } from "../inspection/exchange.ts";
import { Stats, type StatsReport } from "../inspection/stats.ts";
import type { Limits } from "../limits/limits.ts";
import type { Parts } from "../parts.ts";

interface LimitsReport {
  limits: Limits;
  /** Pools whose limits were set by name. */
  pools: Record<string, Limits>;
}

interface FaultsReport {
  rates: FaultRates;
  planned: PlannedFault[];
}

/** What can be changed and seen from outside while it runs. The endpoints under `/simulator` are a door to the same. */
export interface SimulatorControl {
  stats(): StatsReport;
  /** The last requests of `POST /v1/messages`, oldest first; 20,000 are kept. */
  requests(count: number): Exchange[];
  /** As after the start: counts, buckets, cache, limits, faults and holds; what is held is released first. */
  reset(): void;

  limits(): LimitsReport;
  /** Takes effect at once, for all pools that were not set by name, or for the one named. */
  setLimits(change: Partial<Limits>, pool?: string): void;

  faults(): FaultsReport;
  /** The next `count` (1) requests it fits fail so, in the order of planning. */
  failNext(fault: Fault, how?: Partial<Omit<PlannedFault, "fault">>): void;
  /** @param rate 0 to 1; throws a RangeError when all rates together would pass 1 */
  setFaultRate(fault: Fault, rate: number): void;
  /** Nothing fails any more, also not by the rates of the start. */
  clearFaults(): void;

  /** Holds the next `count` (1) admitted requests before their answer begins. */
  holdNext(count?: number): Hold;
  /** Holds all from now on, until {@link releaseAll}. */
  holdAll(): void;
  held(): HeldRequest[];
  /** How many more are going to be held; `Infinity` for all. */
  toHold(): number;
  /** Resolves when `count` are held at the same time, or when `signal` aborts. */
  waitForHeld(count: number, signal: AbortSignal): Promise<void>;
  /** False when no request of this id is held. */
  release(id: string): boolean;
  /** Returns how many were released. */
  releaseOldest(count: number): number;
  /** Ends all holding; returns how many were released. */
  releaseAll(): number;
}

export function createControl(parts: Parts): SimulatorControl {
  const { pools, faultPlan, holds, now } = parts;
  return {
    stats: () => parts.stats.report({ held: holds.held.length, pools: pools.all() }),
    requests: (count) => parts.stats.log.last(count),
    reset() {
      holds.releaseAll();
      pools.reset();
      parts.countTokensLimit.reset();
      parts.promptCache.clear();
      faultPlan.reset();
      parts.stats = new Stats(now());
    },

    limits: () => ({ limits: pools.defaultLimits, pools: Object.fromEntries(pools.limitsByPool) }),
    setLimits(change, pool) {
      pools.setLimits(change, pool, now());
    },

    faults: () => ({ rates: { ...faultPlan.rates }, planned: faultPlan.planned.map((planned) => ({ ...planned })) }),
    failNext(fault, how = {}) {
      faultPlan.plan({ count: 1, ...how, fault });
    },
    setFaultRate: (fault, rate) => faultPlan.setRate(fault, rate),
    clearFaults: () => faultPlan.clear(),

    holdNext: (count = 1) => holds.holdNext(count),
    holdAll() {
      holds.holdNext(Infinity);
    },
    held: () => holds.held,
    toHold: () => holds.toHold,
    waitForHeld: (count, signal) => holds.waitForHeld(count, signal),
    release: (id) => holds.release(id),
    releaseOldest: (count) => holds.releaseOldest(count),
    releaseAll: () => holds.releaseAll(),
  };
}
