// An operation of the API: one value that is the route, the validation and the documentation.
import type { Caller } from "@sluice/shared/access/authenticator";
import type { Request, Response } from "express";
import type { z } from "zod";
import { authenticate } from "../access/authenticate.ts";
import type { ApiContext } from "../api-context.ts";
import type { ProblemCode, StatusOf } from "../problems/error-catalogue.ts";
import type { Answer } from "./answer.ts";
import { parseRequest } from "./parse-request.ts";
import { traceOf } from "./request-trace.ts";
import type { RequestSchemas } from "./request-schemas.ts";
import type { RequestTrace } from "./request-trace.ts";

/** What an operation documents of a status that is not a problem. */
interface DocumentedAnswer {
  description: string;
  headers?: z.ZodObject;
  /** By content type. */
  content?: Readonly<Record<string, z.ZodType>>;
}

interface Description {
  /** `operationId` of the document. */
  id: string;
  method: "get" | "post" | "patch" | "delete";
  /** With parameters in braces: `/v1/jobs/{id}`. */
  path: string;
  tag: "Jobs" | "Batches" | "Webhooks" | "Insight" | "Keys" | "Health" | "Documentation";
  summary: string;
  description?: string;
  answers: Readonly<Record<number, DocumentedAnswer>>;
  /** Besides `internal`, and `unauthorized` where a key is needed. */
  problems: { readonly [Code in ProblemCode]?: readonly StatusOf<Code>[] };
}

/** A request after authentication and validation. */
export interface Call<Schemas extends RequestSchemas> {
  params: z.output<Schemas["params"]>;
  query: z.output<Schemas["query"]>;
  headers: z.output<Schemas["headers"]>;
  body: z.output<Schemas["body"]>;
  /** The body as it was sent, after decompression. */
  bodyBytes: Buffer;
  context: ApiContext;
  trace: RequestTrace;
  /** HEAD: the answer's body is not sent. */
  isHead: boolean;
  /** Calls back when the client has gone away or has its whole answer. */
  whenGone: (listener: () => void) => void;
}

/** A call of somebody who is known. */
export interface KeyedCall<Schemas extends RequestSchemas> extends Call<Schemas> {
  caller: Caller;
}

export interface Operation extends Description {
  access: "key" | "none";
  request: RequestSchemas;
  /** @throws Problem, and what the handler throws */
  answer: (request: Request, response: Response, context: ApiContext) => Promise<Answer>;
}

/** An operation that needs a key, which is checked before anything else of the request is looked at. */
export function keyedOperation<Schemas extends RequestSchemas>({
  handle,
  ...description
}: Description & { request: Schemas; handle: (call: KeyedCall<Schemas>) => Promise<Answer> }): Operation {
  return {
    ...description,
    access: "key",
    async answer(request, response, context) {
      const caller = await authenticate(context.authenticator, request.headers);
      traceOf(response).tenant = caller.tenant;
      const parts = await parseRequest(description.request, request, response);
      return await handle({ ...parts, ...surroundings(request, response, context), caller });
    },
  };
}

/** An operation that anybody may call. */
export function openOperation<Schemas extends RequestSchemas>({
  handle,
  ...description
}: Description & { request: Schemas; handle: (call: Call<Schemas>) => Promise<Answer> }): Operation {
  return {
    ...description,
    access: "none",
    async answer(request, response, context) {
      const parts = await parseRequest(description.request, request, response);
      return await handle({ ...parts, ...surroundings(request, response, context) });
    },
  };
}

function surroundings(request: Request, response: Response, context: ApiContext) {
  return {
    context,
    trace: traceOf(response),
    isHead: request.method === "HEAD",
    whenGone: (listener: () => void) => {
      if (response.closed) listener();
      else response.once("close", listener);
    },
  };
}
