import { EventSourceParserStream } from "eventsource-parser/stream";
import type { CallOptions, Http } from "./http.ts";

export interface StreamEvent<Data> {
  id: string;
  /** The event's `data`, parsed. */
  data: Data;
}

export interface FollowOptions<Data> extends CallOptions {
  path: string;
  /** Goes on behind this event. */
  lastEventId?: string | undefined;
  /** Whether an event is the last one: the stream may end after it, and nowhere else. */
  isLast: (data: Data) => boolean;
}

/**
 * The events of a stream. One that breaks off is taken up again behind the last event that came; the retries of the client
 * count anew with each event.
 *
 * @throws SluiceError, SluiceConnectionError, the signal's reason
 */
export async function* followEvents<Data>(
  http: Http,
  { path, lastEventId, isLast, signal }: FollowOptions<Data>,
): AsyncGenerator<StreamEvent<Data>, void> {
  let lastId = lastEventId;
  for (let retries = 0; ; retries += 1) {
    let broken: unknown;
    const response = await http.stream({
      path,
      headers: { accept: "text/event-stream", ...(lastId !== undefined && { "last-event-id": lastId }) },
      signal,
    });
    if (response.status === 204 || response.body === null) return;
    try {
      const events = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
      for await (const { id, data: text } of events) {
        lastId = id ?? lastId;
        retries = 0;
        const data: Data = JSON.parse(text);
        yield { id: id ?? "", data };
        if (isLast(data)) return;
      }
    } catch (error) {
      signal?.throwIfAborted();
      broken = error;
    }
    const error = http.connectionError(broken ?? new Error("the stream ended early"));
    if (!(await http.waitForRetry(error, retries, { signal }))) throw error;
  }
}
