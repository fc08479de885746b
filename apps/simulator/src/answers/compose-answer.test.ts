import { fileURLToPath } from "node:url";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { composeAnswer } from "./compose-answer.ts";
import { Questions, readQuestions } from "./questions.ts";
import { topicOf } from "./topic.ts";

const file = fileURLToPath(new URL("../../../../examples/gsm8k-test.jsonl", import.meta.url));
const questions = readQuestions(file);
const bundled = readFileSync(file, "utf8")
  .trim()
  .split("\n")
  .map((line): { question: string; answer: string } => JSON.parse(line));

describe("answers", () => {
  test("each bundled question gets its own number, at the end of the text and in the brief form", () => {
    expect(bundled).toHaveLength(1319);
    for (const { question, answer } of bundled) {
      const composed = composeAnswer(question, "1", questions);
      expect(composed.brief).toBe(`The answer is ${answer}.`);
      expect(composed.text.endsWith(composed.brief)).toBe(true);
    }
  });

  test("a question is found inside a prompt, with other words and spaces around it", () => {
    const { question, answer } = bundled[5] ?? { question: "", answer: "" };
    const prompt = `You are a careful tutor.\nSolve this:\n\n${question.replaceAll(" ", "  ")}\n\nGive only the number.`;
    expect(composeAnswer(prompt, "1", questions).brief).toBe(`The answer is ${answer}.`);
  });

  test("a question that was changed is not known", () => {
    const { question } = bundled[5] ?? { question: "" };
    expect(questions.findIn(question.replace("glass", "cup"))).toBeUndefined();
  });

  test("other prompts get a text about their topic", () => {
    const { text, brief } = composeAnswer("Please explain to me the history of lighthouses.", "1", questions);
    expect(text).toContain("history of lighthouses");
    expect(text.startsWith(brief)).toBe(true);
  });

  test("the same seed and prompt give the same answer, another seed often another", () => {
    const prompts = Array.from({ length: 20 }, (_, index) => `What is topic ${index}?`);
    const answers = (seed: string) => prompts.map((prompt) => composeAnswer(prompt, seed, questions).text);
    expect(answers("1")).toEqual(answers("1"));
    expect(answers("2")).not.toEqual(answers("1"));
  });

  test("no prompt is too strange to be answered", () => {
    for (const prompt of ["", " ", "?!", "\n\n", "the a an", "🙂", "x".repeat(100_000)]) {
      expect(composeAnswer(prompt, "1", new Questions([])).text.length).toBeGreaterThan(20);
    }
    expect(topicOf("the")).not.toBe("");
  });
});
