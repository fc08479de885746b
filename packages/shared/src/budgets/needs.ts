// What must be in each bucket of a lane before an attempt may take its cost.
import { neededLevel } from "./bucket.ts";
import type { BudgetSizes, Levels, TokenCost } from "./budgets.ts";
import { fewAnswers } from "./output-counting.ts";
import type { WayOfCounting } from "./output-counting.ts";

export interface LevelsQuestion {
  cost: TokenCost;
  sizes: BudgetSizes;
  /** How Claude is taken to count output. */
  way?: WayOfCounting;
  /** How many answers of the lane are known; while they are few, more is kept in hand. Enough when unset. */
  answers?: number;
  /** How long the lane's usual answers are written, in ms; 0 when none is known. */
  answerMs?: number;
}

/**
 * Part of `producedTokens` that must be there. Answers are written faster and slower than expected, and while few are known their mean is not,
 * either. In a simulation (36 runs of 80 s, answers of 4 to 400 tokens written in 0.5 to 2.5 s, a second of burst) 0.2 of 1,000 requests were
 * refused at 98.6 % of the limit; with 65 % as many at 98.2 %, with 55 % more than one at 98.8 %.
 */
const producedShare = 0.62;
const producedShareAtFirst = 0.92;

/**
 * The same of `answeredTokens`. An answer may end while a request is on its way: in a simulation with 5 ms each way a twentieth was refused 17 times
 * in 1,000 at 98.6 % of the limit, three twentieths 11 times at 97.7 %, a quarter 4 times at 96.7 %.
 */
const answeredShare = 0.15;

/** The same of `outputTokens` where Claude takes an answer's tokens when its request is let in: answers are larger and smaller than estimated. */
const startedShare = 0.6;

/**
 * Where Claude counts while answers are written, reservations of output are waited for until the usual answer is known. They may run ahead of
 * the burst by this many usual answers: a reservation is taken when a request leaves, Claude takes the tokens later.
 *
 * Afterwards they are not. They say when an answer that turned out large is there that it took too much, although it was paid while it was
 * written: where one answer in ten is twenty times as long as the others, a sixth of the limit was left unused.
 */
const outputAhead = 0.5;
/** So many answers tell the usual one. */
const usualKnownAt = 30;

/** Whatever is in it. */
const notNeeded = -Number.MAX_SAFE_INTEGER;

export function neededLevels({ cost, sizes, way = "produced", answers = fewAnswers, answerMs = 0 }: LevelsQuestion): Levels {
  const { outputTokens, producedTokens, answeredTokens } = sizes;
  const output = neededLevel(cost.outputTokens, outputTokens);
  const ahead = (outputTokens.refillPerSecond * answerMs * outputAhead) / 1_000;
  const caution = (producedShareAtFirst - producedShare) * Math.max(0, 1 - answers / fewAnswers);
  return {
    requests: neededLevel(1, sizes.requests),
    inputTokens: neededLevel(cost.inputTokens, sizes.inputTokens),
    outputTokens: {
      produced: answers < usualKnownAt ? output - ahead : notNeeded,
      answered: output - ahead,
      started: Math.max(output, outputTokens.capacity * startedShare),
    }[way],
    producedTokens: way === "produced" ? producedTokens.capacity * (producedShare + caution) : notNeeded,
    answeredTokens: way === "answered" ? answeredTokens.capacity * answeredShare : notNeeded,
  };
}
