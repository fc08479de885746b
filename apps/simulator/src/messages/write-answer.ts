import type { ServerResponse } from "node:http";
import type { AnswerFault } from "../faults/fault.ts";
import { type Answer, messageAtStart, messageBody, messageDelta } from "./message.ts";

/** How an answer reaches its client: in one piece at the end, or as events while it is produced. */
export interface AnswerWriter {
  begin(): void;
  progress(doneShare: number): void;
  end(): void;
}

/** How much of an answer that breaks off is produced and, in a stream, sent. */
export const brokenShare = 0.5;

interface Writing {
  response: ServerResponse;
  answer: Answer;
  /** Asked at the moment the head is sent, since it tells what remains then. */
  head: () => Record<string, string>;
  broken: Extract<AnswerFault, "half" | "stream_error"> | undefined;
}

/** One JSON body. With `half` its second half never comes, although `content-length` promised it. */
export function wholeWriter({ response, answer, head, broken }: Writing): AnswerWriter {
  return {
    begin() {},
    progress() {},
    end() {
      const body = JSON.stringify(messageBody(answer));
      response.writeHead(200, { ...head(), "content-type": "application/json", "content-length": Buffer.byteLength(body) });
      // As a string, because Node then sends head and body in one write.
      if (broken) response.write(body.slice(0, body.length / 2), () => response.destroy());
      else response.end(body);
    },
  };
}

/** A stream is sent in at most so many pieces of text, however long it takes: each is a write of its own. */
const piecesMax = 16;

/** Proxies close what is silent for long. */
const pingEveryMs = 10_000;

/** Server-sent events in the order of the API: the head at once, the text as it is produced. */
export function streamWriter({ response, answer, head, broken, now }: Writing & { now: () => number }): AnswerWriter {
  const textLength = broken ? Math.floor(answer.text.length * brokenShare) : answer.text.length;
  let sentLength = 0;
  let lastWriteAtMs = now();

  const write = (events: string) => {
    lastWriteAtMs = now();
    response.write(events);
  };
  const textUpTo = (length: number): string => {
    const text = answer.text.slice(sentLength, length);
    sentLength = length;
    return text === "" ? "" : event({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } });
  };

  return {
    begin() {
      response.writeHead(200, { ...head(), "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" });
      const start = event({ type: "message_start", message: messageAtStart(answer) });
      const blockStart = event({ type: "content_block_start", index: 0, content_block: { type: "text", text: "", citations: null } });
      write(start + (answer.text === "" ? "" : blockStart) + event({ type: "ping" }));
    },
    progress(doneShare) {
      const length = Math.floor(textLength * doneShare);
      if (length - sentLength >= Math.max(1, textLength / piecesMax)) write(textUpTo(length));
      else if (now() - lastWriteAtMs >= pingEveryMs) write(event({ type: "ping" }));
    },
    end() {
      if (broken === "half") {
        // A comment, because there may be no text left and an empty write is never reported as done.
        response.write(`${textUpTo(textLength)}:\n`, () => response.destroy());
        return;
      }
      if (broken === "stream_error") {
        response.end(textUpTo(textLength) + event({ type: "error", error: { type: "overloaded_error", message: "Overloaded" } }));
        return;
      }
      const rest = splitRest(textLength - sentLength).map((length) => textUpTo(sentLength + length));
      const blockStop = answer.text === "" ? "" : event({ type: "content_block_stop", index: 0 });
      response.end(rest.join("") + blockStop + event(messageDelta(answer)) + event({ type: "message_stop" }));
    },
  };
}

/** Also an answer without latency comes in more than one piece. */
function splitRest(length: number): number[] {
  if (length < 2) return [length];
  const half = Math.ceil(length / 2);
  return [half, length - half];
}

function event(data: unknown): string {
  const type = typeof data === "object" && data !== null && "type" in data ? String(data.type) : "message";
  return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}
