// Jobs whose prompts have a given size. Everything is drawn from the job's number: all contestants get the same jobs.
import { createHash } from "node:crypto";
import type { Job } from "../peers/peer.ts";
import type { Range } from "./scenario.ts";

/** Above every answer of the scenarios, as people set it. */
const maxTokens = 1_024;

/** What the simulator counts (and Claude, roughly). */
const charactersPerToken = 2.5;

export interface JobsToMake {
  count: number;
  atMs: number;
  /** Number of the first one. */
  from?: number;
  /** Tokens of a prompt, by the job's draw from 0 up to 1. */
  promptTokens: (draw: number) => number;
}

export function makeJobs({ count, atMs, from = 0, promptTokens }: JobsToMake): Job[] {
  return Array.from({ length: count }, (_, index) => {
    const id = String(from + index).padStart(6, "0");
    return { id, prompt: promptOf(id, promptTokens(drawOf(id))), maxTokens, atMs };
  });
}

export function evenly({ min, max }: Range): (draw: number) => number {
  return (draw) => min + (max - min) * draw;
}

/** As many small ones between 20 and 40 as large ones between 1,000 and 2,000. */
export function evenlyByMagnitude({ min, max }: Range): (draw: number) => number {
  return (draw) => min * (max / min) ** draw;
}

/** Mean of {@link evenlyByMagnitude}. */
export function meanByMagnitude({ min, max }: Range): number {
  return (max - min) / Math.log(max / min);
}

function drawOf(id: string): number {
  return Number.parseInt(createHash("sha1").update(id).digest("hex").slice(0, 8), 16) / 2 ** 32;
}

const text =
  "Here is a note a customer sent us. Say in a few words what they want, whether it is urgent, and who should answer it. " +
  "The note: since the update of last week the export stops at row four hundred, and the invoice shows one position twice. ";

function promptOf(id: string, tokens: number): string {
  const characters = Math.round(tokens * charactersPerToken);
  return `Job ${id}. ${text.repeat(Math.ceil(characters / text.length))}`.slice(0, Math.max(12, characters));
}
