// The jobs of the demo in the view that `sluice run` has.
import type { Job } from "@sluice/client/jobs";
import type { Sluice } from "@sluice/client/sluice";
import { doneOf, paceOf, RecentRate } from "@sluice/cli/run/run-progress";
import type { RunCounts, RunPace } from "@sluice/cli/run/run-progress";
import { openScreen } from "@sluice/cli/run/screen";
import { z } from "zod";

export interface JobWatch {
  /** Takes a job that is final. */
  add: (job: Job) => void;
  end: () => void;
}

const usageSchema = z.object({ input_tokens: z.number(), output_tokens: z.number() });

const paceEveryMs = 1_000;
const frameEveryMs = 250;

/** Shows how far so many jobs are, until it is told to end. */
export function watchJobs(client: Sluice, total: number): JobWatch {
  const screen = openScreen(process.stdout, process.stdout.isTTY && process.stdout.hasColors());
  const startedAtMs = Date.now();
  const counts: RunCounts = { total, queued: total, running: 0, succeeded: 0, failed: 0, canceled: 0, expired: 0 };
  const tokens = { input: 0, output: 0 };
  const rate = new RecentRate();
  let costUsd = 0;
  let pace: RunPace | undefined;

  const show = () => {
    const left = total - doneOf(counts);
    const nowMs = Date.now();
    rate.add(doneOf(counts), nowMs);
    screen.show({
      title: `${total} questions`,
      counts: { ...counts, queued: left - counts.running },
      elapsedMs: nowMs - startedAtMs,
      leftMs: pace === undefined || pace.limitPerMinute === 0 ? undefined : (left * 60_000) / pace.limitPerMinute,
      ratePerMinute: rate.perMinute(nowMs),
      pace,
      tokens,
      costUsd: doneOf(counts) === 0 ? undefined : costUsd,
      notice: undefined,
    });
  };
  const readPace = async () => {
    const lanes = await client.limits();
    pace = paceOf(lanes, Date.now());
    const running = lanes.reduce((sum, lane) => sum + lane.running, 0);
    counts.running = Math.min(running, total - doneOf(counts));
  };
  // A reading that fails is made up for by the next one.
  const reading = setInterval(() => void readPace().catch(() => {}), paceEveryMs);
  const drawing = setInterval(show, frameEveryMs);
  return {
    add({ status, usage, cost_usd: cost }) {
      if (status !== "queued" && status !== "running") counts[status] += 1;
      counts.running = Math.min(counts.running, total - doneOf(counts));
      const { data } = usageSchema.safeParse(usage);
      tokens.input += data?.input_tokens ?? 0;
      tokens.output += data?.output_tokens ?? 0;
      costUsd += cost ?? 0;
    },
    end() {
      clearInterval(reading);
      clearInterval(drawing);
      show();
      screen.end();
    },
  };
}
