// Values of options, checked when they are read.
import { InvalidArgumentError } from "@commander-js/extra-typings";

export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("It must be a whole number above 0.");
  return Number(text);
}

export function amount(text: string): number {
  const value = Number(text);
  if (text === "" || !(value > 0)) throw new InvalidArgumentError("It must be a number above 0.");
  return value;
}

/** The same, or `none`. (Commander takes null for an option without a value.) */
export function orNone(read: (text: string) => number): (text: string) => number | "none" {
  return (text) => (text === "none" ? text : read(text));
}

const secondsByUnit: Readonly<Record<string, number>> = { s: 1, m: 60, min: 60, h: 3_600, d: 86_400 };

/** `90s`, `15m`, `1h`, `2d`, in seconds; a number alone is seconds. */
export function seconds(text: string): number {
  const [, value = "", unit = "s"] = /^(\d+(?:\.\d+)?)\s*(s|m|min|h|d)?$/.exec(text) ?? [];
  const result = Number(value) * (secondsByUnit[unit] ?? 1);
  if (value === "" || result <= 0) throw new InvalidArgumentError("It must be a time like 90s, 15m, 1h or 2d.");
  return result;
}

/** `name=value`, several times. */
export function pair(text: string, before: Record<string, string> = {}): Record<string, string> {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError("It must be like name=value.");
  return { ...before, [name]: value };
}
