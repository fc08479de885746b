/** A script's reply with its binary strings read as UTF-8. Numbers stay numbers. */
export function replyTexts(reply: unknown): unknown {
  if (Buffer.isBuffer(reply)) return reply.toString();
  return Array.isArray(reply) ? reply.map(replyTexts) : reply;
}
