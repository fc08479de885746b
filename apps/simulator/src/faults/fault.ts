/**
 * What can go wrong on demand. Refusals answer before the limits are looked at and use up nothing; the others happen to
 * a request that was admitted.
 */
const refusalFaults = [
  "invalid_request",
  "spend_limit",
  "authentication",
  "billing",
  "permission",
  "not_found",
  "rate_limit",
  "ramp",
  "spend_cap",
  "contract_spend_cap",
  "internal",
  "bad_gateway",
  "unavailable",
  "timeout",
  "overloaded",
] as const;

const answerFaults = ["reset", "silence", "half", "stream_error", "slow", "refusal"] as const;

export type RefusalFault = (typeof refusalFaults)[number];
export type AnswerFault = (typeof answerFaults)[number];
export type Fault = RefusalFault | AnswerFault;

export const faults: readonly Fault[] = [...refusalFaults, ...answerFaults];

export function isFault(name: string): name is Fault {
  return faults.some((fault) => fault === name);
}

export function isRefusalFault(fault: Fault): fault is RefusalFault {
  return refusalFaults.some((each) => each === fault);
}
