import { type Model, models } from "./models.ts";

const byName = new Map<string, Model>();
for (const model of models) {
  byName.set(model.id, model);
  // `claude-haiku-4-5` is another name of the snapshot `claude-haiku-4-5-20251001`.
  byName.set(model.id.replace(/-\d{8}$/, ""), model);
}

export function findModel(name: string): Model | undefined {
  return byName.get(name);
}

/** A model nobody told us of: generous sizes and a pool of its own. */
export function unknownModel(name: string): Model {
  return {
    id: name,
    displayName: name,
    line: null,
    pool: name,
    inputTokensMax: 1_000_000,
    outputTokensMax: 128_000,
    createdAt: "1970-01-01T00:00:00Z",
    lifecycle: "active",
    takesPrefill: true,
    countsCacheReads: false,
  };
}
