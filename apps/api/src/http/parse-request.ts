import type { Request, Response } from "express";
import { z } from "zod";
import { Problem } from "../problems/problem.ts";
import { readJsonBody } from "./read-json-body.ts";
import type { RequestSchemas } from "./request-schemas.ts";
import { describeMissing, validationIssues } from "./validation-issues.ts";

const noBytes = Buffer.alloc(0);

/**
 * Reads and validates a request. The body comes last: a request that is refused for its head is refused without it.
 *
 * @throws Problem `invalid_request`: 400 for headers and query, 422 for the body's fields; those of {@link readJsonBody}
 */
export async function parseRequest<Schemas extends RequestSchemas>(
  schemas: Schemas,
  request: Request,
  response: Response,
): Promise<{
  params: z.output<Schemas["params"]>;
  query: z.output<Schemas["query"]>;
  headers: z.output<Schemas["headers"]>;
  body: z.output<Schemas["body"]>;
  bodyBytes: Buffer;
}> {
  const params = validate<Schemas["params"]>(schemas.params, request.params, 400, "The path does not fit.");
  const query = validate<Schemas["query"]>(schemas.query, request.query, 400, "A query parameter does not fit.");
  const headers = validate<Schemas["headers"]>(schemas.headers, namedHeaders(schemas.headers, request), 400, "A header does not fit.");
  const takesBody = !(schemas.body instanceof z.ZodUndefined) && (hasBody(request) || !isOptional(schemas.body));
  const { value, bytes } = takesBody ? await readJsonBody(request, response) : { value: undefined, bytes: noBytes };
  const body = validate<Schemas["body"]>(schemas.body, value, 422, "The body does not fit.");
  return { params, query, headers, body, bodyBytes: bytes };
}

/** Whether the body may be left out. */
export function isOptional(body: z.ZodType): boolean {
  return body.safeParse(undefined).success;
}

function hasBody({ headers }: Request): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

function validate<Schema extends z.ZodType>(schema: Schema, value: unknown, status: 400 | 422, detail: string): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  // With a map of messages zod takes three times as long, so it is asked for them only when there is something to say.
  const { error = result.error } = schema.safeParse(value, { error: describeMissing });
  throw Problem.of("invalid_request", { status, detail: `${detail} See \`issues\`.`, issues: validationIssues(error) });
}

/** The headers a schema names, under the names it gives them. */
function namedHeaders(schema: z.ZodObject, { headers }: Request): Record<string, unknown> {
  const named: Record<string, unknown> = {};
  for (const name in schema.shape) named[name] = headers[name.toLowerCase()];
  return named;
}
