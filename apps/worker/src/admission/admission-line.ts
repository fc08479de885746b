// The attempts of one lane in this process that wait to be admitted, first come, first served.
//
// The head asks; it sleeps as long as its refusal says and asks again. So budgets are used the moment they have refilled, and Redis
// is asked once or a few times per wait however many attempts wait. A wait that is too long to hold slots for ends for the whole line at once: the
// lane rests, the jobs go back.
//
// Invariants
//   L1 Only an attempt that lacks input tokens is overtaken: a large prompt waits for them longer than those behind it, and meanwhile the other budgets
//      would overflow. Nobody is for longer than `overtakenMsMax`.
//   L2 One question is under way at a time; whoever leaves the line does so between two questions, so no reservation is left behind.
import { setTimeout as sleep } from "node:timers/promises";
import type { ReserveReply } from "@sluice/shared/budgets/reserve";

export type Admission =
  | { admitted: true; waitedMs: number }
  /** Too long to wait here: the lane should rest for `restMs`. */
  | { admitted: false; limitedBy: Refusal["limitedBy"]; restMs: number }
  | { admitted: false; limitedBy: "aborted"; restMs: 0 };

type Refusal = Extract<ReserveReply, { admitted: false }>;

/** Longer waits rest the lane. Up to this a slot and its lock are held: less than half the time a lock lasts. */
const waitMsMax = 10_000;

/** A debt that is an estimate may be gone with the next answer, so the lane asks again after this long. */
const restMsMax = 15_000;

/** An attempt may be overtaken for this long after it was first refused for input tokens: large prompts wait a moment longer, never for ever. */
const overtakenMsMax = 3_000;

/** So many behind the head are asked while it is overtaken. */
const overtakersMax = 8;

interface Waiting {
  reserve: () => Promise<ReserveReply>;
  signal: AbortSignal;
  arrivedAtMs: number;
  /** Its last refusal was for input tokens. */
  lacksInput: boolean;
  /** Set by its first refusal for input tokens. */
  overtakenUntilMs: number | undefined;
  /** As one that may overtake it does not ask for input again before; as the head it does when it is woken. */
  refusedUntilMs: number;
  admission: PromiseWithResolvers<Admission>;
}

export class AdmissionLine {
  #line: Waiting[] = [];
  #isAsking = false;
  #isClosed = false;
  #sleeping = new AbortController();

  /** Attempts that are not admitted yet. */
  get waiting(): number {
    return this.#line.length;
  }

  /** Something was given back, or a limit has changed: the head asks again now. */
  wake(): void {
    this.#sleeping.abort();
  }

  /** Sends everybody back who is not admitted yet, and all who come later. */
  close(): void {
    this.#isClosed = true;
    this.wake();
  }

  /** @param reserve asks once; called again after the wait it names */
  async admit(reserve: () => Promise<ReserveReply>, signal: AbortSignal): Promise<Admission> {
    const attempt: Waiting = {
      reserve,
      signal,
      arrivedAtMs: Date.now(),
      lacksInput: false,
      overtakenUntilMs: undefined,
      refusedUntilMs: 0,
      admission: Promise.withResolvers(),
    };
    this.#line.push(attempt);
    const leave = (): void => this.wake();
    signal.addEventListener("abort", leave);
    const [head] = this.#line;
    const mayOvertake = head !== undefined && mayBeOvertaken(head) && this.#line.length <= 1 + overtakersMax;
    if (mayOvertake || signal.aborted) this.wake();
    if (!this.#isAsking) void this.#askUntilEmpty();
    return await attempt.admission.promise.finally(() => signal.removeEventListener("abort", leave));
  }

  async #askUntilEmpty(): Promise<void> {
    this.#isAsking = true;
    while (this.#line.length > 0) {
      this.#sleeping = new AbortController();
      const waitMs = await this.#askOnce();
      if (waitMs > 0) await sleep(waitMs, undefined, { signal: this.#sleeping.signal }).catch(() => {});
    }
    this.#isAsking = false;
  }

  /** Asks for the head, and for those who may overtake it. Returns after how many ms one of them may fit. */
  async #askOnce(): Promise<number> {
    let waitMs = waitMsMax;
    let overtaken = 0;
    while (overtaken <= overtakersMax) {
      this.#sendBackAborted();
      const attempt = this.#line[overtaken];
      if (attempt === undefined) break;
      const refusedForMs = attempt.refusedUntilMs - Date.now();
      if (overtaken > 0 && refusedForMs > 0 && mayBeOvertaken(attempt)) {
        waitMs = Math.min(waitMs, refusedForMs);
        overtaken += 1;
        continue;
      }
      const reply = await ask(attempt);
      if (reply === undefined || reply.admitted) {
        this.#line.splice(overtaken, 1);
        if (reply !== undefined) attempt.admission.resolve({ admitted: true, waitedMs: Date.now() - attempt.arrivedAtMs });
        continue;
      }
      noteRefusal(attempt, reply);
      if (reply.retryAfterMs <= waitMsMax) {
        waitMs = Math.min(waitMs, reply.retryAfterMs);
      } else if (overtaken === 0) {
        this.#sendBack(this.#line, back(reply));
        return 0;
      }
      if (!mayBeOvertaken(attempt)) break;
      overtaken += 1;
    }
    return this.#line.length === 0 ? 0 : waitMs;
  }

  #sendBackAborted(): void {
    this.#sendBack(this.#isClosed ? this.#line : this.#line.filter(({ signal }) => signal.aborted), {
      admitted: false,
      limitedBy: "aborted",
      restMs: 0,
    });
  }

  #sendBack(attempts: readonly Waiting[], answer: Admission): void {
    this.#line = this.#line.filter((attempt) => !attempts.includes(attempt));
    for (const { admission } of attempts) admission.resolve(answer);
  }
}

/** undefined: the question failed, which is the attempt's own failure */
async function ask({ reserve, admission }: Waiting): Promise<ReserveReply | undefined> {
  try {
    return await reserve();
  } catch (error) {
    admission.reject(error);
    return undefined;
  }
}

function noteRefusal(attempt: Waiting, { limitedBy, retryAfterMs }: Refusal): void {
  attempt.refusedUntilMs = Date.now() + retryAfterMs;
  attempt.lacksInput = limitedBy === "inputTokens";
  if (attempt.lacksInput) attempt.overtakenUntilMs ??= Date.now() + overtakenMsMax;
}

function mayBeOvertaken({ lacksInput, overtakenUntilMs = 0 }: Waiting): boolean {
  return lacksInput && Date.now() < overtakenUntilMs;
}

function back({ limitedBy, retryAfterMs }: Refusal): Admission {
  return { admitted: false, limitedBy, restMs: Math.min(retryAfterMs, restMsMax) };
}
