import { readFile } from "node:fs/promises";
import { z } from "zod";

const questionSchema = z.object({ id: z.string(), question: z.string(), answer: z.string() });
export type Question = z.output<typeof questionSchema>;

/** Grade-school problems with known answers (GSM8K, MIT licence; see examples/LICENSE-gsm8k.md). */
const questionsFile = new URL("../../../examples/gsm8k-test.jsonl", import.meta.url);

export async function readQuestions(count: number): Promise<Question[]> {
  const lines = (await readFile(questionsFile, "utf8")).trim().split("\n").slice(0, count);
  return lines.map((line) => questionSchema.parse(JSON.parse(line)));
}

/** Whether an answer's last number is the right one. */
export function isRight(answer: string, { answer: expected }: Question): boolean {
  const numbers = answer.replaceAll(",", "").match(/-?\d+(\.\d+)?/g);
  return Number(numbers?.at(-1)) === Number(expected.replaceAll(",", ""));
}
