// `npm run verify`: everything that can be checked without running the code. Each check prints only when it fails.
import { spawn } from "node:child_process";

const checks: Record<string, string[]> = {
  format: ["oxfmt", "--check", "."],
  "lint and import cycles": ["oxlint", "--type-aware", "--deny-warnings"],
  "dead code": ["knip", "--no-progress"],
  "types of scripts and deployment": ["tsc", "-p", "tsconfig.json"],
  types: ["turbo", "run", "typecheck", "--output-logs=errors-only"],
};

function run([command = "", ...args]: string[]): Promise<{ passed: boolean; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.on("error", (error) => resolve({ passed: false, output: error.message }));
    child.on("close", (code) => resolve({ passed: code === 0, output }));
  });
}

let failed = 0;
for (const [name, command] of Object.entries(checks)) {
  const { passed, output } = await run(command);
  console.log(`${passed ? "✓" : "✗"} ${name}`);
  if (passed) continue;
  failed += 1;
  console.log(output);
}
process.exitCode = failed === 0 ? 0 : 1;
