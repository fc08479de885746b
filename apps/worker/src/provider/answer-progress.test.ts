import type { RawMessageStreamEvent } from "@anthropic-ai/sdk/resources/messages";
import { expect, test } from "vitest";
import { progressAtStart, withEvent } from "./answer-progress.ts";
import type { AnswerProgress } from "./answer-progress.ts";

const text = (length: number): RawMessageStreamEvent => ({
  type: "content_block_delta",
  index: 0,
  delta: { type: "text_delta", text: "x".repeat(length) },
});
const thinkingStarts: RawMessageStreamEvent = {
  type: "content_block_start",
  index: 0,
  content_block: { type: "thinking", thinking: "", signature: "" },
};
const thinkingPiece: RawMessageStreamEvent = {
  type: "content_block_delta",
  index: 0,
  delta: { type: "thinking_delta", thinking: "a summary" },
};
const blockStops: RawMessageStreamEvent = { type: "content_block_stop", index: 0 };

function after(...events: [atMs: number, event: RawMessageStreamEvent][]): AnswerProgress {
  return events.reduce((progress, [atMs, event]) => withEvent(progress, event, atMs), progressAtStart(0));
}

test("text counts by its length, its pace from the first piece on: what came before that is the wait for it", () => {
  expect(after()).toMatchObject({ waitingSinceMs: 0, characters: 0 });
  expect(after([800, text(10)], [900, text(20)], [1_100, text(40)])).toMatchObject({
    waitingSinceMs: undefined,
    hiddenMs: 0,
    characters: 70,
    timedCharacters: 60,
    timedMs: 300,
    lastEventAtMs: 1_100,
  });
});

test("the arguments of a tool's call count as text", () => {
  const call: RawMessageStreamEvent = {
    type: "content_block_delta",
    index: 0,
    delta: { type: "input_json_delta", partial_json: '{"city":' },
  };
  expect(after([100, call])).toMatchObject({ characters: 8 });
});

test("thinking counts by how long it takes, not by what is shown of it, and is no part of the text's pace", () => {
  const thinking = after([100, thinkingStarts], [500, thinkingPiece]);
  expect(thinking).toMatchObject({ characters: 0, waitingSinceMs: undefined, hiddenSinceMs: 100, hiddenMs: 0 });
  const written = after([100, thinkingStarts], [600, blockStops], [700, text(10)], [800, text(10)]);
  expect(written).toMatchObject({ characters: 20, timedCharacters: 10, timedMs: 100, hiddenMs: 500, hiddenSinceMs: undefined });
  const again = after([0, text(10)], [100, thinkingStarts], [600, blockStops], [700, text(10)]);
  expect(again).toMatchObject({ characters: 20, timedCharacters: 0, timedMs: 0 });
});

test("events of kinds that are not known yet, and such as cannot be, change nothing", () => {
  const unknown: RawMessageStreamEvent = JSON.parse('{"type":"from_the_future","index":0,"delta":{"type":"more","text":"abc"}}');
  const unknownDelta: RawMessageStreamEvent = JSON.parse('{"type":"content_block_delta","index":0,"delta":{"type":"more","text":"abc"}}');
  expect(after([10, unknown], [20, unknownDelta])).toEqual({ ...progressAtStart(0), lastEventAtMs: 20 });
  const noText: RawMessageStreamEvent = JSON.parse(
    '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":{"length":9}}}',
  );
  expect(after([10, noText])).toEqual({ ...progressAtStart(0), lastEventAtMs: 10 });
});
