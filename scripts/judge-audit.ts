// What `pnpm audit --json` found, told apart from that it found out nothing.
import { z } from "zod";

/** Lower ones are listed by `pnpm audit` and fail nothing: most are of uses that Sluice does not make. */
const failingSeverities = new Set(["high", "critical"]);

/** The part of npm's audit report that is looked at. */
const reportSchema = z.object({
  advisories: z.record(
    z.string(),
    z.object({
      module_name: z.string(),
      severity: z.string(),
      title: z.string(),
      findings: z.array(z.object({ paths: z.array(z.string()) })),
    }),
  ),
});

type AuditVerdict = { outcome: "clean" | "unknown" } | { outcome: "holes"; holes: string[] };

/** @param stdout what the audit wrote: a report, or anything else when the registry could not be asked */
export function judgeAudit(stdout: string): AuditVerdict {
  let report: unknown;
  try {
    report = JSON.parse(stdout);
  } catch {
    return { outcome: "unknown" };
  }
  const parsed = reportSchema.safeParse(report);
  if (!parsed.success) return { outcome: "unknown" };
  const holes = Object.values(parsed.data.advisories)
    .filter(({ severity }) => failingSeverities.has(severity))
    .map((hole) => `${hole.severity}: ${hole.module_name}: ${hole.title} (${hole.findings[0]?.paths[0] ?? "nowhere"})`);
  return holes.length === 0 ? { outcome: "clean" } : { outcome: "holes", holes };
}
