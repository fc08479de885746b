// `npm run verify`: everything that can be checked without running the code. Each check prints only when it fails.
import { spawn } from "node:child_process";
import { judgeAudit } from "./judge-audit.ts";

const checks: Record<string, string[]> = {
  format: ["oxfmt", "--check", "."],
  "lint and import cycles": ["oxlint", "--type-aware", "--deny-warnings"],
  "dead code": ["knip", "--no-progress"],
  "types of scripts and deployment": ["tsc", "-p", "tsconfig.json"],
  types: ["turbo", "run", "typecheck", "--output-logs=errors-only"],
};

/** Long enough for a slow registry. */
const auditMsMax = 20_000;

interface Run {
  passed: boolean;
  output: string;
  /** Standard output alone. */
  stdout: string;
}

function run([command = "", ...args]: string[], timeoutMs?: number): Promise<Run> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], timeout: timeoutMs });
    let output = "";
    let stdout = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.on("error", (error) => resolve({ passed: false, output: error.message, stdout }));
    child.on("close", (code) => resolve({ passed: code === 0, output, stdout }));
  });
}

/** Whether what runs in production has known holes. A registry that does not tell is a warning: work goes on without network. */
async function passesAudit(): Promise<boolean> {
  const { stdout } = await run(["pnpm", "audit", "--prod", "--json", "--config.fetch-retries=0"], auditMsMax);
  const verdict = judgeAudit(stdout);
  switch (verdict.outcome) {
    case "clean":
      console.log("✓ known holes of dependencies");
      return true;
    case "unknown":
      console.log("! known holes of dependencies: NOT CHECKED, the registry gave no list (no network, or it has no audit)");
      return true;
    case "holes":
      console.log(`✗ known holes of dependencies\n${verdict.holes.join("\n")}`);
      return false;
  }
}

let failed = 0;
for (const [name, command] of Object.entries(checks)) {
  const { passed, output } = await run(command);
  console.log(`${passed ? "✓" : "✗"} ${name}`);
  if (passed) continue;
  failed += 1;
  console.log(output);
}
if (!(await passesAudit())) failed += 1;
process.exitCode = failed === 0 ? 0 : 1;
