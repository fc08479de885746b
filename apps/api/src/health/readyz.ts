import { writeProbeKey } from "@sluice/shared/redis/keys";
import { redisUnavailability } from "@sluice/shared/redis/unavailable";
import type { Redis } from "ioredis";
import { z } from "zod";
import { jsonAnswer } from "../http/answer.ts";
import { openOperation } from "../http/operation.ts";
import { noRequest } from "../http/request-schemas.ts";
import { unavailable } from "../problems/problem-of-error.ts";

const redisTimeoutMs = 1_000;

export const readyzOperation = openOperation({
  id: "readyz",
  method: "get",
  path: "/readyz",
  tag: "Health",
  summary: "Whether this process can work",
  description:
    "Redis answers within a second, and the process is not shutting down. While Redis is full the process is ready, since results can be read, " +
    "and `accepting` is false.",
  request: { ...noRequest, query: z.object({}) },
  answers: {
    200: {
      description: "It can.",
      content: {
        "application/json": z.object({
          status: z.literal("ready"),
          accepting: z.boolean().meta({ description: "False while Redis takes no writes for lack of room: work is answered 503." }),
        }),
      },
    },
  },
  problems: { unavailable: [503] },
  async handle({ context }) {
    if (context.isDraining()) throw unavailable("This process is shutting down.");
    switch (await stateOf(context.redis)) {
      case "away":
        throw unavailable("Redis does not answer.");
      case "full":
        return jsonAnswer(200, { status: "ready", accepting: false });
      case "well":
        return jsonAnswer(200, { status: "ready", accepting: true });
    }
  },
});

async function stateOf(redis: Redis): Promise<"well" | "full" | "away"> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"away">((resolve) => {
    timer = setTimeout(() => resolve("away"), redisTimeoutMs);
  });
  // A write that Redis refuses like any other when it is full, and that changes nothing when it is not: no text is no change.
  const probe = redis.setrange(writeProbeKey, 0, "").then(
    () => "well" as const,
    (error: unknown) => (redisUnavailability(error) === "full" ? "full" : "away"),
  );
  return await Promise.race([probe, late]).finally(() => clearTimeout(timer));
}
