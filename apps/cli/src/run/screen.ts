import { createLogUpdate } from "log-update";
import { coloured, plain } from "../output/paint.ts";
import { textWidth } from "../output/text-width.ts";
import { runLine, runView } from "./run-view.ts";
import type { RunProgress } from "./run-progress.ts";

/** Where a run is watched. */
export interface Screen {
  show: (progress: RunProgress) => void;
  /** Leaves the last frame standing. */
  end: () => void;
}

export type ScreenStream = NodeJS.WritableStream & { isTTY?: boolean; columns?: number };

/** Between two frames: quick enough to look alive, slow enough to be calm. */
const frameMs = 200;
/** Between two lines where there is no terminal, in logs and pipes. */
const lineMs = 10_000;

/** A live view in a terminal; elsewhere a line now and then. */
export function openScreen(stream: ScreenStream, hasColours: boolean): Screen {
  return stream.isTTY === true ? liveScreen(stream, hasColours) : lineScreen(stream);
}

function liveScreen(stream: ScreenStream, hasColours: boolean): Screen {
  const update = createLogUpdate(stream);
  let last: RunProgress | undefined;
  let drawnAtMs = 0;
  let lines: string[] = [];
  const draw = () => {
    if (last === undefined) return;
    drawnAtMs = performance.now();
    lines = runView(last, columnsOf(stream), hasColours ? coloured : plain);
    update(lines.join("\n"));
  };
  // A narrower terminal breaks the lines that stand there: the frame is higher than it was drawn.
  const resized = () => {
    const broken = lines.reduce((rows, line) => rows + Math.max(0, Math.ceil(textWidth(line) / columnsOf(stream)) - 1), 0);
    update.clear();
    if (broken > 0) stream.write(`\u001B[${broken}A\u001B[G\u001B[J`);
    draw();
  };
  stream.on("resize", resized);
  return {
    show(progress) {
      last = progress;
      if (performance.now() - drawnAtMs >= frameMs) draw();
    },
    end() {
      stream.off("resize", resized);
      draw();
      update.done();
    },
  };
}

function columnsOf({ columns = 80 }: ScreenStream): number {
  return columns;
}

function lineScreen(stream: ScreenStream): Screen {
  let last: RunProgress | undefined;
  let written = "";
  let writtenAtMs = -Infinity;
  const write = () => {
    const line = last === undefined ? written : runLine(last);
    if (line === written) return;
    written = line;
    writtenAtMs = performance.now();
    stream.write(`${line}\n`);
  };
  return {
    show(progress) {
      const isNotice = progress.notice !== last?.notice;
      last = progress;
      if (isNotice || performance.now() - writtenAtMs >= lineMs) write();
    },
    end: write,
  };
}
