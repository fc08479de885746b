import { expect, test } from "vitest";
import { outdatedFiles } from "./generated-files.ts";

test("what is made from code is committed as it would be made now (else: npm run generate)", () => {
  expect(outdatedFiles().map(({ path }) => path)).toEqual([]);
});
