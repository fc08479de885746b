import { z } from "zod";
import { jsonAnswer } from "../http/answer.ts";
import { openOperation } from "../http/operation.ts";
import { noRequest } from "../http/request-schemas.ts";

export const livezOperation = openOperation({
  id: "livez",
  method: "get",
  path: "/livez",
  tag: "Health",
  summary: "Whether this process lives",
  description: "Asks nothing else: a process that answers need not be started again.",
  request: { ...noRequest, query: z.object({}) },
  answers: { 200: { description: "It lives.", content: { "application/json": z.object({ status: z.literal("live") }) } } },
  problems: {},
  handle: async () => jsonAnswer(200, { status: "live" }),
});
