import stringWidth from "string-width";

/** Columns that a text takes in a terminal; colours take none. */
export const textWidth = (text: string): number => stringWidth(text);

/** The text, filled up with blanks to so many columns. */
export function padded(text: string, width: number, side: "left" | "right" = "left"): string {
  const blanks = " ".repeat(Math.max(0, width - textWidth(text)));
  return side === "left" ? text + blanks : blanks + text;
}

/** The beginning of a text that has no colours, with `…` at its end when it does not fit. */
export function clipped(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let kept = "";
  let keptWidth = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    const next = keptWidth + textWidth(segment);
    if (next > width - 1) break;
    kept += segment;
    keptWidth = next;
  }
  return width < 1 ? "" : `${kept}…`;
}

/** On one line: what a terminal would take for a command or a line's end is a blank. */
export function oneLine(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what this is about
  return text.replaceAll(/[\u0000-\u001F\u007F-\u009F]+/g, " ").trim();
}
