import { createLogUpdate } from "log-update";
import { coloured, plain } from "../output/paint.ts";
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
  const draw = () => {
    if (last === undefined) return;
    drawnAtMs = performance.now();
    update(runView(last, stream.columns ?? 80, hasColours ? coloured : plain).join("\n"));
  };
  return {
    show(progress) {
      last = progress;
      if (performance.now() - drawnAtMs >= frameMs) draw();
    },
    end() {
      draw();
      update.done();
    },
  };
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
