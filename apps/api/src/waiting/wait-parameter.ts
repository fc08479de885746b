// How long a client wants an answer to be held back: `?wait=N` or `Prefer: wait=N`.
import { z } from "zod";
import { wholeNumberParameter } from "../http/whole-number-parameter.ts";

const waitSecondsMax = 60;

export const waitParameter = wholeNumberParameter(0, waitSecondsMax).optional().meta({
  description: "Seconds to wait for the job to become final. The answer comes as soon as it is, and at the latest then.",
});

export const preferHeader = z
  .string()
  .optional()
  .meta({ description: "`wait=N` (RFC 7240), as `?wait=N`; `respond-async` alone does not wait.", example: "wait=30" });

export interface Wait {
  waitMs: number;
  /** `Preference-Applied` of an answer that respects the header; none when there was nothing to respect. */
  headers: Readonly<Record<string, string>>;
}

/**
 * The query parameter counts before the header. A preference that is not understood is passed over, as RFC 7240 wants it;
 * one that is too long is shortened.
 */
export function readWait(parameter: number | undefined, prefer: string | undefined): Wait {
  if (parameter !== undefined || prefer === undefined) return { waitMs: (parameter ?? 0) * 1_000, headers: {} };
  const preferences = prefer.split(",").map((preference) => preference.trim().toLowerCase());
  const asked = preferences
    .map((preference) => /^wait\s*=\s*"?(\d{1,9})"?\s*(;|$)/.exec(preference)?.[1])
    .find((seconds) => seconds !== undefined);
  const seconds = Math.min(Number(asked ?? 0), waitSecondsMax);
  const applied = [
    ...(preferences.includes("respond-async") ? ["respond-async"] : []),
    ...(asked === undefined ? [] : [`wait=${seconds}`]),
  ];
  return { waitMs: seconds * 1_000, headers: applied.length > 0 ? { "Preference-Applied": applied.join(", ") } : {} };
}
