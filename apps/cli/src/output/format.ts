// Numbers as people read them.

/** `1,319` */
export function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** `950`, `61 k`, `1.25 M`: three digits that count. */
export function short(value: number): string {
  if (value < 1_000) return count(value);
  const [divisor, unit] = value < 999_500 ? [1_000, "k"] : value < 999_500_000 ? [1_000_000, "M"] : [1_000_000_000, "G"];
  return `${Number((value / divisor).toPrecision(3))} ${unit}`;
}

/** `118.4`, `1,319`: a rate a minute. */
export function rate(perMinute: number): string {
  return perMinute < 1_000 ? String(Math.round(perMinute * 10) / 10) : count(perMinute);
}

/** `$0.0042`, `$1.31`, `$1,200.00` */
export function money(usd: number): string {
  const digits = usd === 0 || usd >= 0.1 ? 2 : usd >= 0.001 ? 4 : 6;
  return `$${usd.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}

/** `38 s`, `4 min 12 s`, `2 h 05 min`, `3 d 4 h` */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
  const hours = Math.round(minutes / 60);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

/** `38.2 %`, of a share from 0 to 1; rounded down, so that 100 % means all. */
export function percent(share: number): string {
  return `${(Math.floor(share * 1_000) / 10).toFixed(1)} %`;
}

/** A time of the API as `2026-11-24 02:15:33`, UTC; `–` for none. */
export function time(text: string | null | undefined): string {
  return text == null ? "–" : text.slice(0, 19).replace("T", " ");
}

const limitNames = {
  requests: "requests",
  input_tokens: "input tokens",
  output_tokens: "output tokens",
  monthly_requests: "the month's requests",
  spend: "the month's money",
  upstream: "Claude itself",
} as const;

export type LimitName = keyof typeof limitNames;

/** What limits a lane, in words. */
export function limitName(limitedBy: LimitName): string {
  return limitNames[limitedBy];
}
