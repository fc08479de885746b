import type { JobResult } from "@sluice/shared/jobs/job-result";
import type { RestReason } from "@sluice/shared/lanes/rest-lane";

/** What an attempt comes to, in one of four words. */
export type Outcome =
  | { word: "finished"; result: JobResult }
  /** Uses up one of the job's attempts; `afterMs` when Claude asked for a wait. */
  | { word: "retry"; cause: string; result: JobResult; afterMs: number }
  /** Uses up nothing: the whole lane waits. */
  | { word: "rest"; reason: RestReason; restMs: number }
  /** Never again. */
  | { word: "failed"; cause: string; result: JobResult };
