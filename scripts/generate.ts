// `npm run generate`: writes what is made from code. With `--check` it only says what is outdated, and fails then.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { outdatedFiles, pathInRepository } from "./generated-files.ts";

const isCheck = process.argv.includes("--check");

for (const { path, text } of outdatedFiles()) {
  console.log(`${isCheck ? "outdated" : "written"}: ${path}`);
  if (isCheck) {
    process.exitCode = 1;
    continue;
  }
  mkdirSync(dirname(pathInRepository(path)), { recursive: true });
  writeFileSync(pathInRepository(path), text);
}
