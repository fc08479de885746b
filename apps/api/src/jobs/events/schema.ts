import { z } from "zod";
import { lastEventIdHeader } from "../../http/event-stream.ts";
import { noRequest } from "../../http/request-schemas.ts";
import { jobIdParams } from "../job-parameters.ts";

export const jobEventsSchema = {
  id: "jobEvents",
  method: "get",
  path: "/v1/jobs/{id}/events",
  tag: "Jobs",
  summary: "Follow a job's states",
  description:
    "Server-sent events, one `status` event per state from the first on; `id` is the state's number. `data` is " +
    "`{ id, status, attempts, at }`, and the whole Job for the final state, after which the stream ends. `Last-Event-ID` goes on behind that state. " +
    "A comment every 15 seconds keeps the connection.",
  request: {
    ...noRequest,
    params: jobIdParams,
    headers: z.object({
      "Last-Event-ID": lastEventIdHeader,
    }),
  },
  answers: {
    200: {
      description: "The stream.",
      content: {
        "text/event-stream": z
          .string()
          .meta({ example: 'id: 1\nevent: status\ndata: {"id":"job_…","status":"queued","attempts":0,"at":"…"}\n\n' }),
      },
    },
    204: { description: "The client has the final event already: an EventSource stops." },
  },
  problems: { invalid_request: [400], not_found: [404], unavailable: [503] },
} as const;
