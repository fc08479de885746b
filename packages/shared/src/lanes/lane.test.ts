import { expect, test } from "vitest";
import { laneOfModel, laneOfName, ownPoolsMax } from "./lane.ts";

const none = new Set<string>();

test.each([
  ["claude-haiku-4-5", "haiku-4-5"],
  ["claude-haiku-4-5-20251001", "haiku-4-5"],
  ["claude-opus-4-6", "opus-4"],
  ["claude-opus-4-5-20251101", "opus-4"],
  ["claude-opus-5", "opus-5"],
  ["claude-opus-5-5", "opus-5-5"],
  ["claude-sonnet-4-5-20250929", "sonnet-4"],
  ["claude-sonnet-5", "sonnet-5"],
  ["claude-fable-5-2", "fable-5"],
])("%s shares the limit of the pool %s", (model, pool) => {
  expect(laneOfModel(model, none)).toMatchObject({ pool, name: `{default.${pool}}` });
});

test("models that are not known have pools of their own, also when their names differ only in signs", () => {
  const lanes = ["my/model", "my_model", "my-model", "x".repeat(128)].map((model) => laneOfModel(model, none).name);
  expect(new Set(lanes).size).toBe(4);
  expect(laneOfModel("claude-opus-9", none).modelClass).toBe("opus");
  for (const lane of lanes) expect(lane).toMatch(/^\{default\.model-[a-z0-9-]{1,60}\}$/);
});

test("a client cannot open lanes without end: further models share one", () => {
  const open = new Set<string>();
  for (let index = 0; index < ownPoolsMax + 10; index += 1) open.add(laneOfModel(`model${index}`, open).name);
  expect(open.size).toBe(ownPoolsMax + 1);
  expect(laneOfModel("one-more", open).pool).toBe("other");
  expect(laneOfModel("model0", open).pool).toBe("model-model0");
});

test("a lane is found again from its name", () => {
  for (const model of ["claude-opus-5-5", "gpt-x", "claude-3-5-haiku-20241022"]) {
    const lane = laneOfModel(model, none);
    expect(laneOfName(lane.name)).toEqual(lane);
  }
  expect(() => laneOfName("default.opus")).toThrow("is not the name of a lane");
});
