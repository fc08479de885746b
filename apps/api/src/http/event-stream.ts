// What all streams of server-sent events have in common.
import type { Response } from "express";
import { z } from "zod";

export const eventStreamHeaders = {
  "Content-Type": "text/event-stream",
  "Cache-Control": "no-cache, no-transform",
  // nginx holds streams back otherwise.
  "X-Accel-Buffering": "no",
};

export const lastEventIdHeader = z
  .string()
  .regex(/^\d{1,9}$/, "must be the id of an event of this stream")
  .transform(Number)
  .optional()
  .meta({ description: "The last event the client has.", example: "2", override: { type: "string" } });

/** A client that does not read is let go when this much waits for it; the final event is written whatever its size. */
const unreadBytesMax = 1_048_576;

export function writeToStream(response: Response, text: string): void {
  if (response.writableLength > unreadBytesMax) response.destroy();
  else if (response.writable) response.write(text);
}
