import { serviceSettingsSchema } from "@sluice/supervisor/settings";
import { z } from "zod";

export const demoSettingsSchema = serviceSettingsSchema.extend({
  SLUICE_DEMO_JOBS: z.coerce.number().int().min(1).max(1_319).default(100).describe("Questions that the demo asks."),
  SLUICE_DEMO_MODEL: z.string().default("claude-haiku-4-5").describe("Model that the demo asks."),
});

export type DemoSettings = z.output<typeof demoSettingsSchema>;

/** A pace that can be watched: five jobs in two seconds, a hundred of them, with start and end, in under a minute. */
export const demoRequestsPerMinute = 150;
