import type { Answer } from "../http/answer.ts";
import { pageSecurityHeaders } from "../http/security-headers.ts";

const pageHeaders = { ...pageSecurityHeaders, "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-cache" };

export function pageAnswer(html: string): Answer {
  return { status: 200, headers: pageHeaders, body: html };
}

export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
