import { isJobId } from "@sluice/shared/jobs/job-id";
import { z } from "zod";

/** Says how the rest is to be read, so that another form can follow. */
const version = "1:";

/** Where a page of a list ended, for clients to hand back without looking into it. */
export function writeCursor(jobId: string): string {
  return Buffer.from(version + jobId).toString("base64url");
}

/** A query parameter that takes a cursor and gives the job's id. */
export const cursorParameter = z
  .string("must be given once")
  .transform((cursor, context) => {
    const text = Buffer.from(cursor, "base64url").toString();
    const id = text.slice(version.length);
    // Also refuses what merely decodes to the same: there is one cursor for one place.
    if (text.startsWith(version) && isJobId(id) && writeCursor(id) === cursor) return id;
    context.addIssue({ code: "custom", message: "must be the `next` of an earlier page" });
    return z.NEVER;
  })
  .optional()
  .meta({ description: "`next` of the page before.", override: { type: "string" } });
