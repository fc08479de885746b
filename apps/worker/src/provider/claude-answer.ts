/** What one request to Claude came to, before anyone judges it. */
export type ClaudeAnswer =
  | {
      kind: "message";
      message: ClaudeMessage;
      headers: Headers;
      /** The headers came before the output. */
      isStreamed: boolean;
    }
  /** An error body, by status or inside a stream (then `status` is undefined). */
  | {
      kind: "error";
      status: number | undefined;
      /** Claude's error body, or one of its shape where the answer had none. */
      body: Record<string, unknown>;
      type: string | null;
      /** `error.details.error_code` */
      code: string | null;
      message: string;
      headers: Headers | undefined;
    }
  /** No answer, or only a part of one: Claude may or may not have done the work. */
  | { kind: "no_answer"; reason: "timeout" | "connection" | "incomplete" }
  /** Given up from our side. */
  | { kind: "aborted" };

export interface ClaudeMessage {
  type: "message";
  model: string;
  stop_reason?: string | null | undefined;
  usage: { input_tokens: number; output_tokens: number; [field: string]: unknown };
  [field: string]: unknown;
}
