import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { startProcess } from "./processes.ts";

const script = fileURLToPath(new URL("testing/echo-process.ts", import.meta.url));

test("a process gets only the environment it is given", async () => {
  const { readyLine } = await startProcess({ script, env: { GIVEN: "1" }, readyEvent: "echo.ready" });
  expect(readyLine["environment"]).toEqual(expect.arrayContaining(["GIVEN", "PATH"]));
  expect(readyLine["environment"]).not.toContain("VITEST");
});

test("stop ends it in order, with its last lines read", async () => {
  const started = await startProcess({ script, readyEvent: "echo.ready" });
  const last = started.waitForLine((line) => line["event"] === "echo.stopped");
  expect(await started.stop()).toEqual({ code: 0, signal: null });
  expect(await last).toEqual({ event: "echo.stopped" });
  expect(started.output()).toContain("a line that is not JSON");
});

test("kill ends it at once", async () => {
  const started = await startProcess({ script, readyEvent: "echo.ready" });
  started.kill();
  expect(await started.exited).toEqual({ code: null, signal: "SIGKILL" });
});

test("a process that ends before it is ready fails the start with its output", async () => {
  await expect(startProcess({ script, args: ["fail"], readyEvent: "echo.ready" })).rejects.toThrow(
    /ended with code 3 before the event echo\.ready was seen.*the reason of the failure/s,
  );
});

test("a line that does not come is told with the output", async () => {
  const started = await startProcess({ script, readyEvent: "echo.ready" });
  await expect(started.waitForLine(() => false, 20)).rejects.toThrow(/went on for 20 ms.*a line that is not JSON/s);
});
