import { markdownTable } from "markdown-table";
import { type Machine, machineLine } from "../machine.ts";
import { whole } from "../report/figures.ts";

export interface FairnessResult {
  machine: Machine;
  /** Single jobs of other tenants beside one that has very many waiting. */
  besideBacklog: {
    waitingJobs: number;
    addedPerSecond: number;
    singleJobs: number;
    /** Jobs that started before one of them, at the most; null: one did not start within 20. */
    worstWaitServices: number | null;
  };
  /** Tenants of one weight with backlogs of different lengths. */
  equal: { tenants: number; jainIndex: number; fewest: number; most: number };
  /** Of 1,200 starts: a tenant of weight 1, one of weight 3, and how many of the first one's were of priority `high`. */
  weights: { weight1: number; weight3: number; highOfWeight1: number };
  /** Mean time that Redis is busy with one call, in µs. */
  busyUs: { add: number; fill: number; fillWithNothingToDo: number; jobsAhead: number };
}

/** The result for people, in Markdown. */
export function describeFairness({ machine, besideBacklog, equal, weights, busyUs }: FairnessResult): string {
  const { waitingJobs, addedPerSecond, singleJobs, worstWaitServices } = besideBacklog;
  const shares = [
    ["", ""],
    [
      `jobs that started before a single one that came while ${whole(waitingJobs)} of another tenant waited: at the most, in ${singleJobs} (aim: a few)`,
      worstWaitServices === null ? "over 20" : String(worstWaitServices),
    ],
    [`Jain's index over the starts of ${equal.tenants} equal tenants with backlogs of 200 to 2,100 jobs`, equal.jainIndex.toFixed(4)],
    ["their fewest and most starts in 3,000", `${equal.fewest}, ${equal.most}`],
    ["starts of a tenant of weight 1 and of one of weight 3 in 1,200", `${weights.weight1}, ${weights.weight3}`],
    ["of those of weight 1, jobs of priority `high` beside `normal` ones (aim: 4 of 6)", String(weights.highOfWeight1)],
  ];
  const costs = [
    ["one call", "Redis is busy for, µs"],
    ["BullMQ's `add`", busyUs.add.toFixed(1)],
    ["`fill-front.lua` with one new job", busyUs.fill.toFixed(1)],
    ["`fill-front.lua` with nothing to do", busyUs.fillWithNothingToDo.toFixed(1)],
    ["`jobs-ahead.lua`", busyUs.jobsAhead.toFixed(1)],
  ];
  return `# Fairness

${machineLine(machine)}

On a real BullMQ queue, jobs started one after the other; ${whole(addedPerSecond)} a second were added to the large backlog.

${markdownTable(shares, { align: ["l", "r"] })}

${markdownTable(costs, { align: ["l", "r"] })}
`;
}
