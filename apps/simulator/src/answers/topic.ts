/** Words in front of a request that are not what it is about. */
const leadIn =
  /^(?:please|could you|can you|would you|hello|hi|hey|write|tell me|explain|describe|summari[sz]e|translate|classify|give me|list|what(?:'s| is| are)|who (?:is|was)|how (?:do|does|can|to)|why (?:is|are|do|does)|about|me|us|an?|the|to|briefly)\b[\s,:]*/i;

const topicWordsMax = 8;

/** What a prompt is about, in at most eight of its own words: those of its last line, less the words that ask. */
export function topicOf(prompt: string): string {
  const lastLine = prompt.trimEnd().slice(-2000).split("\n").at(-1) ?? "";
  let line = lastLine.trim();
  for (let shorter = line.replace(leadIn, ""); shorter !== line && shorter !== ""; shorter = line.replace(leadIn, "")) line = shorter;
  const words = line.split(/\s+/).slice(0, topicWordsMax).join(" ").slice(0, 120);
  return words.replace(/[\s.,;:?!"“”]+$/, "") || "your message";
}
