import { expect, test } from "vitest";
import { judgeAudit } from "./judge-audit.ts";

const report = (severity: string) =>
  JSON.stringify({
    advisories: { "1": { module_name: "left-pad", severity, title: "Pads too far", findings: [{ paths: ["apps__api>left-pad"] }] } },
    metadata: { vulnerabilities: { [severity]: 1 } },
  });

test("a high or critical hole fails and is named; a lower one does not fail", () => {
  const holes = ["high: left-pad: Pads too far (apps__api>left-pad)"];
  expect(judgeAudit(report("high"))).toEqual({ outcome: "holes", holes });
  expect(judgeAudit(report("critical"))).toMatchObject({ outcome: "holes" });
  expect(judgeAudit(report("moderate"))).toEqual({ outcome: "clean" });
  expect(judgeAudit('{"advisories":{},"metadata":{}}')).toEqual({ outcome: "clean" });
});

// Work goes on without network; but what was not checked must not look as if it were clean.
test.each(["", "ERR_PNPM_AUDIT_BAD_RESPONSE", "{}", '{"error":{"code":"ENOTFOUND"}}', "null"])("%j is no report, and no pass", (stdout) => {
  expect(judgeAudit(stdout)).toEqual({ outcome: "unknown" });
});
