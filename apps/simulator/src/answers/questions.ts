import { readFileSync } from "node:fs";
import { z } from "zod";

export interface Question {
  readonly id: string;
  readonly question: string;
  readonly answer: string;
}

const lineSchema = z.object({ id: z.string(), question: z.string().min(1), answer: z.string() });

/** Where a question is looked for inside a prompt: at the first this many characters of it, spaces reduced. */
const headCharacters = 32;

/** No question is looked for in the depths of a long document. */
const searchedCharactersMax = 8192;

/** Questions with known answers, found again in the prompts that quote them. */
export class Questions {
  readonly #byHead = new Map<string, { question: Question; text: string }[]>();

  constructor(questions: Iterable<Question>) {
    for (const question of questions) {
      const text = reduceSpaces(question.question);
      const head = text.slice(0, headCharacters);
      this.#byHead.set(head, [...(this.#byHead.get(head) ?? []), { question, text }]);
    }
  }

  /** The question that the prompt contains word for word, whatever stands before and after it. */
  findIn(prompt: string): Question | undefined {
    const text = reduceSpaces(prompt.slice(0, searchedCharactersMax));
    for (let start = 0; start !== -1 && start < text.length; start = nextWord(text, start)) {
      for (const candidate of this.#byHead.get(text.slice(start, start + headCharacters)) ?? []) {
        if (text.startsWith(candidate.text, start)) return candidate.question;
      }
    }
    return undefined;
  }
}

/**
 * Reads JSON lines of `{ "id", "question", "answer" }`.
 *
 * @throws an error naming the line that does not fit, or the one of `node:fs` when the file cannot be read
 */
export function readQuestions(file: string): Questions {
  const lines = readFileSync(file, "utf8").split("\n");
  const questions = lines.flatMap((line, index) => {
    if (line.trim() === "") return [];
    try {
      return [lineSchema.parse(JSON.parse(line))];
    } catch (cause) {
      throw new Error(`${file}, line ${index + 1}: not a question`, { cause });
    }
  });
  return new Questions(questions);
}

function reduceSpaces(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

function nextWord(text: string, start: number): number {
  const space = text.indexOf(" ", start);
  return space === -1 ? -1 : space + 1;
}
