import { isoTime } from "../inspection/stats.ts";
import type { Limits } from "../limits/limits.ts";
import type { SimulatorControl } from "./control.ts";
import { faultSchema, heldQuerySchema, holdSchema, limitsChangeSchema, releaseSchema, requestsQuerySchema } from "./schemas.ts";

interface Input {
  /** The parsed body, `{}` when there is none. */
  input: unknown;
  query: Record<string, string>;
  /** Aborted when the client is gone. */
  gone: AbortSignal;
}

/** Answers 200 with what it returns, in snake_case; a thrown ZodError or RangeError becomes a 400. */
type Operation = (control: SimulatorControl, input: Input) => unknown;

export const controlRoutes: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  "/simulator/stats": { GET: (control) => control.stats() },
  "/simulator/requests": { GET: listRequests },
  "/simulator/reset": {
    POST(control) {
      control.reset();
      return {};
    },
  },
  "/simulator/limits": { GET: (control) => control.limits(), PUT: changeLimits },
  "/simulator/faults": {
    GET: (control) => control.faults(),
    POST: addFault,
    DELETE(control) {
      control.clearFaults();
      return control.faults();
    },
  },
  "/simulator/hold": { POST: hold },
  "/simulator/held": { GET: waitForHeld },
  "/simulator/release": { POST: release },
};

function listRequests(control: SimulatorControl, { query }: Input): unknown {
  const { limit } = requestsQuerySchema.parse(query);
  const data = control.requests(limit).map(({ arrivedAtMs, endedAtMs, ...exchange }) => ({
    ...exchange,
    outputTokens: Math.round(exchange.outputTokens),
    arrivedAt: isoTime(arrivedAtMs),
    durationMs: endedAtMs === null ? null : Math.round(endedAtMs - arrivedAtMs),
  }));
  return { data };
}

function changeLimits(control: SimulatorControl, { input }: Input): unknown {
  const change = limitsChangeSchema.parse(input);
  const limits: Partial<Limits> = {};
  if (change.requests_per_minute !== undefined) limits.requestsPerMinute = change.requests_per_minute;
  if (change.input_tokens_per_minute !== undefined) limits.inputTokensPerMinute = change.input_tokens_per_minute;
  if (change.output_tokens_per_minute !== undefined) limits.outputTokensPerMinute = change.output_tokens_per_minute;
  if (change.burst_seconds !== undefined) limits.burstSeconds = change.burst_seconds;
  control.setLimits(limits, change.pool);
  return control.limits();
}

function addFault(control: SimulatorControl, { input }: Input): unknown {
  const wanted = faultSchema.parse(input);
  if ("rate" in wanted) control.setFaultRate(wanted.fault, wanted.rate);
  else {
    const { fault, count, containing, retry_after_seconds: retryAfterSeconds, delay_ms: delayMs } = wanted;
    control.failNext(fault, { count, containing, retryAfterSeconds, delayMs });
  }
  return control.faults();
}

function hold(control: SimulatorControl, { input }: Input): unknown {
  const { count } = holdSchema.parse(input);
  if (count === "all") control.holdAll();
  else control.holdNext(count);
  return heldReport(control);
}

/** Long poll: answers when `count` are held, after `wait_seconds` with what is held then, at once by default. */
async function waitForHeld(control: SimulatorControl, { query, gone }: Input): Promise<unknown> {
  const { count, wait_seconds: seconds } = heldQuerySchema.parse(query);
  const ended = new AbortController();
  const end = () => ended.abort();
  const timer = setTimeout(end, seconds * 1000);
  gone.addEventListener("abort", end);
  await control.waitForHeld(count, ended.signal);
  clearTimeout(timer);
  return heldReport(control);
}

function release(control: SimulatorControl, { input }: Input): unknown {
  const wanted = releaseSchema.parse(input);
  const released =
    "id" in wanted ? Number(control.release(wanted.id)) : "count" in wanted ? control.releaseOldest(wanted.count) : control.releaseAll();
  return { released, ...heldReport(control) };
}

/** `to_hold` is null when all are: JSON has no infinity. */
function heldReport(control: SimulatorControl): { held: object[]; toHold: number | null } {
  const toHold = control.toHold();
  return {
    held: control.held().map(({ heldSinceMs, ...request }) => ({ ...request, heldSince: isoTime(heldSinceMs) })),
    toHold: Number.isFinite(toHold) ? toHold : null,
  };
}
