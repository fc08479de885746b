// `npm test`: verify, then the whole test suite. Arguments go to vitest, e.g. `npm test -- apps/api`.
import { spawnSync } from "node:child_process";

function run(command: string, args: string[]): void {
  const { status } = spawnSync(command, args, { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

run(process.execPath, ["scripts/verify.ts"]);
run("vitest", ["run", ...process.argv.slice(2)]);
