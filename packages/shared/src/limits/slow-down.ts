// How far a lane is slowed down after Claude refused it, and how it comes back: at once down, in steps up.

/** A refusal takes this part of the pace away … */
const lossPerRefusal = 0.25;
/** … down to this part at the least … */
export const slowFactorMin = 0.25;
/** … and each second gives this much back. */
const gainPerSecond = 0.05;
/** Refusals this close together are one event: requests that were under way together. */
export const sameEventMs = 1_000;

export interface Slowdown {
  factor: number;
  atMs: number;
}

/** The part of its pace that a lane may use now. */
export function slowFactor(slowed: Slowdown | undefined, nowMs: number): number {
  if (slowed === undefined) return 1;
  return Math.min(1, slowed.factor + Math.max(0, nowMs - slowed.atMs) * (gainPerSecond / 1_000));
}

/** After one more refusal; undefined when it belongs to the one before. */
export function afterRefusal(slowed: Slowdown | undefined, nowMs: number): Slowdown | undefined {
  if (slowed !== undefined && nowMs - slowed.atMs < sameEventMs) return undefined;
  return { factor: Math.max(slowFactorMin, slowFactor(slowed, nowMs) * (1 - lossPerRefusal)), atMs: nowMs };
}
