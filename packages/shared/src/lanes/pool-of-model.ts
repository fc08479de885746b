// Which models share one limit upstream: rows of Anthropic's Rate limits page (2026-09-02).
import { createHash } from "node:crypto";

/** Pools of one class have the same figures in the tier table. */
export type ModelClass = "fable" | "opus" | "sonnet" | "haiku" | "haiku-3-5";

export interface Pool {
  /** `opus-4`, `haiku-4-5`, …; letters, digits and `-` only. */
  name: string;
  /** Whether the model is of the table. */
  known: boolean;
}

const knownPools: { pattern: RegExp; name: string; modelClass: ModelClass }[] = [
  { pattern: /^claude-fable-5(-|$)/, name: "fable-5", modelClass: "fable" },
  { pattern: /^claude-mythos-5(-|$)/, name: "mythos-5", modelClass: "fable" },
  { pattern: /^claude-opus-5-5(-|$)/, name: "opus-5-5", modelClass: "opus" },
  { pattern: /^claude-opus-5(-\d{8})?$/, name: "opus-5", modelClass: "opus" },
  { pattern: /^claude-opus-4(-|$)/, name: "opus-4", modelClass: "opus" },
  { pattern: /^claude-sonnet-5-5(-|$)/, name: "sonnet-5-5", modelClass: "sonnet" },
  { pattern: /^claude-sonnet-5(-\d{8})?$/, name: "sonnet-5", modelClass: "sonnet" },
  { pattern: /^claude-sonnet-4(-|$)/, name: "sonnet-4", modelClass: "sonnet" },
  { pattern: /^claude-haiku-5-5(-|$)/, name: "haiku-5-5", modelClass: "haiku" },
  { pattern: /^claude-haiku-4-5(-|$)/, name: "haiku-4-5", modelClass: "haiku" },
  { pattern: /^claude-3-5-haiku(-|$)/, name: "haiku-3-5", modelClass: "haiku-3-5" },
];

/** The pool of a model. One that is not in the table gets a pool of its own, so that it never takes from the limit of another. */
export function poolOfModel(model: string): Pool {
  const found = knownPools.find(({ pattern }) => pattern.test(model));
  return found ? { name: found.name, known: true } : { name: ownPoolName(model), known: false };
}

/** Where a pool's limits are found in the tier table: its own class, or the one its name speaks of, else Fable's (the smallest). */
export function classOfPool(pool: string): ModelClass {
  const found = knownPools.find(({ name }) => name === pool);
  return found?.modelClass ?? (["opus", "sonnet", "haiku"] as const).find((name) => pool.includes(name)) ?? "fable";
}

function ownPoolName(model: string): string {
  const plain = model.toLowerCase().replaceAll(/[^a-z0-9-]+/g, "-");
  if (plain === model && plain.length <= 48) return `model-${plain}`;
  return `model-${plain.slice(0, 40)}-${createHash("sha256").update(model).digest("hex").slice(0, 8)}`;
}
