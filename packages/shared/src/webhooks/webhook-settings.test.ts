import { expect, test } from "vitest";
import { z } from "zod";
import { EnvironmentError, parseEnvironment } from "../config/parse-environment.ts";
import { isCallable } from "./address-guard.ts";
import { defaultScheduleMs } from "./delivery-schedule.ts";
import { deliveryOptions, webhookPolicy, webhookSettings } from "./webhook-settings.ts";

const schema = z.object(webhookSettings);

test("unset, nothing private may be called and the schedule is the standard's example", () => {
  const settings = parseEnvironment(schema, {});
  expect(deliveryOptions(settings)).toEqual({
    policy: { allowPrivate: [], ports: [443, 8443] },
    timeoutMs: 15_000,
    scheduleMs: defaultScheduleMs,
    concurrency: 50,
  });
  expect(settings.SLUICE_PUBLIC_URL).toBe("http://localhost:3000");
});

test("lists are read with or without spaces, fractions of seconds included", () => {
  const settings = parseEnvironment(schema, {
    SLUICE_WEBHOOK_ALLOW_PRIVATE: "127.0.0.0/8, ::1",
    SLUICE_WEBHOOK_PORTS: "443, 9443",
    SLUICE_WEBHOOK_SCHEDULE_SECONDS: "0, 0.05,2",
  });
  const { allowPrivate, ports } = webhookPolicy(settings);
  expect(ports).toEqual([443, 9443]);
  for (const ip of ["127.0.0.1", "::1"]) expect(isCallable(ip, { protocol: "http:", port: 80 }, { allowPrivate, ports })).toBe(true);
  expect(deliveryOptions(settings).scheduleMs).toEqual([0, 50, 2_000]);
});

test("each value that does not fit is named by its variable", () => {
  const unfit = {
    SLUICE_PUBLIC_URL: "sluice.example.com",
    SLUICE_WEBHOOK_ALLOW_PRIVATE: "10.0.0.0/8,everything",
    SLUICE_WEBHOOK_PORTS: "443,6379",
    SLUICE_WEBHOOK_TIMEOUT_SECONDS: "31",
    SLUICE_WEBHOOK_SCHEDULE_SECONDS: "0,soon",
    SLUICE_WEBHOOK_CONCURRENCY: "0",
  };
  let error: unknown;
  try {
    parseEnvironment(schema, unfit);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(EnvironmentError);
  for (const name of Object.keys(unfit)) expect(String(error)).toContain(name);
  expect(String(error)).toContain("must be networks like 10.0.0.0/8, separated by commas");
});
