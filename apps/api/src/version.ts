import { readFileSync } from "node:fs";
import { z } from "zod";

/** Of the package, one folder up from the sources and from the built files. */
export const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")));
