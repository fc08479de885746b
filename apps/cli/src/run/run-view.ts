// The live view of a run: a pure function of what is known, the width of the terminal and its colours.
import { count, duration, limitName, money, percent, rate, short } from "../output/format.ts";
import type { Paint } from "../output/paint.ts";
import { clipped, padded, textWidth } from "../output/text-width.ts";
import { doneOf, lostOf, projectedCostUsd } from "./run-progress.ts";
import type { RunProgress } from "./run-progress.ts";

const indent = "  ";
const nameWidth = 8;
/** Wider bars are no easier to read. */
const barWidthMax = 72;
/** From here on two fields stand side by side, the second one in this column. */
const wideColumns = 150;
const secondColumn = 84;

/** The lines of one frame; none is wider than `columns`, and there are as many of them from the first frame to the last. */
export function runView(progress: RunProgress, columns: number, paint: Paint): string[] {
  const width = Math.max(20, columns - 1);
  const isWide = columns >= wideColumns;
  const named = fields(progress, paint).map(([name, plainText, text]) => {
    const room = (isWide ? Math.min(secondColumn, width - secondColumn) : width) - indent.length - nameWidth;
    // The room that numbers need to grow is given up first.
    const fitting = [text, text.replaceAll(/ {2,}/g, " ").trimStart()].find((each) => textWidth(each) <= room);
    return `${indent}${paint("dim", padded(name, nameWidth))}${fitting ?? clipped(plainText, room)}`;
  });
  return [
    `${indent}${paint("bold", clipped(progress.title, width - indent.length))}`,
    `${indent}${bar(progress, width - indent.length, paint)}`,
    ...(isWide ? sideBySide(named, secondColumn) : named),
    progress.notice === undefined ? "" : `${indent}${paint("yellow", clipped(progress.notice, width - indent.length))}`,
  ];
}

/** For logs and pipes: the same on one line. */
export function runLine(progress: RunProgress): string {
  const { counts, costUsd, leftMs, notice } = progress;
  const parts = [
    `${count(doneOf(counts))} of ${count(counts.total)} done`,
    `${count(lostOf(counts))} failed`,
    doneOf(counts) === counts.total ? undefined : describePace(progress),
    costUsd === undefined ? undefined : money(costUsd),
    leftMs === undefined || doneOf(counts) === counts.total ? undefined : `about ${duration(leftMs)} left`,
    notice,
  ];
  return parts.filter((part) => part !== undefined && part !== "").join(" · ");
}

function bar({ counts }: RunProgress, width: number, paint: Paint): string {
  const share = counts.total === 0 ? 0 : doneOf(counts) / counts.total;
  const total = count(counts.total);
  const text = `${padded(percent(share), 8, "right")}  ${padded(count(doneOf(counts)), total.length, "right")} of ${total}`;
  const room = Math.min(barWidthMax, width - textWidth(`${percent(1)}  ${total} of ${total}`) - 1);
  if (room < 10) return text.trim();
  const full = Math.floor(share * room);
  const lost = full === 0 ? 0 : Math.min(full, Math.ceil((lostOf(counts) / counts.total) * room));
  return `${paint("green", "█".repeat(full - lost))}${paint("red", "█".repeat(lost))}${paint("dim", "░".repeat(room - full))}${text}`;
}

type Field = [name: string, plain: string, painted: string];

function fields(progress: RunProgress, paint: Paint): Field[] {
  const { counts, tokens, costUsd, elapsedMs, leftMs } = progress;
  const lost = lostOf(counts);
  // As wide as they will get, so that nothing moves when a number grows.
  const number = (value: number) => padded(count(value), count(counts.total).length, "right");
  const states = [
    `${number(counts.succeeded)} succeeded`,
    `${number(lost)} failed`,
    `${number(counts.running)} running`,
    `${number(counts.queued)} waiting`,
  ];
  const painted = states.map((state, index) => (index === 1 && lost > 0 ? state.replace(/\S.*/, (text) => paint("red", text)) : state));
  const projected = projectedCostUsd(progress);
  const isDone = doneOf(counts) === counts.total;
  const cost =
    costUsd === undefined ? "–" : `${money(costUsd)}${projected === undefined || isDone ? "" : ` · about ${money(projected)} in all`}`;
  const times = [duration(elapsedMs), ...(leftMs === undefined || isDone ? [] : [`about ${duration(leftMs)} left`])];
  return [
    ["lines", states.join(" · "), painted.join(" · ")],
    same("pace", (isDone ? undefined : describePace(progress)) ?? "–"),
    same("tokens", tokens === undefined ? "–" : `${short(tokens.input)} in · ${short(tokens.output)} out`),
    same("cost", cost),
    same("time", times.join(" · ")),
  ];
}

function same(name: string, text: string): Field {
  return [name, text, text];
}

function describePace({ ratePerMinute, pace }: RunProgress): string | undefined {
  const now = ratePerMinute === undefined ? "–" : rate(ratePerMinute);
  if (pace === undefined) return ratePerMinute === undefined ? undefined : `${now} a minute`;
  const { limitPerMinute, limitedBy, restsForMs } = pace;
  if (restsForMs !== undefined) return `resting for ${duration(restsForMs)}${limitedBy === null ? "" : `: ${limitName(limitedBy)}`}`;
  return `${now} of ${rate(limitPerMinute)} a minute${limitedBy === null ? "" : ` · limited by ${limitName(limitedBy)}`}`;
}

function sideBySide(lines: readonly string[], width: number): string[] {
  const rows: string[] = [];
  for (let index = 0; index < lines.length; index += 2) {
    rows.push(`${padded(lines[index] ?? "", width)}${lines[index + 1] ?? ""}`.trimEnd());
  }
  return rows;
}
