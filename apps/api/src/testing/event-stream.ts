import { expect } from "vitest";

export interface StreamEvent {
  id: string;
  event: string;
  data: Record<string, unknown>;
}

/** A stream of server-sent events as a test reads it. */
export class EventStream {
  readonly events: StreamEvent[] = [];
  readonly comments: string[] = [];
  /** The `retry:` fields, in ms. */
  readonly retries: number[] = [];
  /** Resolves when the server has ended the stream; rejects when it broke. */
  readonly ended: Promise<void>;

  constructor(response: Response) {
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    expect(response.headers.get("cache-control")).toBe("no-cache, no-transform");
    expect(response.headers.get("x-accel-buffering")).toBe("no");
    this.ended = this.#read(response);
    this.ended.catch(() => {});
  }

  async #read({ body }: Response): Promise<void> {
    if (body === null) throw new Error("there is no stream");
    let rest = "";
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      const blocks = (rest + chunk).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) this.#take(block);
    }
    expect(rest).toBe("");
  }

  #take(block: string): void {
    if (block.startsWith(":")) return void this.comments.push(block);
    const fields = new Map(
      block.split("\n").map((line): [string, string] => [line.slice(0, line.indexOf(": ")), line.slice(line.indexOf(": ") + 2)]),
    );
    const retry = fields.get("retry");
    if (retry !== undefined) this.retries.push(Number(retry));
    const data = fields.get("data");
    if (data !== undefined) this.events.push({ id: fields.get("id") ?? "", event: fields.get("event") ?? "", data: JSON.parse(data) });
  }
}
