import { z } from "zod";

const keyLengthMax = 255;

/** As a structured field's string, in quotes, or bare. */
const quoted = /^"((?:[^"\\]|\\["\\])*)"$/;

/** The key itself: `"a"` and `a` are the same. */
export const idempotencyKeyHeader = z
  .string()
  .transform((header, context) => {
    const text = header.trim();
    const key = text.startsWith('"') ? quoted.exec(text)?.[1]?.replaceAll(/\\(.)/g, "$1") : text;
    if (key !== undefined && key.length <= keyLengthMax && /^[\x21-\x7e]+$/.test(key)) return key;
    context.addIssue({ code: "custom", message: `must be 1 to ${keyLengthMax} visible ASCII characters, in quotes or bare` });
    return z.NEVER;
  })
  .optional()
  .meta({
    description: "Makes repeats safe: the same key and body get the first call's answer for 24 hours.",
    example: '"8e03978e-40d5-43e8-bc93-6894a57f9324"',
    override: { type: "string", minLength: 1, maxLength: 2 * keyLengthMax + 2 },
  });
