import { randomFillSync } from "node:crypto";
import { decodeTime, monotonicFactory } from "ulid";

/** The library asks for one random number per character; asking the system each time took a tenth of a submission's processor time. */
const randomBytes = new Uint8Array(4_096);
let randomBytesUsed = randomBytes.length;

function random(): number {
  if (randomBytesUsed === randomBytes.length) {
    randomFillSync(randomBytes);
    randomBytesUsed = 0;
  }
  return (randomBytes[randomBytesUsed++] ?? 0) / 256;
}

const nextUlid = monotonicFactory(random);

/** Time-ordered ids: sorting them as text sorts by the time of making, also within one millisecond of one process. */
export function newJobId(): string {
  return `job_${nextUlid()}`;
}

const ulidPattern = "[0-9A-HJKMNP-TV-Z]{26}";
const jobIdPattern = new RegExp(`^job_${ulidPattern}$`);

/** Whether a text from outside can be a job's id at all; anything else needs no look-up. */
export function isJobId(text: string): boolean {
  return jobIdPattern.test(text);
}

/** When an id was made, in ms, by the clock of the process that made it. */
export function timeOfJobId(jobId: string): number {
  return decodeTime(jobId.slice("job_".length));
}

/** A job reaches one final state, so its event and delivery have one id each, the same however often they are made. */
export function eventIdOfJob(jobId: string): string {
  return `evt_${jobId.slice("job_".length)}`;
}

export function deliveryIdOfJob(jobId: string): string {
  return `del_${jobId.slice("job_".length)}`;
}
