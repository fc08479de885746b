import type { Questions } from "./questions.ts";
import { choose, type Random, randomOf } from "./random.ts";
import { topicOf } from "./topic.ts";

export interface ComposedAnswer {
  text: string;
  /** The same in one sentence, for a `max_tokens` that the text does not fit. */
  brief: string;
}

/** What Claude might say to the prompt: the known number for a known question, else a few sentences on its topic. */
export function composeAnswer(prompt: string, seed: string, questions: Questions): ComposedAnswer {
  const random = randomOf(seed, prompt);
  const known = questions.findIn(prompt);
  return known ? workedAnswer(known.question, known.answer, random) : topicAnswer(prompt, random);
}

const openings = ["Let's work through this step by step.", "Here is how the numbers come together.", "Taking it one fact at a time:"];
const conclusions = ["Putting these together gives", "Working that out gives", "Combining these facts, we get"];

function workedAnswer(question: string, answer: string, random: Random): ComposedAnswer {
  const sentences = question.split(/(?<=[.?!])\s+/).map((sentence) => sentence.trim());
  const facts = sentences.filter((sentence) => /\d|half|twice|double|third|quarter|each|every/i.test(sentence) && !sentence.endsWith("?"));
  const steps = (facts.length > 0 ? facts : sentences).slice(0, 4).map((fact, index) => `${index + 1}. ${fact}`);
  const brief = `The answer is ${answer}.`;
  return {
    text: `${choose(random, openings)}\n\n${steps.join("\n")}\n\n${choose(random, conclusions)} ${answer}.\n\n${brief}`,
    brief,
  };
}

const beginnings = ["The short version of", "The main thing to know about", "A good way to look at", "In brief, on"];
const middles = [
  "It helps to separate what is given from what is asked, and to take the parts one at a time.",
  "Two things matter most: where it starts from, and what it is meant to lead to.",
  "The details depend on the circumstances, but the outline is the same in most cases.",
  "It is easier to judge with one concrete example in mind than in general terms.",
];
const endings = [
  "Tell me which part matters to you and I can go into it.",
  "From there the next step is usually clear.",
  "If you can share more context, the answer can be made more exact.",
];

function topicAnswer(prompt: string, random: Random): ComposedAnswer {
  const topic = topicOf(prompt);
  const brief = `${choose(random, beginnings)} “${topic}”: ${choose(random, middles)}`;
  return { text: `${brief} ${choose(random, middles)} ${choose(random, endings)}`, brief };
}
