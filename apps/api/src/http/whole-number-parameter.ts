import { z } from "zod";

/** A query parameter that is a whole number; documented as one, although it comes as text. */
export function wholeNumberParameter(minimum: number, maximum: number) {
  const message = `must be a whole number from ${minimum} to ${maximum}`;
  return z
    .string("must be given once")
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .pipe(z.int().min(minimum, message).max(maximum, message))
    .meta({
      override: ({ jsonSchema }) => {
        delete jsonSchema.pattern;
        Object.assign(jsonSchema, { type: "integer", minimum, maximum });
      },
    });
}
