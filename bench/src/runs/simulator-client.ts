import { z } from "zod";
import type { LaneLimits } from "@sluice/shared/limits/tiers";
import { type Exchange, requestLogSchema } from "../measures/exchange.ts";

const statsSchema = z.object({ requests: z.object({ messages: z.number() }) });

/** The simulator keeps this many requests in its log. */
const logLengthMax = 20_000;

/**
 * All requests of a run.
 *
 * @throws when there were more than the simulator remembers: figures from a part of them would be wrong
 */
export async function readExchanges(simulatorUrl: string): Promise<Exchange[]> {
  const stats = statsSchema.parse(await getJson(`${simulatorUrl}/simulator/stats`));
  if (stats.requests.messages > logLengthMax) {
    throw new Error(`There were ${stats.requests.messages} requests, and the simulator remembers the last ${logLengthMax} only.`);
  }
  return requestLogSchema.parse(await getJson(`${simulatorUrl}/simulator/requests?limit=${logLengthMax}`)).data;
}

export async function changeLimits(simulatorUrl: string, limits: Partial<LaneLimits>): Promise<void> {
  const { requestsPerMinute, inputTokensPerMinute, outputTokensPerMinute } = limits;
  const response = await fetch(`${simulatorUrl}/simulator/limits`, {
    method: "PUT",
    body: JSON.stringify({
      requests_per_minute: requestsPerMinute,
      input_tokens_per_minute: inputTokensPerMinute,
      output_tokens_per_minute: outputTokensPerMinute,
    }),
  });
  if (!response.ok) throw new Error(`The simulator did not take the limits: ${await response.text()}`);
}

async function getJson(url: string): Promise<unknown> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} was answered with ${response.status}`);
  return await response.json();
}
