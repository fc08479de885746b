import { relative } from "node:path";
import type { ServiceFacts } from "./service.ts";

/** What is shown once when all is ready. Secrets that the operator gave stay out of it. */
export function banner(facts: ServiceFacts, workingFolder: string): string {
  const rows: [string, string][] = [
    ["API", facts.apiUrl],
    ["Docs", `${facts.apiUrl}/docs`],
    [
      "Key",
      facts.adminKeyFile ? `${facts.adminKey}   (kept in ${short(facts.adminKeyFile, workingFolder)})` : "the value of SLUICE_ADMIN_KEY",
    ],
    ...describeClaude(facts, workingFolder),
    ["Redis", describeRedis(facts, workingFolder)],
    ["Data", facts.redis === "given" ? "in that Redis" : short(facts.dataDir, workingFolder)],
  ];
  return [
    "",
    "Sluice is ready.",
    "",
    ...rows.map(([name, value]) => `  ${name.padEnd(8)}${value}`),
    "",
    "Try it:",
    "",
    `  ${tryItCommand(facts)}`,
    "",
    "Ctrl-C stops it.",
    "",
  ].join("\n");
}

/** A first job and its answer in one command. */
function tryItCommand({ apiUrl, adminKey, adminKeyFile }: Pick<ServiceFacts, "apiUrl" | "adminKey" | "adminKeyFile">): string {
  const key = adminKeyFile ? adminKey : "$SLUICE_ADMIN_KEY";
  return [
    `curl -sS ${apiUrl}/v1/jobs`,
    `-H "authorization: Bearer ${key}"`,
    `-H "content-type: application/json"`,
    `-H "prefer: wait=30"`,
    `-d '{"prompt":"What is a sluice? One sentence."}'`,
  ].join(" ");
}

function describeClaude(facts: ServiceFacts, workingFolder: string): [string, string][] {
  const { claudeUrl, simulated, accounts } = facts;
  if (accounts) return [["Claude", `the accounts of ${short(accounts.file, workingFolder)}: ${accounts.names.join(", ")}`]];
  return [
    ["Claude", simulated ? `the simulator at ${claudeUrl} (set ANTHROPIC_API_KEY for the real one)` : claudeUrl],
    ["Tier", describeTier(facts)],
  ];
}

function describeTier({ tier, limits, simulated }: ServiceFacts): string {
  if (tier === "auto" && !simulated) return "auto: learned from Claude's answers";
  const { requestsPerMinute, inputTokensPerMinute, outputTokensPerMinute } = limits;
  const count = (value: number) => value.toLocaleString("en-US");
  return `${tier}: ${count(requestsPerMinute)} requests a minute, ${count(inputTokensPerMinute)} input and ${count(outputTokensPerMinute)} output tokens (Haiku)`;
}

function describeRedis({ redis, redisUrl }: ServiceFacts, workingFolder: string): string {
  switch (redis) {
    case "own":
      return `embedded, at ${short(redisUrl, workingFolder)}`;
    case "found":
      return `embedded, found running at ${short(redisUrl, workingFolder)}`;
    case "given":
      return withoutSecrets(redisUrl);
    default:
      return redis satisfies never;
  }
}

function withoutSecrets(url: string): string {
  if (url.startsWith("/")) return url;
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

/** As the user would type it. */
function short(path: string, workingFolder: string): string {
  const fromHere = relative(workingFolder, path);
  return fromHere.startsWith("..") ? path : fromHere;
}
