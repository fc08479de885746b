// Settings of the webhooks, in the form of config/settings.ts.
import { z } from "zod";
import { parseAddressRange } from "./address-guard.ts";
import type { WebhookPolicy } from "./address-guard.ts";
import { defaultScheduleMs } from "./delivery-schedule.ts";

/** Ports on which speaking HTTP to a stranger's service does harm: SSH, mail, DNS, Docker, Redis, Elasticsearch, kubelet. */
const portsNeverAllowed = [22, 25, 53, 2_375, 6_379, 9_200, 10_250];

const listed = (text: string): string[] =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");

const addressRange = z.string().transform((text, context) => {
  try {
    return parseAddressRange(text);
  } catch {
    context.addIssue({ code: "custom", message: "must be networks like 10.0.0.0/8, separated by commas" });
    return z.NEVER;
  }
});

const port = z.coerce
  .number<string>("must be port numbers, separated by commas")
  .int()
  .min(1)
  .max(65_535)
  .refine((value) => !portsNeverAllowed.includes(value), "has a port that webhooks may never use");

const delaySeconds = z.coerce
  .number<string>("must be numbers of seconds, separated by commas")
  .min(0)
  .max(7 * 86_400);

export const webhookSettings = {
  SLUICE_PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .default("http://localhost:3000")
    .describe("Where clients reach the API; begins the links in webhooks."),
  SLUICE_WEBHOOK_ALLOW_PRIVATE: z
    .string()
    .default("")
    .transform(listed)
    .pipe(z.array(addressRange))
    .describe("Private networks that webhooks may reach, on any port and also by `http:`, e.g. `127.0.0.0/8,10.1.0.0/16`."),
  SLUICE_WEBHOOK_PORTS: z
    .string()
    .default("443,8443")
    .transform(listed)
    .pipe(z.array(port).min(1))
    .describe("Ports that webhooks may reach at public addresses."),
  SLUICE_WEBHOOK_TIMEOUT_SECONDS: z.coerce
    .number()
    .min(0.1)
    .max(30)
    .default(15)
    .describe("How long one attempt at a webhook may take, from the look-up of the name to the end of the answer."),
  SLUICE_WEBHOOK_SCHEDULE_SECONDS: z
    .string()
    .default(defaultScheduleMs.map((ms) => ms / 1_000).join(","))
    .transform(listed)
    .pipe(z.array(delaySeconds).min(1).max(50))
    .describe("Wait before each attempt at a webhook, the first included; as many attempts as numbers."),
  SLUICE_WEBHOOK_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000)
    .default(50)
    .describe("Webhooks that one worker process sends at the same time."),
} as const;

type WebhookSettings = z.output<z.ZodObject<typeof webhookSettings>>;

/** What the checks of URLs and addresses need of the settings. */
export function webhookPolicy(settings: Pick<WebhookSettings, "SLUICE_WEBHOOK_ALLOW_PRIVATE" | "SLUICE_WEBHOOK_PORTS">): WebhookPolicy {
  return { allowPrivate: settings.SLUICE_WEBHOOK_ALLOW_PRIVATE, ports: settings.SLUICE_WEBHOOK_PORTS };
}

/** What the delivery worker needs of the settings, durations in ms. */
export function deliveryOptions(settings: Omit<WebhookSettings, "SLUICE_PUBLIC_URL">) {
  return {
    policy: webhookPolicy(settings),
    timeoutMs: Math.round(settings.SLUICE_WEBHOOK_TIMEOUT_SECONDS * 1_000),
    scheduleMs: settings.SLUICE_WEBHOOK_SCHEDULE_SECONDS.map((seconds) => seconds * 1_000),
    concurrency: settings.SLUICE_WEBHOOK_CONCURRENCY,
  };
}
