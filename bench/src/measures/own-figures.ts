import { z } from "zod";

/** What only a contestant itself can tell: how its estimates and its fetching went. */
export const ownFiguresSchema = z.object({
  /** Jobs that were fetched and put back before they were sent, since the budgets had no room for long or the lane rested; for each job. */
  putBacksPerJob: z.number(),
  /** Tokens estimated ÷ tokens used, over all answers; null without any. */
  estimatedByUsed: z.object({ inputTokens: z.number().nullable(), outputTokens: z.number().nullable() }),
});
export type OwnFigures = z.output<typeof ownFiguresSchema>;

const tokens = z.object({ inputTokens: z.number(), outputTokens: z.number() });
const answeredLine = tokens.extend({ event: z.literal("job.attempted"), estimated: tokens });
const putBackLine = z.object({ event: z.literal("job.put_back") });

/** From the log of Sluice's workers. */
export function ownFigures(lines: readonly unknown[], jobs: number): OwnFigures {
  const answered = lines.flatMap((line) => answeredLine.safeParse(line).data ?? []);
  const share = (name: keyof z.output<typeof tokens>): number | null => {
    const used = answered.reduce((sum, line) => sum + line[name], 0);
    return used === 0 ? null : answered.reduce((sum, line) => sum + line.estimated[name], 0) / used;
  };
  return {
    putBacksPerJob: lines.filter((line) => putBackLine.safeParse(line).success).length / jobs,
    estimatedByUsed: { inputTokens: share("inputTokens"), outputTokens: share("outputTokens") },
  };
}
