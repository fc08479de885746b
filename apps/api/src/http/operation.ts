// An operation of the API: one value that is the route, the validation and the documentation.
import type { Caller } from "@sluice/shared/access/authenticator";
import type { Request, Response } from "express";
import type { z } from "zod";
import { authenticate } from "../access/authenticate.ts";
import { rateLimited, rateLimitFields } from "../access/rate-limit-fields.ts";
import type { ApiContext } from "../api-context.ts";
import type { ProblemCode, StatusOf } from "../problems/error-catalogue.ts";
import { Problem } from "../problems/problem.ts";
import type { Answer } from "./answer.ts";
import { bodyStream } from "./body-stream.ts";
import type { BodyStream } from "./body-stream.ts";
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
  /** Besides `internal`, and those of the key where one is needed: `unauthorized`, `forbidden`, `rate_limited`. */
  problems: { readonly [Code in ProblemCode]?: readonly StatusOf<Code>[] };
  /** The call hands in work: it counts against the key's requests per minute. Reading is not counted. */
  handsInWork?: boolean;
  /** Of an operation that reads its body itself, by `openBody`: what it takes, by media type, and how that is described. */
  bodyContent?: Readonly<Record<string, z.ZodType>>;
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
  /** The body as a stream, for an operation with `bodyContent`. It throws what {@link bodyStream} throws. */
  openBody: () => BodyStream;
  /** Calls back when the client has gone away or has its whole answer. */
  whenGone: (listener: () => void) => void;
}

/** A call of somebody who is known. */
export interface KeyedCall<Schemas extends RequestSchemas> extends Call<Schemas> {
  caller: Caller;
}

/** `operator`: the operator's key. */
type Access = "operator" | "key" | "none";

export interface Operation extends Description {
  access: Access;
  request: RequestSchemas;
  /** @throws Problem, and what the handler throws */
  answer: (request: Request, response: Response, context: ApiContext) => Promise<Answer>;
}

type Keyed<Schemas extends RequestSchemas> = Description & {
  request: Schemas;
  handle: (call: KeyedCall<Schemas>) => Promise<Answer>;
};

/** An operation that needs a key, which is checked before anything else of the request is looked at. */
export function keyedOperation<Schemas extends RequestSchemas>(keyed: Keyed<Schemas>): Operation {
  return operationOfCaller("key", keyed);
}

/** The same for what is the operator's alone. */
export function operatorOperation<Schemas extends RequestSchemas>(keyed: Keyed<Schemas>): Operation {
  return operationOfCaller("operator", keyed);
}

function operationOfCaller<Schemas extends RequestSchemas>(
  access: Exclude<Access, "none">,
  { handle, ...description }: Keyed<Schemas>,
): Operation {
  return {
    ...description,
    access,
    async answer(request, response, context) {
      const caller = await admit(request, response, context, description.handsInWork === true);
      if (access === "operator" && !caller.isOperator) {
        throw Problem.of("forbidden", { detail: "This needs the operator's key." });
      }
      const parts = await parseRequest(description.request, request, response);
      return await handle({ ...parts, ...surroundings(request, response, context), caller });
    },
  };
}

/** @throws Problem `unauthorized`, `rate_limited` */
async function admit(request: Request, response: Response, { authenticator }: ApiContext, handsInWork: boolean): Promise<Caller> {
  const { caller, rate } = await authenticate(authenticator, request.headers, { handsInWork });
  traceOf(response).tenant = caller.tenant;
  if (rate !== undefined) {
    // On whatever the call is answered with, a refusal for another reason included.
    for (const [name, value] of Object.entries(rateLimitFields(rate))) response.setHeader(name, value);
    if (!rate.isTaken) throw rateLimited(rate);
  }
  return caller;
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
    openBody: () => bodyStream(request, response),
    whenGone: (listener: () => void) => {
      if (response.closed) listener();
      else response.once("close", listener);
    },
  };
}
