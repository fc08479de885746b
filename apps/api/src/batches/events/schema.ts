import { z } from "zod";
import { lastEventIdHeader } from "../../http/event-stream.ts";
import { noRequest } from "../../http/request-schemas.ts";
import { batchIdParams } from "../batch-answer.ts";

export const batchEventsSchema = {
  id: "batchEvents",
  method: "get",
  path: "/v1/batches/{id}/events",
  tag: "Batches",
  summary: "Follow a batch's counts",
  description:
    "Server-sent events, a `counts` event at most twice a second as long as something changes; `data` is the whole Batch, `id` the number " +
    "of its changes so far. With the event of its end the stream ends. `Last-Event-ID` leaves out what the client has. " +
    "A comment every 15 seconds keeps the connection.",
  request: { ...noRequest, params: batchIdParams, headers: z.object({ "Last-Event-ID": lastEventIdHeader }) },
  answers: {
    200: {
      description: "The stream.",
      content: {
        "text/event-stream": z
          .string()
          .meta({ example: 'id: 41\nevent: counts\ndata: {"object":"batch","id":"batch_…","status":"in_progress",…}\n\n' }),
      },
    },
    204: { description: "The batch has ended and the client has its last event: an EventSource stops." },
  },
  problems: { invalid_request: [400], not_found: [404], unavailable: [503] },
} as const;
