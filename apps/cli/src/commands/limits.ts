import { Command } from "@commander-js/extra-typings";
import type { Lane } from "@sluice/client/sluice";
import type { CliContext } from "../cli-context.ts";
import { connect } from "../connect.ts";
import { count, duration, limitName, rate, short } from "../output/format.ts";
import { printer } from "../output/printer.ts";
import { table } from "../output/table.ts";
import { jsonOption } from "./shared-options.ts";

export function limitsCommand(context: CliContext) {
  return new Command("limits")
    .description("show limits and backlogs of every lane (an account's models that share a limit)")
    .addOption(jsonOption())
    .action(async ({ json }) => {
      const { client } = connect(context);
      const out = printer(context, json);
      const lanes = await client.limits({ signal: context.signal });
      const nowMs = Date.now();
      out.print(lanes, () =>
        lanes.length === 0
          ? ["No lane has had a job yet."]
          : table<Lane>(
              [
                { title: "LANE", text: ({ account, pool }) => `${account}.${pool}` },
                { title: "REQUESTS", dropsAs: 4, text: (lane) => `${count(lane.requests.per_minute)}/min`, align: "right" },
                { title: "INPUT", dropsAs: 1, text: (lane) => short(lane.input_tokens.per_minute), align: "right" },
                { title: "OUTPUT", dropsAs: 2, text: (lane) => short(lane.output_tokens.per_minute), align: "right" },
                { title: "PACE", text: (lane) => `${rate(lane.requests_per_minute)}/${rate(lane.pace_per_minute)}`, align: "right" },
                { title: "WAITING", text: ({ queued, delayed }) => count(queued + delayed), align: "right" },
                { title: "RUNNING", dropsAs: 3, text: ({ running }) => count(running), align: "right" },
                { title: "BACKLOG", dropsAs: 5, text: (lane) => duration(lane.backlog_seconds * 1_000), align: "right" },
                {
                  title: "LIMITED BY",
                  text: (lane) => limitedByText(lane, nowMs),
                  style: ({ resting_until: until }) => (until === null ? undefined : "yellow"),
                },
              ],
              lanes,
              out.width,
              out.paint,
            ),
      );
    });
}

function limitedByText({ limited_by: limitedBy, resting_until: until }: Lane, nowMs: number): string {
  const by = limitedBy === null ? "–" : limitName(limitedBy);
  return until === null ? by : `${by}, rests ${duration(Date.parse(until) - nowMs)}`;
}
