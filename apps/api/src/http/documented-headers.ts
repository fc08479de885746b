// Headers of answers that several operations document.
import { z } from "zod";

export const retryAfterHeader = z.string().meta({ description: "Seconds until it is worth asking again.", example: "2" });
export const preferenceAppliedHeader = z.string().optional().meta({ description: "The preferences of `Prefer` that were respected." });
export const etagHeader = z.string().meta({ description: "Strong validator of a final job.", example: '"q1sX…"' });
