// What can be seen of an answer while it is streamed: how much of it is there, and since when. Never what it says. Pure.
import type { RawMessageStreamEvent } from "@anthropic-ai/sdk/resources/messages";

export interface AnswerProgress {
  /** When it began, as long as no part of it has come. */
  waitingSinceMs: number | undefined;
  /** Of text and of calls of tools. */
  characters: number;
  /** How many of them came after others, and how long that took: their pace. */
  timedCharacters: number;
  timedMs: number;
  /** When the last of them came, if nothing was hidden since. */
  lastPieceAtMs: number | undefined;
  /** How long was written what is not shown, or not in full: thinking. What of it is still going on since `hiddenSinceMs` is not in it. */
  hiddenMs: number;
  hiddenSinceMs: number | undefined;
  /** When anything came. */
  lastEventAtMs: number;
}

/** Claude has begun; nothing is there yet. */
export function progressAtStart(nowMs: number): AnswerProgress {
  return {
    waitingSinceMs: nowMs,
    characters: 0,
    timedCharacters: 0,
    timedMs: 0,
    lastPieceAtMs: undefined,
    hiddenMs: 0,
    hiddenSinceMs: undefined,
    lastEventAtMs: nowMs,
  };
}

/** Another event of the stream; the kinds that are not known change nothing but the time. */
export function withEvent(before: AnswerProgress, event: RawMessageStreamEvent, nowMs: number): AnswerProgress {
  const progress = { ...before, lastEventAtMs: nowMs };
  switch (event.type) {
    case "content_block_start":
      return isHidden(event.content_block.type)
        ? { ...progress, hiddenSinceMs: nowMs, lastPieceAtMs: undefined, waitingSinceMs: undefined }
        : progress;
    case "content_block_stop": {
      const { hiddenSinceMs, hiddenMs } = before;
      return hiddenSinceMs === undefined ? progress : { ...progress, hiddenSinceMs: undefined, hiddenMs: hiddenMs + nowMs - hiddenSinceMs };
    }
    case "content_block_delta":
      return withPiece(progress, charactersOf(event.delta), nowMs);
    default:
      return progress;
  }
}

function withPiece(progress: AnswerProgress, length: number, nowMs: number): AnswerProgress {
  if (length === 0) return progress;
  const { characters, timedCharacters, timedMs, lastPieceAtMs } = progress;
  const next = { ...progress, characters: characters + length, lastPieceAtMs: nowMs, waitingSinceMs: undefined };
  if (lastPieceAtMs === undefined) return next;
  return { ...next, timedCharacters: timedCharacters + length, timedMs: timedMs + nowMs - lastPieceAtMs };
}

/** Of thinking at most a summary is shown, and its tokens count all the same. */
function isHidden(blockType: string): boolean {
  return blockType === "thinking" || blockType === "redacted_thinking";
}

function charactersOf(delta: Extract<RawMessageStreamEvent, { type: "content_block_delta" }>["delta"]): number {
  switch (delta.type) {
    case "text_delta":
      return lengthOf(delta.text);
    case "input_json_delta":
      return lengthOf(delta.partial_json);
    default:
      return 0;
  }
}

/** A gateway may send anything. */
function lengthOf(text: unknown): number {
  return typeof text === "string" ? text.length : 0;
}
