import type { Paint } from "./paint.ts";
import { clipped, oneLine, padded, textWidth } from "./text-width.ts";

export interface Column<Row> {
  title: string;
  /** What stands in the column, without colours. */
  text: (row: Row) => string;
  /** Numbers stand right. */
  align?: "right";
  /** Gives way when the terminal is too narrow, down to a few columns. */
  shrinks?: boolean;
  /** Is left out, the lowest first, when shrinking is not enough. */
  dropsAs?: number;
  style?: (row: Row) => "green" | "red" | "yellow" | "dim" | undefined;
}

const gap = "  ";
const shrunkWidthMin = 8;

/** A table of lines that fit into `width` columns, as far as its columns can shrink or be left out. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], width: number, paint: Paint): string[] {
  const cells = rows.map((row) => columns.map((column) => oneLine(column.text(row))));
  const widths = columns.map(({ title }, index) => Math.max(textWidth(title), ...cells.map((row) => textWidth(row[index] ?? ""))));
  const least = columns.map(({ shrinks }, index) => Math.min(widths[index] ?? 0, shrinks === true ? shrunkWidthMin : Infinity));
  const [dropped] = columns.flatMap((column) => column.dropsAs ?? []).toSorted((one, other) => one - other);
  if (dropped !== undefined && total(least) > width) {
    return table(
      columns.filter(({ dropsAs }) => dropsAs !== dropped),
      rows,
      width,
      paint,
    );
  }
  let excess = total(widths) - width;
  for (const [index, { shrinks }] of columns.entries()) {
    if (shrinks !== true || excess <= 0) continue;
    const wide = widths[index] ?? 0;
    const narrow = Math.max(Math.min(wide, shrunkWidthMin), wide - excess);
    widths[index] = narrow;
    excess -= wide - narrow;
  }
  const line = (texts: readonly string[], painted: (text: string, index: number) => string) =>
    texts
      .map((text, index) =>
        painted(padded(clipped(text, widths[index] ?? 0), widths[index] ?? 0, columns[index]?.align === "right" ? "right" : "left"), index),
      )
      .join(gap)
      .trimEnd();
  return [
    line(
      columns.map(({ title }) => title),
      (text) => paint("dim", text),
    ),
    ...rows.map((row, place) =>
      line(cells[place] ?? [], (text, index) => {
        const style = columns[index]?.style?.(row);
        return style === undefined ? text : paint(style, text);
      }),
    ),
  ];
}

/** Columns of the terminal that columns of these widths take. */
function total(widths: readonly number[]): number {
  return widths.reduce((sum, each) => sum + each, gap.length * (widths.length - 1));
}

/** Names and values, one a line. */
export function fields(pairs: readonly (readonly [name: string, value: string])[], paint: Paint): string[] {
  const width = Math.max(...pairs.map(([name]) => textWidth(name)));
  return pairs.map(([name, value]) => `${paint("dim", padded(name, width))}  ${value}`);
}
