/** What both servers are given: a job of ordinary size (a question of 500 characters), about 700 bytes. */
export const jobBody = {
  params: {
    model: "claude-haiku-4-5",
    max_tokens: 256,
    messages: [
      {
        role: "user",
        content:
          `Sort this support request into billing, bug, question or other, and answer with the one word. ${"The invoice of last month shows the same position twice, and the export to a spreadsheet stops at row 400. ".repeat(4)}`.slice(
            0,
            500,
          ),
      },
    ],
  },
  metadata: { source: "bench" },
};
