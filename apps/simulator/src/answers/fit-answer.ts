import type { ComposedAnswer } from "./compose-answer.ts";

export interface FittedAnswer {
  text: string;
  /** Never above `maxTokens`; 0 only where `maxTokens` is. */
  outputTokens: number;
  stopReason: "end_turn" | "max_tokens" | "stop_sequence";
  stopSequence: string | null;
}

export interface Fit {
  maxTokens: number;
  stopSequences: readonly string[];
  charactersPerToken: number;
  /** The length Claude would choose by itself; undefined: that of the text. */
  wantedTokens: number | undefined;
}

/** Brings an answer to its length: the wanted one, cut at a stop sequence or at `maxTokens`. */
export function fitAnswer(answer: ComposedAnswer, fit: Fit): FittedAnswer {
  const { maxTokens, charactersPerToken } = fit;
  let text = answer.text;
  if (fit.wantedTokens !== undefined) text = resize(answer, Math.floor(fit.wantedTokens * charactersPerToken));
  else if (countTokens(text, charactersPerToken) > maxTokens && countTokens(answer.brief, charactersPerToken) <= maxTokens) {
    text = answer.brief;
  }

  const stop = firstStop(text, fit.stopSequences);
  const spoken = stop ? text.slice(0, stop.at) : text;
  if (countTokens(spoken, charactersPerToken) <= maxTokens) {
    return {
      text: spoken,
      outputTokens: countTokens(spoken, charactersPerToken),
      stopReason: stop ? "stop_sequence" : "end_turn",
      stopSequence: stop?.sequence ?? null,
    };
  }
  const cut = cutAt(spoken, Math.floor(maxTokens * charactersPerToken));
  return {
    text: cut,
    outputTokens: Math.min(maxTokens, countTokens(cut, charactersPerToken)),
    stopReason: "max_tokens",
    stopSequence: null,
  };
}

/** An answer costs at least one token, even an empty one. */
function countTokens(text: string, charactersPerToken: number): number {
  return Math.max(1, Math.ceil(text.length / charactersPerToken));
}

const filler =
  " Going over it once more, each part follows from the one before it, and nothing that was given is left out." +
  " Another order of the same steps leads to the same end, which is a good sign.";

function resize(answer: ComposedAnswer, characters: number): string {
  const start = answer.text.length <= characters ? answer.text : answer.brief;
  if (start.length >= characters) return cutAt(start, characters);
  return start + filler.repeat(Math.ceil((characters - start.length) / filler.length)).slice(0, characters - start.length);
}

/** Never leaves half of a character that takes two units. */
function cutAt(text: string, characters: number): string {
  const cut = text.slice(0, characters);
  return cut.isWellFormed() || !text.isWellFormed() ? cut : cut.slice(0, -1);
}

function firstStop(text: string, sequences: readonly string[]): { at: number; sequence: string } | undefined {
  let first: { at: number; sequence: string } | undefined;
  for (const sequence of sequences) {
    const at = sequence === "" ? -1 : text.indexOf(sequence);
    if (at !== -1 && (!first || at < first.at)) first = { at, sequence };
  }
  return first;
}
