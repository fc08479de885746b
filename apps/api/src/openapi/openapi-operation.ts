import { z } from "zod";
import { entityTag, matchesEntityTag } from "../http/entity-tag.ts";
import { openOperation } from "../http/operation.ts";
import type { Operation } from "../http/operation.ts";
import { noRequest } from "../http/request-schemas.ts";

/** @param text gives the document; it is asked once, when it is first wanted */
export function openApiOperation(text: () => string): Operation {
  let document: { text: string; etag: string } | undefined;
  return openOperation({
    id: "openapi",
    method: "get",
    path: "/openapi.json",
    tag: "Documentation",
    summary: "This document",
    request: { ...noRequest, query: z.object({}), headers: z.object({ "If-None-Match": z.string().optional() }) },
    answers: {
      200: { description: "OpenAPI 3.1.", content: { "application/json": z.looseObject({ openapi: z.string() }) } },
      304: { description: "The client has it already." },
    },
    problems: {},
    async handle({ headers }) {
      if (document === undefined) {
        const body = text();
        document = { text: body, etag: entityTag(body) };
      }
      const answerHeaders = { ETag: document.etag, "Cache-Control": "no-cache" };
      if (matchesEntityTag(headers["If-None-Match"], document.etag)) return { status: 304, headers: answerHeaders };
      return { status: 200, headers: answerHeaders, body: document.text };
    },
  });
}
