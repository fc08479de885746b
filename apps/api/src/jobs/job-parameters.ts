import { z } from "zod";

/** Anything may be asked for: what cannot be an id is simply not found. */
export const jobIdParams = z.object({
  id: z.string().meta({ description: "The job's id.", example: "job_01KAV2M8Q4V6T0Z7J3C5R9XWNB" }),
});
