import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { findRedisServer } from "./find-redis-server.ts";
import { type Machine, planInstallation } from "./install-plan.ts";
import { ensureRedisServer, RedisServerMissingError } from "./install-redis-server.ts";

function machine(differences: Partial<Machine> & { commands?: string[] } = {}): Machine {
  const { commands = ["apt-get"], ...rest } = differences;
  return { platform: "linux", isRoot: false, sudo: "none", has: (command) => commands.includes(command), ...rest };
}

/** Each call gives the next answer. */
function findGiving(...answers: Awaited<ReturnType<typeof findRedisServer>>[]): typeof findRedisServer {
  return () => Promise.resolve(answers.shift() ?? { tooOld: undefined });
}

const found = { command: "redis-server", product: "redis", version: "7.0.15" } as const;

test("a machine with a server is left alone", async () => {
  const said: string[] = [];
  expect(await ensureRedisServer({ find: findGiving({ found }), say: (line) => said.push(line) })).toEqual(found);
  expect(said).toEqual([]);
});

test("root installs by the machine's package manager", () => {
  expect(planInstallation(machine({ isRoot: true })).run?.command.slice(0, 2)).toEqual(["sh", "-c"]);
  expect(planInstallation(machine({ isRoot: true, commands: ["dnf"] })).run?.command[2]).toContain("dnf install -y");
  expect(planInstallation(machine({ isRoot: true, commands: ["apk"] })).run?.command[2]).toContain("apk add");
});

test("others use sudo where it can be used, and ask for no password where nobody can type it", () => {
  expect(planInstallation(machine({ sudo: "without-password" })).run?.command.slice(0, 3)).toEqual(["sudo", "-n", "sh"]);
  expect(planInstallation(machine({ sudo: "with-password" })).run?.command.slice(0, 2)).toEqual(["sudo", "sh"]);
  expect(planInstallation(machine({ sudo: "none" })).run).toBeUndefined();
});

test("brew needs no root", () => {
  expect(planInstallation(machine({ platform: "darwin", commands: ["brew"] })).run?.command).toContain("brew install redis");
});

test("without permission the error tells what to type on this machine, and the way around", async () => {
  const failure = ensureRedisServer({ find: findGiving({ tooOld: undefined }), machine: machine(), say: () => {} });
  await expect(failure).rejects.toThrow(RedisServerMissingError);
  await expect(failure).rejects.toThrow(/sudo apt-get install.* redis-server\n.*REDIS_URL/);
});

test("without a known package manager every platform's command is told", () => {
  const { instructions } = planInstallation(machine({ platform: "win32", commands: [] }));
  for (const name of ["apt-get", "dnf", "apk", "pacman", "brew", "REDIS_URL"]) expect(instructions).toContain(name);
});

test("a policy left behind by a killed installation ends its own life on its next use", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-policy-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const policy = join(folder, "policy-rc.d");
  // The script itself, with its policy elsewhere and with an apt that waits to be killed.
  writeFileSync(join(folder, "apt-get"), `#!/bin/sh\ntest -x ${policy} && ${policy}; echo "policy says $?"; read _\n`, { mode: 0o755 });
  const script = planInstallation(machine({ isRoot: true })).run?.command[2]?.replace("/usr/sbin/policy-rc.d", policy) ?? "";
  const installation = spawn("sh", ["-c", script], { env: { PATH: `${folder}:/usr/bin:/bin` }, stdio: ["pipe", "pipe", "inherit"] });
  const [said]: Buffer[] = await once(installation.stdout, "data");
  expect(String(said)).toBe("policy says 101\n"); // 101: no service may be started

  installation.kill("SIGKILL");
  await once(installation, "exit");
  expect(spawnSync(policy).status).toBe(0); // 0: as without a policy
  expect(existsSync(policy)).toBe(false);
  installation.stdin.end();
});

test("the policy is gone after the installation", () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-policy-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const policy = join(folder, "policy-rc.d");
  writeFileSync(join(folder, "apt-get"), "#!/bin/sh\nexit 0\n", { mode: 0o755 });
  const script = planInstallation(machine({ isRoot: true })).run?.command[2]?.replace("/usr/sbin/policy-rc.d", policy) ?? "";
  const { status } = spawnSync("sh", ["-c", script.replace("/run/systemd/system", "/nonexistent")], {
    env: { PATH: `${folder}:/usr/bin:/bin` },
  });
  expect(status).toBe(0);
  expect(existsSync(policy)).toBe(false);
});
