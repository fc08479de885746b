import type { VisibleOutput } from "@sluice/shared/estimates/usage-store";
import { z } from "zod";
import type { AnswerProgress } from "../provider/answer-progress.ts";
import type { ClaudeMessage } from "../provider/claude-answer.ts";

const detailsSchema = z.object({ thinking_tokens: z.number().min(0) });

/** Characters of a token; anything else is a gateway's mistake, which must not be learned. */
const [perTokenMin, perTokenMax] = [0.2, 20];

/** How many of an answer's tokens were seen as text, and how much text that was; undefined: nothing was seen, or how many were thinking is not known. */
export function visibleOutput(
  { usage }: ClaudeMessage,
  outputTokens: number,
  progress: AnswerProgress | undefined,
): VisibleOutput | undefined {
  if (progress === undefined || progress.characters === 0) return undefined;
  const details = detailsSchema.safeParse(usage["output_tokens_details"]);
  if (!details.success && progress.hiddenMs > 0) return undefined;
  const tokens = outputTokens - (details.success ? details.data.thinking_tokens : 0);
  const perToken = progress.characters / tokens;
  return perToken >= perTokenMin && perToken <= perTokenMax ? { characters: progress.characters, tokens } : undefined;
}
