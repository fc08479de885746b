import { z } from "zod";

/** How the parts of a request are read, validated and documented. */
export interface RequestSchemas<
  Params extends z.ZodObject = z.ZodObject,
  Query extends z.ZodObject = z.ZodObject,
  Headers extends z.ZodObject = z.ZodObject,
  Body extends z.ZodType = z.ZodType,
> {
  params: Params;
  query: Query;
  /** Names as they are documented; the case does not matter in a request. */
  headers: Headers;
  /** `z.undefined()` when the operation takes none; what is sent is ignored then. */
  body: Body;
}

/** Of an operation whose path and method say all. Others replace what they need. */
export const noRequest = {
  params: z.object({}),
  query: z.strictObject({}),
  headers: z.object({}),
  body: z.undefined(),
} as const satisfies RequestSchemas;
