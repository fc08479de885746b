// Runs one of the project's commands on a machine that has only Node 20 and npm.
//
// First call: installs the packages of pnpm-lock.yaml (pnpm itself comes through npx). Every call: runs the command on
// the Node that is pinned in package.json, with node_modules/.bin first in the PATH. Nothing outside this folder and
// the package managers' own caches is touched. Plain JavaScript without imports from npm, because it runs before there are any.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const binaries = join(root, "node_modules", ".bin");
const pinnedNode = join(root, "node_modules", "node", "bin", "node");
const installedMark = join(root, "node_modules", ".sluice-installed");

/** What each npm script runs: a TypeScript file on the pinned Node, or a binary of node_modules/.bin. */
const commands = {
  demo: ["node", "apps/demo/src/main.ts"],
  start: ["node", "apps/supervisor/src/main.ts"],
  api: ["node", "apps/api/src/main.ts"],
  worker: ["node", "apps/worker/src/main.ts"],
  simulator: ["node", "apps/simulator/src/main.ts"],
  sluice: ["node", join(root, "apps/cli/src/main.ts")],
  test: ["node", "scripts/test.ts"],
  verify: ["node", "scripts/verify.ts"],
  bench: ["node", "bench/src/main.ts"],
  generate: ["node", "scripts/generate.ts"],
  build: ["turbo", "run", "build"],
  format: ["oxfmt", "."],
};

const [name = "", ...args] = process.argv.slice(2);
const command = commands[name];
if (!command) fail(`There is no command "${name}". Commands: ${Object.keys(commands).join(", ")}.`);
if (Number(process.versions.node.split(".")[0]) < 20) fail(`Sluice needs Node 20 or later, this is ${process.version}.`);

install();
// The files that the command line is given are named from where it is typed; npm says where that was.
const folder = name === "sluice" ? (process.env.INIT_CWD ?? process.cwd()) : root;
run(command[0] === "node" ? pinnedNode : join(binaries, command[0]), [...command.slice(1), ...args], folder);

function install() {
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const fingerprint = createHash("sha256")
    .update(readFileSync(join(root, "pnpm-lock.yaml")))
    .update(`${packageManager} ${process.platform} ${process.arch}`)
    .digest("hex");
  if (existsSync(pinnedNode) && existsSync(installedMark) && readFileSync(installedMark, "utf8") === fingerprint) return;

  console.error(`Installing packages with ${packageManager} (only when pnpm-lock.yaml changes) …`);
  const result = spawnSync(
    "npx",
    ["--yes", packageManager, "install", "--frozen-lockfile", "--reporter=append-only", "--config.confirmModulesPurge=false"],
    // Its output is shown only when it failed: a newcomer wants the result of the command, not of the preparation.
    { cwd: root, stdio: ["ignore", "pipe", "pipe"], encoding: "utf8", maxBuffer: 64 * 1024 * 1024, env: { ...process.env, CI: "true" } },
  );
  if (result.status !== 0) {
    const output = `${result.stdout ?? ""}${result.stderr ?? ""}`;
    console.error(output);
    fail(`Installing the packages failed${result.error ? `: ${result.error.message}` : ""}. ${adviceFor(output, packageManager)}`);
  }
  if (!existsSync(pinnedNode)) {
    fail(
      'The npm package "node" brought no Node for this machine. Its install script must be allowed to run (npm config get ignore-scripts).',
    );
  }
  writeFileSync(installedMark, fingerprint);
}

/** What to do about an installation that failed, by what npx and pnpm wrote. */
function adviceFor(output, packageManager) {
  if (/OUTDATED_LOCKFILE/.test(output)) {
    return `pnpm-lock.yaml does not fit a package.json: after a change of dependencies, run npx ${packageManager} install --no-frozen-lockfile.`;
  }
  const isUnreachable = /ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|error sending request/.test(output);
  return isUnreachable ? "The npm registry cannot be reached." : "The reason stands above.";
}

/** Runs the command in this terminal, in a folder, and ends with its exit code. */
function run(file, argv, cwd) {
  const child = spawn(file, argv, {
    cwd,
    stdio: "inherit",
    env: { ...process.env, PATH: `${binaries}${delimiter}${process.env.PATH}`, TURBO_TELEMETRY_DISABLED: "1" },
  });
  // Ctrl-C reaches the child from the terminal; this process only waits for it to end in its own order.
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => fail(`${file} could not be started: ${error.message}`));
  child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
