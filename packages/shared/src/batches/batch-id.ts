// Ids of batches, and of what belongs to one. The id of a line's job follows from the batch's id and the line's place, so a
// line that is expanded twice makes one job; and the jobs of a batch lie side by side in every index of jobs.
import { ulid } from "ulid";

/** The alphabet of a ULID, in order. */
const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** The last four digits of a job's ULID number the lines; the 60 random bits before them tell batches apart. */
const lineDigits = 4;

/** `api-contract.md`: lines of one batch. */
export const batchLinesMax = 100_000;

/**
 * A batch's own ULID has a higher digit at this place than those of all its lines: the event and delivery of its end, which are
 * named after it (finish-line.lua), have other ids than those of its jobs.
 */
const firstLineDigitMax = 3;

const prefix = "batch_";

export function newBatchId(): string {
  const id = ulid();
  const at = id.length - lineDigits;
  const above = firstLineDigitMax + 1 + (digits.indexOf(id.charAt(at)) % (digits.length - firstLineDigitMax - 1));
  return `${prefix}${id.slice(0, at)}${digits.charAt(above)}${id.slice(at + 1)}`;
}

const batchIdPattern = /^batch_[0-9A-HJKMNP-TV-Z]{26}$/;

/** Whether a text from outside can be a batch's id at all; anything else needs no look-up. */
export function isBatchId(text: string): boolean {
  return batchIdPattern.test(text);
}

/** @param line place in the batch, from 0; blank lines have none */
export function jobIdOfLine(batchId: string, line: number): string {
  let number = line;
  let text = "";
  for (let place = 0; place < lineDigits; place += 1) {
    text = digits.charAt(number % digits.length) + text;
    number = Math.floor(number / digits.length);
  }
  return `job_${batchId.slice(prefix.length, -lineDigits)}${text}`;
}

/** The place that {@link jobIdOfLine} has put into a job's id; of a job outside of batches it says nothing. */
export function lineOfJobId(jobId: string): number {
  return jobId
    .slice(-lineDigits)
    .split("")
    .reduce((number, digit) => number * digits.length + digits.indexOf(digit), 0);
}
