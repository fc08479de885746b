import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { type PeerName, peerNames, peerTitles } from "../peers/catalog.ts";
import type { RunResult } from "../runs/run-scenarios.ts";
import type { Scenario } from "../scenarios/scenario.ts";

/** One mark of the chart. */
interface Point {
  contestant: string;
  scenario: string;
  /** In per cent. */
  use: number;
  missing: number;
  refused: number;
}

const panel = { width: 250, height: 260 };
const sluiceColor = "#0b6e4f";
const peerColor = "#8a8f98";

/** All contestants in all scenarios as an SVG: three panels, a row for each contestant, a dot for each scenario. */
export async function drawPeers(scenarios: readonly Scenario[], results: readonly RunResult[]): Promise<string> {
  const { spec } = compile(specOf(pointsOf(scenarios, results)));
  return await new View(parse(spec), { renderer: "none" }).toSVG();
}

/** The scenarios that all contestants take part in. */
function pointsOf(scenarios: readonly Scenario[], results: readonly RunResult[]): Point[] {
  const titles = new Map(scenarios.filter(({ peers }) => peers === undefined).map(({ name, title }) => [name, title]));
  return results.flatMap(({ peer, scenario, measures }) => {
    const title = titles.get(scenario);
    if (title === undefined || measures === null) return [];
    return [
      {
        contestant: peerTitles[peer],
        scenario: title,
        use: (measures.use?.share ?? 0) * 100,
        missing: ((measures.lost + measures.unfinished) * 100) / measures.jobs,
        refused: measures.refusedPer1000Jobs,
      },
    ];
  });
}

function specOf(points: Point[]): TopLevelSpec {
  const named = new Set(points.map(({ contestant }) => contestant));
  const order = peerNames.map((name: PeerName) => peerTitles[name]).filter((title) => named.has(title));
  const panelOf = (
    field: keyof Point,
    title: string,
    { scale, values }: { scale: object; values?: number[] },
    isFirst: boolean,
  ): object => ({
    ...panel,
    mark: { type: "point", filled: true, size: 90, opacity: 0.65 },
    encoding: {
      y: {
        field: "contestant",
        type: "nominal",
        sort: order,
        axis: isFirst
          ? { title: null, labelLimit: 220, labelFontSize: 12, grid: true }
          : { title: null, labels: false, ticks: false, grid: true },
      },
      x: { field, type: "quantitative", scale, axis: { title, titleFontSize: 12, tickCount: 6, ...(values && { values }) } },
      color: {
        condition: { test: `datum.contestant === '${peerTitles.sluice}'`, value: sluiceColor },
        value: peerColor,
      },
      tooltip: { field: "scenario" },
    },
  });
  const spec: unknown = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    background: "white",
    title: {
      text: "Sluice and its peers against a Claude with strict limits",
      subtitle: "Each dot is one scenario. Good is right in the first panel and left in the others.",
      anchor: "start",
      offset: 12,
    },
    data: { values: points },
    hconcat: [
      panelOf("use", "Use of the binding limit, %", { scale: { zero: true } }, true),
      panelOf("missing", "Jobs lost or unfinished, %", { scale: { zero: true } }, false),
      panelOf("refused", "429s for each 1,000 jobs", { scale: { type: "symlog", constant: 10 }, values: [0, 10, 100, 1_000] }, false),
    ],
    config: { font: "system-ui, sans-serif", view: { stroke: null }, axis: { gridColor: "#e8eaed", domainColor: "#c4c8ce" } },
  };
  return isSpec(spec) ? spec : { data: { values: [] }, mark: "point" };
}

function isSpec(value: unknown): value is TopLevelSpec {
  return typeof value === "object" && value !== null;
}
