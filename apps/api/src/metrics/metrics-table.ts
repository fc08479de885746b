import { Metrics } from "./metrics.ts";

/** All metrics as a Markdown table. */
export function metricsTable(): string {
  const rows = new Metrics().registry.getMetricsAsArray().map((metric) => {
    // The types of the library leave out the names of labels, which the objects have.
    const labels = "labelNames" in metric && Array.isArray(metric.labelNames) ? metric.labelNames : [];
    return `| \`${metric.name}\` | ${metric.type} | ${labels.map((label) => `\`${label}\``).join(", ")} | ${metric.help} |`;
  });
  return ["| metric | type | labels | |", "| --- | --- | --- | --- |", ...rows].join("\n");
}
