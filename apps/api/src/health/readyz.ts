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
  description: "Redis answers within a second, and the process is not shutting down.",
  request: { ...noRequest, query: z.object({}) },
  answers: { 200: { description: "It can.", content: { "application/json": z.object({ status: z.literal("ready") }) } } },
  problems: { unavailable: [503] },
  async handle({ context }) {
    if (context.isDraining()) throw unavailable("This process is shutting down.");
    if (!(await answersInTime(context.redis))) throw unavailable("Redis does not answer.");
    return jsonAnswer(200, { status: "ready" });
  },
});

async function answersInTime(redis: Redis): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), redisTimeoutMs);
  });
  const pong = redis.ping().then(
    () => true,
    () => false,
  );
  const answers = await Promise.race([pong, timeout]);
  clearTimeout(timer);
  return answers;
}
