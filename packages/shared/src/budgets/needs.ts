// What must be there before an attempt may take its cost: a level in each bucket of its lane, and room among the answers that are being written. Pure.
import { neededLevel } from "./bucket.ts";
import type { BudgetSizes, ExpectedCost, Levels, TokenCost } from "./budgets.ts";
import { fewAnswers } from "./output-counting.ts";
import type { WayOfCounting } from "./output-counting.ts";

export interface Needs {
  levels: Levels;
  /** undefined: any number of answers may be written at once. */
  writing: WritingBound | undefined;
}

/** How fast all answers under way may be taken to be written, the asking one included, in tokens a second; in between in proportion. */
export interface WritingBound {
  /** When no more is in `producedTokens` than must be there. */
  whenNeeded: number;
  whenFull: number;
}

export interface NeedsQuestion {
  cost: ExpectedCost;
  sizes: BudgetSizes;
  /** How Claude is taken to count output. */
  way?: WayOfCounting;
  /** How many answers of the lane are known; while they are few, more is kept in hand. Enough when unset. */
  answers?: number;
  /** How long the lane's usual answers are written, in ms; 0 when none is known. */
  answerMs?: number;
  /** Whether the lane's answers are seen while they are written. */
  isWatched?: boolean;
  /** Whether the process that asks has had no answer yet. */
  isCold?: boolean;
}

export function needsOf(question: NeedsQuestion): Needs {
  const { cost, sizes, way = "produced" } = question;
  return { levels: neededLevels(question), writing: way === "produced" ? writingBound(cost, sizes) : undefined };
}

/**
 * Part of `producedTokens` that must be there. Answers are written faster and slower than expected, and while few are known their mean is not,
 * either. In a simulation (70 runs of 80 s, answers of 4 to 400 tokens written in 0.5 to 2.5 s, a second of burst) 0.2 of 1,000 requests were
 * refused at 98.5 % of the limit, with 55 % 0.9 at 98.8 %; of answers that are all written at about the same pace 0.5 and 0.9 (50 %: 1.2).
 */
const producedShare = 0.6;
const producedShareAtFirst = 0.85;

/**
 * More of it for large answers, up to this part for one that is as large as the bucket: what is misjudged of one may be all that is there. With answers of
 * around 200 tokens in a bucket of 166 (tier-1) 3 of 1,000 requests were refused in a simulation, and 16 without this.
 */
const producedShareMax = 0.95;

/**
 * What must be there of it where answers are watched, whatever their size: little is misjudged then. In a simulation with a look every 200 ms 0.1 of
 * 1,000 requests were refused with 30 %, none with 40 %; the rest is for somebody else who begins to use the account. With answers of around
 * 200 tokens in a bucket of 133 (tier-1, 50 requests a minute) 91 % of the limit were used, with as much as without a look 85 %.
 */
const producedShareWatched = 0.5;

/**
 * The same of `answeredTokens`. An answer may end while a request is on its way: in a simulation with 5 ms each way a twentieth was refused 17 times
 * in 1,000 at 98.6 % of the limit, three twentieths 11 times at 97.7 %, a quarter 4 times at 96.7 %.
 */
const answeredShare = 0.15;

/** The same of `outputTokens` where Claude takes an answer's tokens when its request is let in: answers are larger and smaller than estimated. */
const startedShare = 0.6;

/**
 * How far reservations of output may run ahead of the burst where answers count when they are there, in usual answers: a reservation is taken when a
 * request leaves, Claude takes the tokens later. (Where it takes them while they are written, what is written at once is bound instead.)
 */
const outputAhead = 0.5;

/**
 * Until its first answer a process leaves this part of the burst of input. Its first request is held up by everything that is done for the first time: on
 * a busy machine by 200 ms, and those behind it by less, so they reach Claude closer together.
 */
const coldInputShare = 0.5;

/** Whatever is in it. */
const notNeeded = -Number.MAX_SAFE_INTEGER;

function neededLevels({
  cost,
  sizes,
  way = "produced",
  answers = fewAnswers,
  answerMs = 0,
  isWatched = false,
  isCold = false,
}: NeedsQuestion): Levels {
  const { inputTokens, outputTokens, answeredTokens } = sizes;
  const output = neededLevel(cost.outputTokens, outputTokens);
  const ahead = (outputTokens.refillPerSecond * answerMs * outputAhead) / 1_000;
  return {
    requests: neededLevel(1, sizes.requests),
    inputTokens: neededLevel(cost.inputTokens + (isCold ? inputTokens.capacity * coldInputShare : 0), inputTokens),
    outputTokens: {
      produced: notNeeded,
      answered: output - ahead,
      started: Math.max(output, outputTokens.capacity * startedShare),
    }[way],
    producedTokens: way === "produced" ? neededOfProduced(cost, sizes, answers, isWatched) : notNeeded,
    answeredTokens: way === "answered" ? answeredTokens.capacity * answeredShare : notNeeded,
  };
}

function neededOfProduced(
  { outputTokens }: TokenCost,
  { producedTokens: { capacity } }: BudgetSizes,
  answers: number,
  isWatched: boolean,
): number {
  const caution = (producedShareAtFirst - producedShare) * Math.max(0, 1 - answers / fewAnswers);
  const ofLarge = (producedShareMax * outputTokens) / capacity;
  const share = isWatched ? producedShareWatched : Math.max(producedShare, ofLarge);
  return capacity * Math.min(producedShareMax, share + caution);
}

/**
 * With what must be there answers may be written as fast as the limit refills; with a full bucket this many times as fast, and as fast as some
 * more answers: where few fill the limit, one is much. Without a bound long answers are begun until the first of them drain the bucket, and all go on
 * for as long as they take. By then it is far below empty, and how far is not known: in a simulation of answers of 15 to 20 s 23 of 1,000
 * requests were refused, with the bound none. With one that is the same at any level more of the limit overflowed, or more was refused.
 */
const refillFactor = 1.25;
const answersMore = 5;

function writingBound(cost: ExpectedCost, { producedTokens }: BudgetSizes): WritingBound {
  const whenNeeded = producedTokens.refillPerSecond;
  return { whenNeeded, whenFull: whenNeeded * refillFactor + answersMore * writingPerSecond(cost) };
}

/** An answer is taken to be written evenly, from when its request leaves. */
export function writingPerSecond({ outputTokens, durationMs }: ExpectedCost): number {
  return (outputTokens / Math.max(1, durationMs)) * 1_000;
}
