// What the bench and a contestant's process say to each other.
import { z } from "zod";
import { ownFiguresSchema } from "../measures/own-figures.ts";
import { peerNames } from "../peers/catalog.ts";

const limits = z.object({ requestsPerMinute: z.number(), inputTokensPerMinute: z.number(), outputTokensPerMinute: z.number() });

const context = z.object({
  baseUrl: z.string(),
  apiKey: z.string(),
  model: z.string(),
  limits,
  concurrency: z.number(),
  workers: z.number(),
});

const job = z.object({ id: z.string(), prompt: z.string(), maxTokens: z.number(), atMs: z.number() });

export const orderSchema = z.discriminatedUnion("order", [
  z.object({ order: z.literal("start"), peer: z.enum(peerNames), context }),
  z.object({ order: z.literal("run"), jobs: z.array(job) }),
  /** The time is over: what is not done by now is unfinished. */
  z.object({ order: z.literal("end") }),
  z.object({ order: z.literal("stop") }),
]);
export type Order = z.output<typeof orderSchema>;

const toldStart = z.object({ jobId: z.string(), toldAtMs: z.number(), expectedAtMs: z.number() });

export const reportSchema = z.discriminatedUnion("report", [
  z.object({ report: z.literal("started") }),
  z.object({
    report: z.literal("ran"),
    outcomes: z.array(z.enum(["done", "lost", "unfinished"])),
    toldStarts: z.array(toldStart),
    ownFigures: ownFiguresSchema.nullable(),
  }),
  z.object({ report: z.literal("stopped") }),
  z.object({ report: z.literal("broke"), message: z.string() }),
]);
export type Report = z.output<typeof reportSchema>;
