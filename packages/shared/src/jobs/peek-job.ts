import type { Redis } from "ioredis";
import { z } from "zod";
import { tenantKeys } from "../redis/keys.ts";
import { Script } from "../redis/script.ts";
import { jobSpecSchema } from "./job-record.ts";
import type { JobSpec } from "./job-record.ts";
import { messageParamsSchema } from "./job-request.ts";
import type { MessageParams } from "./job-request.ts";
import { finalStatuses } from "./job-status.ts";
import type { FinalStatus } from "./job-status.ts";
import { unpackBody } from "./stored-body.ts";

const script = new Script(new URL("peek-job.lua", import.meta.url));

export type PeekReply =
  | { outcome: "waiting"; spec: JobSpec; params: MessageParams }
  | { outcome: "final"; status: FinalStatus }
  | { outcome: "expired" | "missing" };

const text = z.instanceof(Buffer).transform(String);
const replySchema = z.union([
  z.tuple([text.pipe(z.literal("waiting")), text, z.instanceof(Buffer)]),
  z.tuple([text.pipe(z.literal("final")), text.pipe(z.enum(finalStatuses))]),
  z.tuple([text.pipe(z.enum(["expired", "missing"]))]),
]);

/** The job as the next attempt would find it: what to send and under which terms, or why there is nothing to send. */
export async function peekJob(redis: Redis, tenant: string, id: string): Promise<PeekReply> {
  const keys = tenantKeys(tenant);
  const reply = replySchema.parse(await script.run(redis, [keys.job(id), keys.jobParams(id)], []));
  if (reply[0] === "waiting") {
    const [outcome, spec, params] = reply;
    return { outcome, spec: jobSpecSchema.parse(JSON.parse(spec)), params: messageParamsSchema.parse(await unpackBody(params)) };
  }
  return reply[0] === "final" ? { outcome: reply[0], status: reply[1] } : { outcome: reply[0] };
}
