// How Claude counts output, found out from what it does. Pure.
//
// The Rate limits page (2026-09) says that output counts while it is produced. Its older versions said otherwise, and what stands in
// between (a gateway, a proxy of the company's) may count as it likes. So three buckets are kept, one for each way, and what each of
// them predicted is compared with what happens: a request that is let in while a bucket is in debt, one that is refused while it is
// full, and a `remaining` header outside of what it holds, all speak against the way it stands for.
//
// Invariants
//   C1 Only differences between the ways count: what all of them missed by as much (another user of the account) changes nothing.
//   C2 The sums are bounded and fade, so a Claude that changes its ways is noticed within some dozens of answers.
import type { BelievableLevels, BudgetName, LevelRange, Levels } from "./budgets.ts";

/** `produced`: while an answer is written; `answered`: when it is there; `started`: when its request is let in. */
export const waysOfCounting = ["produced", "answered", "started"] as const;
export type WayOfCounting = (typeof waysOfCounting)[number];

/** The bucket that follows Claude's own, if it counts like that. */
export const budgetOfWay = {
  produced: "producedTokens",
  answered: "answeredTokens",
  started: "outputTokens",
} as const satisfies Record<WayOfCounting, BudgetName>;

/** What is taken to be true. */
export interface OutputCounting {
  way: WayOfCounting;
  /** `remaining` headers speak of the moment of the answer, not of that of its request. */
  tellsOfAnswer: boolean;
}

export const documentedCounting: OutputCounting = { way: "produced", tellsOfAnswer: false };

/** What speaks against a way, in bursts, with headers of the one moment and of the other. */
interface Misfit {
  ofStart: number;
  ofAnswer: number;
}

export type CountingEvidence = Record<WayOfCounting, Misfit>;

export function noEvidence(): CountingEvidence {
  const none = (): Misfit => ({ ofStart: 0, ofAnswer: 0 });
  return { produced: none(), answered: none(), started: none() };
}

/** No sum is larger. */
export const misfitMax = 3;
/** What an answer leaves of the sums. */
const fading = 0.99;
/** A level that was wrong by this part of a burst, where a request was let in or refused, speaks for a whole one. */
const wholeAt = 0.25;
/** Until so many are known the usual answer is not known well. */
export const fewAnswers = 100;

/** To what part of a burst the levels are known: how fast answers are written is guessed, and so is the size of those under way. */
function inexactness(way: WayOfCounting, answers: number): number {
  const unknown = Math.max(0, 1 - answers / fewAnswers);
  switch (way) {
    case "produced":
      return 0.15 + 0.35 * unknown;
    case "answered":
      return 0.05;
    case "started":
      return 0.3 + 0.5 * unknown;
  }
}
/** A refusal that every bucket was this far from was by another limit, or by somebody else's use. */
const unforeseen = 0.5;

export interface Foreseen {
  /** Of all budgets, just after the request was reserved. */
  levelsAtStart: Levels;
  /** What was reserved of output for it. */
  estimatedTokens: number;
  /** Of Claude's bucket. */
  burst: number;
  /** How many answers of the lane are known. */
  answers: number;
}

/** A request was let in, or refused by a limit that may have been the one of output. */
export function withOutcome(
  evidence: CountingEvidence,
  { levelsAtStart, estimatedTokens, burst, answers }: Foreseen,
  outcome: "let_in" | "refused",
): CountingEvidence {
  // Before its own tokens were taken: what lets a request in.
  const level = (way: WayOfCounting): number => (levelsAtStart[budgetOfWay[way]] + (way === "started" ? estimatedTokens : 0)) / burst;
  const lowest = Math.max(0, Math.min(...waysOfCounting.map(level)));
  if (outcome === "refused" && lowest > unforeseen) return evidence;
  return mapWays((way) => {
    const wrongBy = outcome === "refused" ? level(way) - lowest : -level(way);
    const more = Math.min(1, Math.max(0, wrongBy - inexactness(way, answers)) / wholeAt);
    return added(evidence[way], { ofStart: more, ofAnswer: more });
  });
}

export interface Reckoned extends Foreseen {
  /** When the answer was there and had been settled; those at the start, where the headers came before the answer. */
  levels: Levels;
}

/** A `remaining` header said between which levels Claude's bucket is. */
export function withTold(
  evidence: CountingEvidence,
  { levelsAtStart, levels, burst, answers }: Reckoned,
  { least, most }: Required<LevelRange>,
): CountingEvidence {
  const outside = (way: WayOfCounting, at: Levels): number =>
    Math.max(0, least - at[budgetOfWay[way]], at[budgetOfWay[way]] - most) / burst;
  const missedByAll = Math.min(...waysOfCounting.flatMap((way) => [outside(way, levelsAtStart), outside(way, levels)]));
  return mapWays((way) => {
    const more = (at: Levels): number => Math.min(1, Math.max(0, outside(way, at) - missedByAll - inexactness(way, answers)));
    return added(evidence[way], { ofStart: more(levelsAtStart), ofAnswer: more(levels) });
  });
}

/** What is documented is taken to fit better by this much than it was seen to. */
const documentedAhead = 0.3;
/** What was taken to be true is, until something else fits better by this much; what is documented, until two refusals speak against it. */
const stays = 0.5;
const documentedStays = 1;
/** The headers' moment is known when the other one fits worse by this much … */
const momentKnown = 1;
/** … and is doubted when it fits better by this much. */
const momentDoubted = 0.5;

/** @param before what was taken to be true until now */
export function concludeCounting(evidence: CountingEvidence, before: OutputCounting): OutputCounting {
  const against = (way: WayOfCounting): number =>
    Math.min(evidence[way].ofStart, evidence[way].ofAnswer) + (way === documentedCounting.way ? 0 : documentedAhead);
  const best = waysOfCounting.reduce((one, other) => (against(other) < against(one) ? other : one), before.way);
  const lead = before.way === documentedCounting.way ? documentedStays : stays;
  const way = against(best) + lead < against(before.way) ? best : before.way;
  const isSure = waysOfCounting.every((other) => other === way || against(other) > against(way) + stays);
  const forAnswer = evidence[way].ofStart - evidence[way].ofAnswer;
  const wasKnown = before.tellsOfAnswer && way === before.way;
  const tellsOfAnswer = wasKnown ? forAnswer > -momentDoubted : isSure && forAnswer > momentKnown;
  return { way, tellsOfAnswer };
}

/** A level at the very end of the range that was said is less likely: where it is only guessed, it is brought this far from the ends. */
const fromBelow = 0.3;
const fromAbove = 0.1;
/**
 * While the headers' moment is not known, a level is lowered when it is too high by more than this part of the burst. What is written is known better of
 * answers that are watched, and their headers are of the moment they began.
 */
const tolerance = 0.25;
const toleranceWhenWatched = 0.05;

/**
 * What the bucket that is waited for may hold, by the headers of an answer that begins.
 *
 * @param isSure whether our own level is known well: what differs from it is somebody else's doing
 */
export function believedAtStart({ least, most }: LevelRange, { way }: OutputCounting, burst: number, isSure: boolean): BelievableLevels {
  if (!isSure) return { [budgetOfWay[way]]: { most: most + tolerance * burst } };
  const inexact = toleranceWhenWatched * burst;
  return { [budgetOfWay[way]]: { ...(least !== undefined && { least: least - inexact }), most: most + inexact } };
}

/** What the bucket that is waited for is to be brought to, by the headers of an answer that is there. */
export function believedOutput({ least, most }: LevelRange, { way, tellsOfAnswer }: OutputCounting, burst: number): BelievableLevels {
  const budget = budgetOfWay[way];
  if (least === undefined || !tellsOfAnswer) return { [budget]: { most: most + tolerance * burst } };
  // Reservations whose requests are still on their way are not in what Claude says: its level raises nothing here.
  if (way === "started") return { [budget]: { most } };
  if (way === "answered") return { [budget]: { least, most } };
  const high = Math.min(burst, Math.max(-burst, most));
  // Of a debt of any depth nothing is known but that it is one.
  const low = Math.min(high, Math.max(-burst, least));
  return { [budget]: { least: least < -burst ? least : low + fromBelow * (high - low), most: high - fromAbove * (high - low) } };
}

/** The same when a request was refused, for want of output as far as is known: the bucket was empty, whatever ours held. */
export function believedWhenRefused(believed: BelievableLevels, { way }: OutputCounting): BelievableLevels {
  const budget = budgetOfWay[way];
  const { least, most = 0 } = believed[budget] ?? {};
  return { ...believed, [budget]: { ...(least !== undefined && { least: Math.min(least, 0) }), most: Math.min(most, 0) } };
}

function added(misfit: Misfit, more: Misfit): Misfit {
  const sum = (name: keyof Misfit): number => Math.min(misfitMax, misfit[name] * fading + more[name]);
  return { ofStart: sum("ofStart"), ofAnswer: sum("ofAnswer") };
}

function mapWays(misfitOf: (way: WayOfCounting) => Misfit): CountingEvidence {
  return { produced: misfitOf("produced"), answered: misfitOf("answered"), started: misfitOf("started") };
}
