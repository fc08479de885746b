import { expect, test } from "vitest";
import { TargetSlots } from "./target-slots.ts";

function setUp() {
  const clock = { nowMs: 1_000_000 };
  const woken: string[] = [];
  const slots = new TargetSlots({ slots: 20, now: () => clock.nowMs, random: () => 0.5, wake: (id) => void woken.push(id) });
  return { clock, slots, woken };
}

test("a failing target has four slots, however many are free", () => {
  const { slots } = setUp();
  const entered = Array.from({ length: 6 }, () => slots.enter("dead", true));
  expect(entered.filter((leave) => leave !== undefined)).toHaveLength(4);
  entered[0]?.();
  expect(slots.enter("dead", true)).toBeDefined();
});

test("a target that works gets more while half of all slots is free; the other half stays for others", () => {
  const { slots } = setUp();
  const entered = Array.from({ length: 30 }, () => slots.enter("busy", false));
  expect(entered.filter((leave) => leave !== undefined)).toHaveLength(10);
  expect(slots.enter("another", false)).toBeDefined();
  expect(slots.enter("third", true)).toBeDefined();
});

test("leaving twice gives one slot back", () => {
  const { slots } = setUp();
  const [leave] = Array.from({ length: 4 }, () => slots.enter("dead", true));
  leave?.();
  leave?.();
  expect([slots.enter("dead", true), slots.enter("dead", true)].filter((left) => left !== undefined)).toHaveLength(1);
});

test("those who wait for a busy target get turns of their own, further apart the longer it takes", () => {
  const { clock, slots } = setUp();
  for (let index = 0; index < 4; index += 1) slots.enter("slow", true);
  expect([1, 2, 3].map(() => slots.turnWhenFree("slow") - clock.nowMs)).toEqual([20, 40, 60]);
  clock.nowMs += 600;
  expect([1, 2].map(() => slots.turnWhenFree("slow") - clock.nowMs)).toEqual([150, 300]);
  clock.nowMs += 60_000;
  expect([1, 2].map(() => slots.turnWhenFree("slow") - clock.nowMs)).toEqual([250, 500]);
});

test("after a hold they come one after the other, and nobody waits longer than five minutes beyond it", () => {
  const { clock, slots } = setUp();
  const untilMs = clock.nowMs + 30_000;
  expect([1, 2, 3].map(() => slots.turnAfter("held", untilMs) - untilMs)).toEqual([0, 20, 40]);
  const turns = Array.from({ length: 20_000 }, () => slots.turnAfter("held", untilMs) - untilMs);
  expect(Math.max(...turns)).toBeLessThanOrEqual(300_000);
  expect(turns.at(-1)).toBe(150_000);
});

test("with each slot that gets free the next of those who wait is woken, and a few when the hold ends", () => {
  const { slots, woken } = setUp();
  const [leave] = Array.from({ length: 4 }, () => slots.enter("slow", true));
  for (const id of ["a", "b", "c", "d", "e", "f", "g"]) slots.wait("slow", id);
  slots.arrive("slow", "b");
  leave?.();
  expect(woken).toEqual(["a"]);
  slots.release("slow");
  expect(woken).toEqual(["a", "c", "d", "e", "f"]);
  slots.enter("other", false)?.();
  expect(woken).toHaveLength(5);
});
