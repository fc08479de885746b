import { markdownTable } from "markdown-table";
import { type Machine, machineLine } from "../machine.ts";
import type { DeliveryTimes } from "./measure-round.ts";

export interface DeliveriesResult {
  machine: Machine;
  jobsPerSecond: number;
  one: DeliveryTimes;
  many: DeliveryTimes;
  /** Of the hundred that answer. */
  besideHanging: DeliveryTimes;
}

/** What the project aims at. */
const aims = { p99MsMax: 250 };

/** The result for people, in Markdown. */
export function describeDeliveries({ machine, jobsPerSecond, one, many, besideHanging }: DeliveriesResult): string {
  const row = (name: string, { events, p50, p95, p99, maxMs }: DeliveryTimes) => [
    name,
    String(events),
    ...[p50, p95, p99, maxMs].map((ms) => ms.toFixed(0)),
  ];
  const table = [
    ["", "events", "p50 ms", "p95 ms", "p99 ms", "longest ms"],
    row("one receiver", one),
    row("101 receivers", many),
    row("100 receivers, while one more never answers", besideHanging),
  ];
  return `# Deliveries

${machineLine(machine)}

From a job's final state to its event at the receiver's door, ${jobsPerSecond} jobs a second, one API and one worker process, receivers that answer
after 20 ms, Redis syncing every write to disk. Aim: p99 below ${aims.p99MsMax} ms, and the hundred no slower for the one that hangs.

${markdownTable(table, { align: ["l", "r", "r", "r", "r", "r"] })}
`;
}
