/** States of a job. The last four are final: the first of them that is written stays. */
export const jobStatuses = ["queued", "running", "succeeded", "failed", "canceled", "expired"] as const;
export type JobStatus = (typeof jobStatuses)[number];

export const finalStatuses = ["succeeded", "failed", "canceled", "expired"] as const satisfies JobStatus[];
export type FinalStatus = (typeof finalStatuses)[number];

export function isFinal(status: JobStatus): status is FinalStatus {
  return status !== "queued" && status !== "running";
}
