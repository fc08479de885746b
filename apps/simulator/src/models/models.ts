/** The models this Claude knows, newest first, as far as their sizes and pools are published (docs/simulator.md). */
export interface Model {
  readonly id: string;
  readonly displayName: string;
  readonly line: "haiku" | "sonnet" | "opus" | "fable" | "mythos" | null;
  /** Models of one pool share their three limits. */
  readonly pool: string;
  readonly inputTokensMax: number;
  readonly outputTokensMax: number;
  readonly createdAt: string;
  readonly lifecycle: "active" | "deprecated" | "retired";
  /** A last message of the assistant is continued by older models and refused by newer ones. */
  readonly takesPrefill: boolean;
  /** Whether tokens read from the cache use up the input limit. */
  readonly countsCacheReads: boolean;
}

/** Its release date is not published; the API's own stand-in for that is the epoch. */
const unknownDate = "1970-01-01T00:00:00Z";

const newest = {
  inputTokensMax: 1_000_000,
  outputTokensMax: 128_000,
  createdAt: unknownDate,
  lifecycle: "active",
  takesPrefill: false,
  countsCacheReads: false,
} as const;

const generation45 = { ...newest, inputTokensMax: 200_000, outputTokensMax: 64_000, takesPrefill: true } as const;

export const models: readonly Model[] = [
  { ...newest, id: "claude-fable-5-2", displayName: "Claude Fable 5.2", line: "fable", pool: "fable-5" },
  { ...newest, id: "claude-haiku-5-5", displayName: "Claude Haiku 5.5", line: "haiku", pool: "haiku-5-5" },
  { ...newest, id: "claude-opus-5-5", displayName: "Claude Opus 5.5", line: "opus", pool: "opus-5-5" },
  { ...newest, id: "claude-sonnet-5-5", displayName: "Claude Sonnet 5.5", line: "sonnet", pool: "sonnet-5-5" },
  { ...newest, id: "claude-fable-5-1", displayName: "Claude Fable 5.1", line: "fable", pool: "fable-5" },
  { ...newest, id: "claude-fable-5", displayName: "Claude Fable 5", line: "fable", pool: "fable-5" },
  { ...newest, id: "claude-mythos-5", displayName: "Claude Mythos 5", line: "mythos", pool: "mythos-5" },
  { ...newest, id: "claude-opus-5", displayName: "Claude Opus 5", line: "opus", pool: "opus-5" },
  { ...newest, id: "claude-sonnet-5", displayName: "Claude Sonnet 5", line: "sonnet", pool: "sonnet-5" },
  { ...newest, id: "claude-opus-4-8", displayName: "Claude Opus 4.8", line: "opus", pool: "opus-4" },
  { ...newest, id: "claude-opus-4-7", displayName: "Claude Opus 4.7", line: "opus", pool: "opus-4" },
  { ...newest, id: "claude-opus-4-6", displayName: "Claude Opus 4.6", line: "opus", pool: "opus-4" },
  { ...newest, id: "claude-sonnet-4-6", displayName: "Claude Sonnet 4.6", line: "sonnet", pool: "sonnet-4" },
  {
    ...generation45,
    id: "claude-opus-4-5-20251101",
    displayName: "Claude Opus 4.5",
    line: "opus",
    pool: "opus-4",
    createdAt: "2025-11-01T00:00:00Z",
  },
  {
    ...generation45,
    id: "claude-haiku-4-5-20251001",
    displayName: "Claude Haiku 4.5",
    line: "haiku",
    pool: "haiku-4-5",
    createdAt: "2025-10-01T00:00:00Z",
  },
  {
    ...generation45,
    id: "claude-sonnet-4-5-20250929",
    displayName: "Claude Sonnet 4.5",
    line: "sonnet",
    pool: "sonnet-4",
    createdAt: "2025-09-29T00:00:00Z",
    lifecycle: "deprecated",
  },
  {
    ...generation45,
    id: "claude-3-5-haiku-20241022",
    displayName: "Claude Haiku 3.5",
    line: "haiku",
    pool: "haiku-3-5",
    outputTokensMax: 8192,
    createdAt: "2024-10-22T00:00:00Z",
    lifecycle: "retired",
    countsCacheReads: true,
  },
];
