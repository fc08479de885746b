// docker-compose.yml, its env files and the Dockerfile, against each other and against the settings of the processes.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { expect, test } from "vitest";
import { z } from "zod";
import { apiSettingsSchema } from "../apps/api/src/settings.ts";
import { simulatorSettingsSchema } from "../apps/simulator/src/settings.ts";
import { workerSettingsSchema } from "../apps/worker/src/settings.ts";
import { parseEnvironment } from "../packages/shared/src/config/parse-environment.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string): string => readFileSync(`${root}${path}`, "utf8");

const serviceSchema = z.looseObject({
  environment: z.record(z.string(), z.string()).default({}),
  command: z.array(z.string()).default([]),
  user: z.string(),
  ports: z.array(z.string()).default([]),
  networks: z.array(z.string()),
  stop_grace_period: z
    .string()
    .regex(/^\d+s$/)
    .transform((text) => Number.parseInt(text, 10)),
  build: z.object({ args: z.object({ APP: z.string() }) }).optional(),
});
const compose = read("docker-compose.yml");
const { services, networks } = z
  .looseObject({
    services: z.record(z.string(), serviceSchema),
    networks: z.record(z.string(), z.object({ internal: z.boolean().optional() })),
  })
  .parse(parse(compose, { merge: true }));

const schemas = { api: apiSettingsSchema, worker: workerSettingsSchema, simulator: simulatorSettingsSchema };
const processes = ["api", "worker", "simulator"] as const;

function service(name: string) {
  const found = services[name];
  if (found === undefined) throw new Error(`docker-compose.yml has no service ${name}`);
  return found;
}

/** Variables of an env file; those that are commented out too, with their default. */
function variablesOf(path: string, { commented = false } = {}): Record<string, string> {
  const line = commented ? /^#?([A-Z_]+)=(.*)$/gm : /^([A-Z_]+)=(.*)$/gm;
  return Object.fromEntries([...read(path).matchAll(line)].map(([, name = "", value = ""]) => [name, value]));
}

/** `${NAME:-default}` and `${NAME:?message}`, as compose fills them in. */
function fillIn(text: string, variables: Record<string, string>): string {
  return text.replaceAll(/\$\{(\w+):([-?])([^}]*)\}/g, (_, name: string, kind: string, rest: string) => {
    const value = variables[name] ?? "";
    if (value === "" && kind === "?") throw new Error(`${name} ${rest}`);
    return value === "" ? rest : value;
  });
}

function environmentOf(process: (typeof processes)[number], variables: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(service(process).environment).map(([name, value]) => [name, fillIn(value, variables)]));
}

test.each(Object.keys(services))("%s runs without privileges on a file system it cannot write to", (name) => {
  const hardening = { read_only: true, cap_drop: ["ALL"], security_opt: ["no-new-privileges:true"], restart: "unless-stopped" };
  expect(service(name)).toMatchObject(hardening);
  expect(service(name).user).not.toMatch(/^(0|root)\b/);
});

test("Redis writes every accepted job to disk, evicts nothing, and is reached by API and worker alone", () => {
  const command = service("redis").command.join(" ");
  expect(command).toContain("--appendonly yes --appendfsync always");
  expect(command).toContain("--maxmemory-policy noeviction");
  expect(service("redis")).toMatchObject({ ports: [], networks: ["store"] });
  expect(networks["store"]).toEqual({ internal: true });
  const others = Object.keys(services).filter((name) => name !== "redis" && service(name).networks.includes("store"));
  expect(others).toEqual(["api", "worker"]);
});

test("only this machine reaches the published ports, unless the operator opens them", () => {
  for (const port of Object.values(services).flatMap(({ ports }) => ports)) expect(fillIn(port, {})).toMatch(/^127\.0\.0\.1:/);
});

test("each process is built from its own app and given settings that it has, the keys only where they are needed", () => {
  for (const process of processes) {
    expect(service(process).build?.args.APP).toBe(process);
    expect(Object.keys(schemas[process].shape)).toEqual(expect.arrayContaining(Object.keys(service(process).environment)));
  }
  expect(Object.keys(service("api").environment)).not.toContain("ANTHROPIC_API_KEY");
  expect(Object.keys(service("worker").environment)).not.toContain("SLUICE_ADMIN_KEY");
});

// What the image sets, or what an image has no use for.
const leftOut = ["NODE_ENV", "PORT", "SLUICE_HOST", "SLUICE_DATA_DIR", "SLUICE_CONFIG"];

test.each(["api", "worker"] as const)("every setting of the %s can be made in .env", (process) => {
  const settings = Object.keys(schemas[process].shape).filter((name) => !leftOut.includes(name));
  expect(Object.keys(service(process).environment).toSorted()).toEqual(settings.toSorted());
});

test(".env.example has the variables of docker-compose.yml, with their defaults", () => {
  const documented = variablesOf(".env.example", { commented: true });
  const used = [...compose.matchAll(/\$\{(\w+)(?::-([^}]*))?/g)];
  expect(Object.keys(documented).toSorted()).toEqual([...new Set(used.map(([, name = ""]) => name))].toSorted());
  for (const [, name = "", fallback = ""] of used) if (fallback !== "") expect(documented[name], name).toBe(fallback);

  // Spelled out or left out, they mean the same.
  const keys = { SLUICE_ADMIN_KEY: "a", ANTHROPIC_API_KEY: "b" };
  for (const process of ["api", "worker"] as const) {
    const spelledOut = parseEnvironment(schemas[process], environmentOf(process, { ...documented, ...keys }));
    expect(spelledOut).toEqual(parseEnvironment(schemas[process], environmentOf(process, keys)));
  }
});

test("without the two keys compose refuses to start, with simulator.env all processes do", () => {
  expect(() => environmentOf("api", variablesOf(".env.example"))).toThrow("SLUICE_ADMIN_KEY is not set");
  expect(() => environmentOf("worker", variablesOf(".env.example"))).toThrow("ANTHROPIC_API_KEY is not set");
  const simulated = variablesOf("deploy/simulator.env");
  for (const process of processes) parseEnvironment(schemas[process], { NODE_ENV: "production", ...environmentOf(process, simulated) });
  expect(environmentOf("worker", simulated)["ANTHROPIC_BASE_URL"]).toBe("http://simulator:4010");
});

test("with the file for several accounts, API and worker read it in the same place, and nothing else changes", () => {
  const overlay = z
    .strictObject({
      services: z.record(
        z.enum(["api", "worker"]),
        z
          .strictObject({ environment: z.strictObject({ SLUICE_CONFIG: z.string() }), volumes: z.array(z.string()), env_file: z.unknown() })
          .partial({
            env_file: true,
          }),
      ),
    })
    .parse(parse(read("deploy/accounts.compose.yml")));
  for (const { environment, volumes } of Object.values(overlay.services)) {
    expect(volumes.map((volume) => fillIn(volume, { SLUICE_CONFIG: "./a.yaml" }))).toEqual([`./a.yaml:${environment.SLUICE_CONFIG}:ro`]);
    expect(() => volumes.map((volume) => fillIn(volume, {}))).toThrow("SLUICE_CONFIG");
  }
});

test("a stopping worker has time to return its jobs before it is killed", () => {
  const graceSeconds = Number(service("worker").environment["SLUICE_STOP_GRACE_SECONDS"]);
  expect(service("worker").stop_grace_period).toBeGreaterThanOrEqual(graceSeconds + 10);
});

test("what the Dockerfile copies is there", () => {
  const copied = [...read("deploy/Dockerfile").matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources = ""]) => sources.split(" "));
  expect(copied).toContain("tsconfig.base.json");
  for (const path of copied) expect(existsSync(`${root}${path}`), path).toBe(true);
});
