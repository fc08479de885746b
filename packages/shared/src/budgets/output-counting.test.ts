import fc from "fast-check";
import { expect, test } from "vitest";
import type { Levels } from "./budgets.ts";
import {
  believedOutput,
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
const refused = (levelsAtStart: Levels, evidence = noEvidence()) => withOutcome(evidence, { levelsAtStart, burst, answers }, "refused");
const letIn = (levelsAtStart: Levels, evidence = noEvidence()) => withOutcome(evidence, { levelsAtStart, burst, answers }, "let_in");

test("without evidence output counts as it is documented: while it is produced", () => {
  expect(conclude(noEvidence())).toEqual({ way: "produced", tellsOfAnswer: false });
});

test("one refusal that only another way of counting foresaw is enough to change to it", () => {
  expect(conclude(refused(levelsOf(0.7, -0.1, 0.8)))).toMatchObject({ way: "answered" });
  expect(conclude(refused(levelsOf(0.7, 0.9, -0.1)))).toMatchObject({ way: "started" });
});

test("a way by which requests were let in while in debt is not changed to", () => {
  const inDebt = letIn(levelsOf(0.7, -0.5, 0.5));
  expect(conclude(refused(levelsOf(0.7, -0.1, 0.8), inDebt))).toEqual(documentedCounting);
});

test("a refusal that no way foresaw was by another limit, and changes nothing", () => {
  const evidence = noEvidence();
  expect(refused(levelsOf(0.7, 0.9, 0.6), evidence)).toBe(evidence);
});

test("headers that fit one way alone change to it, and a better fit changes back", () => {
  const reckoned = { levelsAtStart: levelsOf(0.7, 1, 0), levels: levelsOf(0.7, 0.1, 0.9), burst, answers };
  let evidence = noEvidence();
  for (let answer = 0; answer < 10; answer += 1) evidence = withTold(evidence, reckoned, { least: 0, most: 0.2 * burst });
  const counting = conclude(evidence);
  expect(counting).toMatchObject({ way: "answered" });
  for (let answer = 0; answer < 40; answer += 1) evidence = withTold(evidence, reckoned, { least: 0.6 * burst, most: 0.8 * burst });
  expect(conclude(evidence, counting)).toMatchObject({ way: "produced" });
});

test("the headers' moment is known when levels that were drained in between tell the two apart", () => {
  const drained = { levelsAtStart: levelsOf(0.9, 1, -1), levels: levelsOf(0.2, 1, 1), burst, answers };
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
  const steady = { levelsAtStart: levelsOf(0.5, 1, 0), levels: levelsOf(0.5, 1, 0), burst, answers };
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
        evidence = withOutcome(evidence, { levelsAtStart: levelsOf(...at), burst, answers }, outcome);
        counting = concludeCounting(evidence, counting);
        for (const way of waysOfCounting) expect(Math.max(evidence[way].ofStart, evidence[way].ofAnswer)).toBeLessThanOrEqual(3);
      }
      for (let refusal = 0; refusal < 10; refusal += 1) {
        evidence = withOutcome(evidence, { levelsAtStart: levelsOf(-0.1, 1, 1), burst, answers }, "refused");
        evidence = withOutcome(evidence, { levelsAtStart: levelsOf(1, -1, -2), burst, answers }, "let_in");
      }
      for (let answer = 0; answer < 200; answer += 1) {
        evidence = withOutcome(evidence, { levelsAtStart: levelsOf(1, -1, -2), burst, answers }, "let_in");
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
  expect(of("started")).toEqual({ outputTokens: said });
});

test("until the headers' moment is known a level is only lowered, and only when it is clearly too high", () => {
  expect(believedOutput({ least: 0, most: 500 }, documentedCounting, burst)).toEqual({ producedTokens: { most: 750 } });
  expect(believedOutput({ most: 500 }, { way: "produced", tellsOfAnswer: true }, burst)).toEqual({ producedTokens: { most: 750 } });
});
