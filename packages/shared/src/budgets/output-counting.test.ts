import fc from "fast-check";
import { expect, test } from "vitest";
import { believableLevels } from "../limits/believable-levels.ts";
import type { Levels } from "./budgets.ts";
import {
  believedOutput,
  believedWhenRefused,
  budgetOfWay,
  concludeCounting,
  documentedCounting,
  noEvidence,
  waysOfCounting,
  withOutcome,
  withTold,
} from "./output-counting.ts";
import type { CountingEvidence, OutputCounting } from "./output-counting.ts";

const burst = 1_000;
const answers = 100;

/** In parts of the burst. */
function levelsOf(produced: number, answered: number, started: number): Levels {
  return {
    requests: 1,
    inputTokens: 1,
    producedTokens: produced * burst,
    answeredTokens: answered * burst,
    outputTokens: started * burst,
  };
}

const conclude = (evidence: CountingEvidence, before: OutputCounting = documentedCounting) => concludeCounting(evidence, before);
const refused = (levelsAtStart: Levels, evidence = noEvidence()) =>
  withOutcome(evidence, { levelsAtStart, estimatedTokens: 0, burst, answers }, "refused");
const letIn = (levelsAtStart: Levels, evidence = noEvidence()) =>
  withOutcome(evidence, { levelsAtStart, estimatedTokens: 0, burst, answers }, "let_in");

test("without evidence output counts as it is documented: while it is produced", () => {
  expect(conclude(noEvidence())).toEqual({ way: "produced", tellsOfAnswer: false });
});

// One alone may have been an answer that was written much faster than usual.
test("two refusals that only another way of counting foresaw change to it", () => {
  for (const [at, way] of [
    [levelsOf(0.7, -0.1, 0.8), "answered"],
    [levelsOf(0.7, 0.9, -0.1), "started"],
  ] as const) {
    expect(conclude(refused(at))).toMatchObject({ way: "produced" });
    expect(conclude(refused(at, refused(at)))).toMatchObject({ way });
  }
});

test("a way by which requests were let in while in debt is not changed to", () => {
  const inDebt = letIn(levelsOf(0.7, -0.5, 0.5));
  const twice = refused(levelsOf(0.7, -0.1, 0.8), refused(levelsOf(0.7, -0.1, 0.8), inDebt));
  expect(conclude(twice)).toEqual(documentedCounting);
});

test("a refusal that no way foresaw was by another limit, and changes nothing", () => {
  const evidence = noEvidence();
  expect(refused(levelsOf(0.7, 0.9, 0.6), evidence)).toBe(evidence);
});

// tier-1: a second's worth of output is smaller than most answers.
test("a request larger than the bucket that is let in by a full one does not speak against any way", () => {
  const sent = { levelsAtStart: levelsOf(1, 1, -0.6), estimatedTokens: 1.6 * burst, burst, answers };
  expect(withOutcome(noEvidence(), sent, "let_in")).toEqual(noEvidence());
  expect(withOutcome(noEvidence(), sent, "refused")).toEqual(noEvidence());
});

test("what all ways missed by as much, since somebody else draws on the account, speaks against none", () => {
  const reckoned = { levelsAtStart: levelsOf(1, 1, 1), levels: levelsOf(1, 1, 1), estimatedTokens: 0, burst, answers };
  expect(withTold(noEvidence(), reckoned, { least: 0, most: 0.1 * burst })).toEqual(noEvidence());
});

test("headers that fit one way alone change to it, and a better fit changes back", () => {
  const reckoned = { levelsAtStart: levelsOf(0.7, 1, 0), levels: levelsOf(0.7, 0.1, 0.9), estimatedTokens: 0, burst, answers };
  let evidence = noEvidence();
  for (let answer = 0; answer < 10; answer += 1) evidence = withTold(evidence, reckoned, { least: 0, most: 0.2 * burst });
  const counting = conclude(evidence);
  expect(counting).toMatchObject({ way: "answered" });
  for (let answer = 0; answer < 40; answer += 1) evidence = withTold(evidence, reckoned, { least: 0.6 * burst, most: 0.8 * burst });
  expect(conclude(evidence, counting)).toMatchObject({ way: "produced" });
});

test("the headers' moment is known when levels that were drained in between tell the two apart", () => {
  const drained = { levelsAtStart: levelsOf(0.9, 1, -1), levels: levelsOf(0.2, 1, 1), estimatedTokens: 0, burst, answers };
  const ofAnswer = { least: 0.1 * burst, most: 0.3 * burst };
  const ofStart = { least: 0.8 * burst, most: burst };
  let evidence = noEvidence();
  for (let answer = 0; answer < 5; answer += 1) evidence = withTold(evidence, drained, ofAnswer);
  const counting = conclude(evidence);
  expect(counting).toEqual({ way: "produced", tellsOfAnswer: true });
  for (let answer = 0; answer < 20; answer += 1) evidence = withTold(evidence, drained, ofStart);
  expect(conclude(evidence, counting)).toMatchObject({ tellsOfAnswer: false });
});

test("when both moments fit, nothing is learned of them", () => {
  const steady = { levelsAtStart: levelsOf(0.5, 1, 0), levels: levelsOf(0.5, 1, 0), estimatedTokens: 0, burst, answers };
  let evidence = noEvidence();
  for (let answer = 0; answer < 200; answer += 1) evidence = withTold(evidence, steady, { least: 0.4 * burst, most: 0.6 * burst });
  expect(conclude(evidence)).toMatchObject({ tellsOfAnswer: false });
});

test("whatever happens, the evidence stays bounded, and what fits for long is believed again", () => {
  const level = fc.double({ min: -3, max: 1, noNaN: true });
  const happening = fc.record({ at: fc.tuple(level, level, level), outcome: fc.constantFrom("let_in" as const, "refused" as const) });
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 60 }), (happenings) => {
      let evidence = noEvidence();
      let counting = documentedCounting;
      for (const { at, outcome } of happenings) {
        evidence = withOutcome(evidence, { levelsAtStart: levelsOf(...at), estimatedTokens: 0, burst, answers }, outcome);
        counting = concludeCounting(evidence, counting);
        for (const way of waysOfCounting) expect(Math.max(evidence[way].ofStart, evidence[way].ofAnswer)).toBeLessThanOrEqual(3);
      }
      for (let refusal = 0; refusal < 10; refusal += 1) {
        evidence = withOutcome(evidence, { levelsAtStart: levelsOf(-0.1, 1, 1), estimatedTokens: 0, burst, answers }, "refused");
        evidence = withOutcome(evidence, { levelsAtStart: levelsOf(1, -1, -2), estimatedTokens: 0, burst, answers }, "let_in");
      }
      for (let answer = 0; answer < 200; answer += 1) {
        evidence = withOutcome(evidence, { levelsAtStart: levelsOf(1, -1, -2), estimatedTokens: 0, burst, answers }, "let_in");
        counting = concludeCounting(evidence, counting);
      }
      expect(counting.way).toBe("produced");
    }),
  );
});

test("a level that is only guessed is brought a little from the ends of what is said, another one between them", () => {
  const said = { least: 0, most: 0.5 * burst };
  const of = (way: OutputCounting["way"]) => believedOutput(said, { way, tellsOfAnswer: true }, burst);
  expect(of("produced")).toEqual({ producedTokens: { least: 150, most: 450 } });
  expect(of("answered")).toEqual({ answeredTokens: said });
  // Reservations that are on their way are not in what Claude says.
  expect(of("started")).toEqual({ outputTokens: { most: said.most } });
});

test("a bucket whose request was refused was empty, whatever ours held and whatever else is said of it", () => {
  expect(believedWhenRefused({}, documentedCounting)).toEqual({ producedTokens: { most: 0 } });
  expect(believedWhenRefused({ answeredTokens: { least: -50, most: 300 } }, { way: "answered", tellsOfAnswer: true })).toEqual({
    answeredTokens: { least: -50, most: 0 },
  });
  expect(believedWhenRefused({ outputTokens: { most: -200 } }, { way: "started", tellsOfAnswer: true })).toEqual({
    outputTokens: { most: -200 },
  });
});

test("a debt of unknown depth is raised by nothing", () => {
  const { outputTokens: said } = believableLevels({ outputTokens: { limit: 60_000, remaining: 0 } }, 1);
  if (said === undefined) throw new Error("nothing was said of output");
  for (const way of ["produced", "answered"] as const) {
    const { [budgetOfWay[way]]: level } = believedOutput(said, { way, tellsOfAnswer: true }, burst);
    expect(level?.least).toBeLessThan(-1_000 * burst);
  }
});

test("until the headers' moment is known a level is only lowered, and only when it is clearly too high", () => {
  expect(believedOutput({ least: 0, most: 500 }, documentedCounting, burst)).toEqual({ producedTokens: { most: 750 } });
  expect(believedOutput({ most: 500 }, { way: "produced", tellsOfAnswer: true }, burst)).toEqual({ producedTokens: { most: 750 } });
});
