import type { JobView } from "@sluice/shared/jobs/job-view";
import type { ToldStart } from "../measures/start-times.ts";

/** How often that many of the waiting jobs are asked, evenly over all. */
const askIntervalMs = 5_000;
const askedAtOnce = 20;

/** What Sluice tells of when jobs start: with the 202, and while they wait. */
export class ToldStartTimes {
  readonly told: ToldStart[] = [];
  readonly #read: (id: string) => Promise<JobView>;
  /** Ids of jobs that waited when last heard of. */
  readonly #waiting = new Set<string>();
  #askedAtMs = performance.now();

  constructor(read: (id: string) => Promise<JobView>) {
    this.#read = read;
  }

  note({ id, custom_id: jobId, queue }: JobView): void {
    const expectedAt = queue?.estimated_start_at;
    if (jobId === null || typeof expectedAt !== "string") {
      this.#waiting.delete(id);
      return;
    }
    this.#waiting.add(id);
    this.told.push({ jobId, toldAtMs: Date.now(), expectedAtMs: Date.parse(expectedAt) });
  }

  /** Asks again when it is time. */
  async askWhenDue(): Promise<void> {
    if (performance.now() - this.#askedAtMs < askIntervalMs) return;
    this.#askedAtMs = performance.now();
    const ids = [...this.#waiting];
    const step = Math.max(1, ids.length / askedAtOnce);
    for (let place = 0; place < ids.length; place += step) this.note(await this.#read(ids[Math.floor(place)] ?? ""));
  }
}
