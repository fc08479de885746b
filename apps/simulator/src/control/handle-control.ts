import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { readBody } from "../http/read-body.ts";
import { sendJson } from "../http/send-json.ts";
import { controlRoutes } from "./control-routes.ts";
import type { SimulatorControl } from "./control.ts";
import { toSnakeCase } from "./snake-case.ts";

const bodyBytesMax = 1024 * 1024;

export interface ControlRequest {
  request: IncomingMessage;
  response: ServerResponse;
  path: string;
  query: URLSearchParams;
}

/** Requests under `/simulator`: no key, small JSON bodies, errors as `{ "error": "…" }`. Meant for loopback only. */
export async function handleControl(control: SimulatorControl, { request, response, path, query }: ControlRequest): Promise<void> {
  const operations = controlRoutes[path];
  if (!operations) return sendJson(response, 404, { error: "Not found.", paths: Object.keys(controlRoutes) });
  const operation = operations[request.method ?? "GET"];
  if (!operation) return sendJson(response, 405, { error: `Use ${Object.keys(operations).join(" or ")}.` });
  const body = await readBody(request, bodyBytesMax);
  if (body.kind !== "complete") return sendJson(response, 413, { error: "The body is too large." });

  const gone = new AbortController();
  response.once("close", () => gone.abort());
  try {
    const input: unknown = body.text.trim() === "" ? {} : JSON.parse(body.text);
    const answer = await operation(control, { input, query: Object.fromEntries(query), gone: gone.signal });
    sendJson(response, 200, toSnakeCase(answer));
  } catch (error) {
    sendJson(response, 400, { error: problemOf(error) });
  }
}

function problemOf(error: unknown): string {
  if (error instanceof z.ZodError) return z.prettifyError(error);
  return error instanceof Error ? error.message : String(error);
}
