import { describe, expect, test } from "vitest";
import { randomOf } from "../answers/random.ts";
import { FaultPlan } from "./fault-plan.ts";

const target = { prompt: "a prompt", streamed: false, roll: 0.5 };

describe("planned faults", () => {
  test("happen to the next requests, in the order of planning, and then no more", () => {
    const plan = new FaultPlan({});
    plan.plan({ fault: "overloaded", count: 2 });
    plan.plan({ fault: "internal", count: 1 });
    const seen = Array.from({ length: 4 }, () => plan.takeRefusal(target)?.fault);
    expect(seen).toEqual(["overloaded", "overloaded", "internal", undefined]);
  });

  test("wait for a request they fit: broken streams for a stream, a text for the prompt that contains it", () => {
    const plan = new FaultPlan({});
    plan.plan({ fault: "stream_error", count: 1 });
    plan.plan({ fault: "internal", count: 1, containing: "poison" });
    expect(plan.takeRefusal(target)).toBeUndefined();
    expect(plan.takeAnswerFault(target)).toBeUndefined();
    expect(plan.takeAnswerFault({ ...target, streamed: true })?.fault).toBe("stream_error");
    expect(plan.takeRefusal({ ...target, prompt: "a poison pill" })?.fault).toBe("internal");
    expect(plan.planned).toEqual([]);
  });

  test("of an answer are not used up by a request that the limits refuse", () => {
    const plan = new FaultPlan({});
    plan.plan({ fault: "half", count: 1 });
    expect(plan.takeRefusal(target)).toBeUndefined();
    expect(plan.takeAnswerFault(target)?.fault).toBe("half");
  });
});

describe("faults by rate", () => {
  test("happen about as often as their rate says, and to the same requests each time", () => {
    const plan = new FaultPlan({ overloaded: 0.05, reset: 0.1 });
    const fates = () =>
      Array.from({ length: 4000 }, (_, index) => {
        const roll = randomOf("1", index)();
        return plan.takeRefusal({ ...target, roll })?.fault ?? plan.takeAnswerFault({ ...target, roll })?.fault;
      });
    const seen = fates();
    expect(seen.filter((fault) => fault === "overloaded").length / 4000).toBeCloseTo(0.05, 1);
    expect(seen.filter((fault) => fault === "reset").length / 4000).toBeCloseTo(0.1, 1);
    expect(fates()).toEqual(seen);
  });

  test("can not add up to more than all requests, and a refused change changes nothing", () => {
    const plan = new FaultPlan({ overloaded: 0.6 });
    expect(() => plan.setRate("reset", 0.5)).toThrow(RangeError);
    expect(plan.rates).toEqual({ overloaded: 0.6 });
    expect(() => new FaultPlan({ overloaded: 0.6, reset: 0.5 })).toThrow(RangeError);
  });

  test("end with clear, and are again those of the start after reset", () => {
    const plan = new FaultPlan({ overloaded: 1 });
    plan.clear();
    expect(plan.takeRefusal(target)).toBeUndefined();
    plan.reset();
    expect(plan.takeRefusal(target)?.fault).toBe("overloaded");
  });
});
