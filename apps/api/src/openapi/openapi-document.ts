import { createDocument } from "zod-openapi";
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject, ZodOpenApiResponseObject, ZodOpenApiResponsesObject } from "zod-openapi";
import { z } from "zod";
import type { Operation } from "../http/operation.ts";
import { isOptional } from "../http/parse-request.ts";
import { problemSchema } from "../problems/problem.ts";

/** The API's document, OpenAPI 3.1, made of the operations themselves. */
export function openApiDocument(operations: readonly Operation[], version: string) {
  const paths: ZodOpenApiPathsObject = {};
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: operationObject(operation) };
  }
  return createDocument(
    {
      openapi: "3.1.1",
      info: {
        title: "Sluice",
        version,
        description: "A queue in front of the Claude API: hand in prompts, get the answers as fast as the account's limits allow.",
        license: { name: "MIT", identifier: "MIT" },
      },
      servers: [{ url: "/" }],
      security: [{ bearer: [] }, { apiKey: [] }],
      tags: [
        { name: "Jobs", description: "One request to Claude each." },
        { name: "Batches", description: "Up to 100,000 jobs handed in together." },
        { name: "Webhooks", description: "Signed events when jobs are final." },
        { name: "Insight", description: "What the limits allow and what waits for them." },
        { name: "Keys", description: "The operator's: who may hand in how much." },
        { name: "Health", description: "For supervisors and load balancers." },
        { name: "Documentation" },
      ],
      paths,
      components: {
        securitySchemes: {
          bearer: { type: "http", scheme: "bearer", description: "`Authorization: Bearer sk-sluice-…`" },
          apiKey: { type: "apiKey", in: "header", name: "x-api-key" },
        },
      },
    },
    // One name per schema, whether it is sent or received: readers care for the fields, not for the direction.
    { outputIdSuffix: "" },
  );
}

function operationObject({
  id,
  tag,
  summary,
  description,
  access,
  request,
  answers,
  problems,
  handsInWork,
  bodyContent,
}: Operation): ZodOpenApiOperationObject {
  const body = bodyContent ?? (request.body instanceof z.ZodUndefined ? {} : { "application/json": request.body });
  const media = Object.entries(body).map(([type, schema]) => [type, { schema }]);
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    ...(access === "none" && { security: [] }),
    requestParams: { path: request.params, query: request.query, header: request.headers },
    ...(media.length > 0 && {
      requestBody: { required: bodyContent !== undefined || !isOptional(request.body), content: Object.fromEntries(media) },
    }),
    responses: {
      ...answerObjects(answers),
      ...problemObjects({
        ...problems,
        ...(access !== "none" && { unauthorized: [401] }),
        ...(access === "operator" && { forbidden: [403] }),
        ...(handsInWork === true && { rate_limited: [429] }),
        internal: [500],
      }),
    },
  };
}

function answerObjects(answers: Operation["answers"]): ZodOpenApiResponsesObject {
  const entries = Object.entries(answers).map(([status, { description, headers, content }]) => {
    const media = Object.entries(content ?? {}).map(([type, schema]) => [type, { schema }]);
    const response: ZodOpenApiResponseObject = {
      description,
      ...(headers !== undefined && { headers }),
      ...(media.length > 0 && { content: Object.fromEntries(media) }),
    };
    return [status, response];
  });
  return Object.fromEntries(entries);
}

function problemObjects(problems: Operation["problems"]): ZodOpenApiResponsesObject {
  const pairs = Object.entries(problems).flatMap(([code, statuses]) => statuses.map((status) => ({ code, status })));
  const entries = [...Map.groupBy(pairs, ({ status }) => status)].map(([status, ofStatus]) => {
    const response: ZodOpenApiResponseObject = {
      description: ofStatus.map(({ code }) => `\`${code}\``).join(" or "),
      content: { "application/problem+json": { schema: problemSchema } },
    };
    return [status, response];
  });
  return Object.fromEntries(entries);
}
