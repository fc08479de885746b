import { type Admission, admit, chargeRefusal, fullBuckets, type PoolBuckets } from "./admit.ts";
import { take } from "./bucket.ts";
import { beginUse, type LimitUse, newLimitUse, recordUse, settleAllowance } from "./limit-use.ts";
import { type LimitName, limitNames, type Limits, type LimitShapes, shapesOf } from "./limits.ts";

/** The buckets of one organization for the models of one pool, and what was used of them. */
export class Pool {
  readonly organizationId: string;
  readonly name: string;
  readonly use: Readonly<Record<LimitName, LimitUse>> = {
    requests: newLimitUse(),
    inputTokens: newLimitUse(),
    outputTokens: newLimitUse(),
  };
  limits: Limits;
  shapes: LimitShapes;
  buckets: PoolBuckets;

  constructor(organizationId: string, name: string, limits: Limits, nowMs: number) {
    this.organizationId = organizationId;
    this.name = name;
    this.limits = limits;
    this.shapes = shapesOf(limits);
    this.buckets = fullBuckets(this.shapes, nowMs);
  }

  /** @param inputTokens the estimate; {@link correctInput} brings it to the real number. */
  admit(inputTokens: number, nowMs: number): Admission {
    const admission = admit(this.buckets, this.shapes, inputTokens, nowMs);
    if (!admission.admitted) {
      this.use[admission.limitedBy].refused += 1;
      return admission;
    }
    this.buckets = admission.buckets;
    recordUse(this.use.requests, this.shapes.requests, 1, nowMs);
    recordUse(this.use.inputTokens, this.shapes.inputTokens, inputTokens, nowMs);
    beginUse(this.use.outputTokens, this.shapes.outputTokens, nowMs);
    return admission;
  }

  chargeRefusal(nowMs: number): void {
    this.buckets = chargeRefusal(this.buckets, this.shapes.requests, nowMs);
  }

  /** @param difference real minus estimated input tokens */
  correctInput(difference: number, nowMs: number): void {
    if (difference !== 0) this.#take("inputTokens", difference, nowMs);
  }

  /** Output is counted as it is produced and may leave the bucket below zero. */
  produceOutput(tokens: number, nowMs: number): void {
    if (tokens > 0) this.#take("outputTokens", tokens, nowMs);
  }

  /** Takes effect at once; what is in the buckets stays, as far as it fits. */
  setLimits(limits: Limits, nowMs: number): void {
    for (const name of limitNames) settleAllowance(this.use[name], this.shapes[name], nowMs);
    const refilled = (name: LimitName) => take(this.buckets[name], this.shapes[name], 0, nowMs);
    this.buckets = {
      requests: refilled("requests"),
      inputTokens: refilled("inputTokens"),
      outputTokens: refilled("outputTokens"),
    };
    this.limits = limits;
    this.shapes = shapesOf(limits);
  }

  #take(name: "inputTokens" | "outputTokens", amount: number, nowMs: number): void {
    this.buckets = { ...this.buckets, [name]: take(this.buckets[name], this.shapes[name], amount, nowMs) };
    recordUse(this.use[name], this.shapes[name], amount, nowMs);
  }
}
