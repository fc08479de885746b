import { type ApiError, invalidRequest, notFound } from "../http/api-error.ts";
import { findModel } from "./find-model.ts";
import { type Model, models } from "./models.ts";

/** `GET /v1/models`: newest first; `limit` 1 to 1,000, `after_id`, `before_id`, `lifecycle` as often as wanted. */
export function listModels(query: URLSearchParams): unknown {
  const limit = Number(query.get("limit") ?? 20);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) return invalidRequest("limit: Input should be between 1 and 1000");
  const lifecycles = query.getAll("lifecycle");
  const shown = models.filter(({ lifecycle }) => (lifecycles.length > 0 ? lifecycles.includes(lifecycle) : lifecycle !== "retired"));
  const before = query.get("before_id");
  const after = query.get("after_id");
  const end = before === null ? shown.length : positionOf(shown, before, 0);
  const start = before === null ? (after === null ? 0 : positionOf(shown, after, -1) + 1) : Math.max(0, end - limit);
  const page = shown.slice(start, Math.min(end, start + limit));
  return {
    data: page.map(describeModel),
    has_more: before === null ? start + page.length < shown.length : start > 0,
    first_id: page.at(0)?.id ?? null,
    last_id: page.at(-1)?.id ?? null,
  };
}

/** `GET /v1/models/{id}`, also by the name without a date. */
export function retrieveModel(name: string): unknown {
  const model = findModel(name);
  return model ? describeModel(model) : unknownModelError(name);
}

export function unknownModelError(name: string): ApiError {
  return notFound(`model: ${name}`);
}

function positionOf(list: readonly Model[], id: string, fallback: number): number {
  const position = list.findIndex((model) => model.id === id);
  return position === -1 ? fallback : position;
}

function describeModel(model: Model): unknown {
  return {
    type: "model",
    id: model.id,
    display_name: model.displayName,
    created_at: model.createdAt,
    max_input_tokens: model.inputTokensMax,
    max_tokens: model.outputTokensMax,
    lifecycle: model.lifecycle,
    line: model.line,
    deprecated_at: null,
    retires_at: null,
    capabilities: null,
  };
}
