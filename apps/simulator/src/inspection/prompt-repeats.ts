type Moment = "seen" | "admitted" | "answered";

interface RepeatCount {
  /** Prompts that reached this moment more than once. */
  repeats: number;
  /** The most often one prompt did. */
  max: number;
}

/** How often the same prompt came: a job that is run twice shows as a repeat of `admitted` or `answered`. */
export interface PromptCounts extends Record<Moment, RepeatCount> {
  distinct: number;
}

/** Prompts are told apart by the hash of their messages, so 429s and retries of one job are one prompt. */
export class PromptRepeats {
  readonly #counts = new Map<string, Record<Moment, number>>();

  /** Returns how often it has been there, this time included. */
  add(promptHash: string, moment: Moment): number {
    let counts = this.#counts.get(promptHash);
    if (!counts) {
      counts = { seen: 0, admitted: 0, answered: 0 };
      this.#counts.set(promptHash, counts);
    }
    counts[moment] += 1;
    return counts[moment];
  }

  counts(): PromptCounts {
    const result: PromptCounts = {
      distinct: this.#counts.size,
      seen: { repeats: 0, max: 0 },
      admitted: { repeats: 0, max: 0 },
      answered: { repeats: 0, max: 0 },
    };
    for (const counts of this.#counts.values()) {
      for (const moment of ["seen", "admitted", "answered"] as const) {
        if (counts[moment] > 1) result[moment].repeats += 1;
        result[moment].max = Math.max(result[moment].max, counts[moment]);
      }
    }
    return result;
  }
}
