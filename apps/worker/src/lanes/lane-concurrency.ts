/** Answers of a minute and a half (a few thousand tokens) at full pace must fit. */
const answerSeconds = 90;
const concurrencyMin = 10;
/** 1,500 waiting calls in one process cost BullMQ next to nothing; the bound is on the memory of their bodies. */
const concurrencyMax = 2_000;

/** How many attempts of a lane may run at once in one process: rate × time of an answer. It bounds memory, it does not pace. */
export function laneConcurrency(requestsPerMinute: number): number {
  const wanted = Math.ceil((requestsPerMinute / 60) * answerSeconds);
  return Math.min(concurrencyMax, Math.max(concurrencyMin, wanted));
}
