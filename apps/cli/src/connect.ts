import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SluiceConnectionError, SluiceError } from "@sluice/client/errors";
import { Sluice } from "@sluice/client/sluice";
import type { SluiceOptions } from "@sluice/client/sluice";
import type { CliContext } from "./cli-context.ts";
import { CliError, exitCodes } from "./cli-error.ts";
import { count } from "./output/format.ts";

const defaultUrl = "http://localhost:3000";
const repository = fileURLToPath(new URL("../../..", import.meta.url));

export interface Connection {
  url: string;
  client: Sluice;
  /** The same Sluice, spoken to in another way. */
  again: (options: Pick<SluiceOptions, "retriesMax" | "onRetry">) => Sluice;
}

/**
 * The Sluice that `SLUICE_URL` and `SLUICE_API_KEY` name. On this machine the key that `npm start` made does, too.
 *
 * @throws CliError when there is no key
 */
export function connect({ environment }: Pick<CliContext, "environment">): Connection {
  // Set to nothing is not set.
  const url = environment["SLUICE_URL"] || defaultUrl;
  if (!URL.canParse(url) || !/^https?:/.test(url)) throw new CliError(`SLUICE_URL is no address: ${url}. It looks like ${defaultUrl}.`);
  const apiKey = environment["SLUICE_API_KEY"] || (isThisMachine(url) ? developmentKey(environment["SLUICE_DATA_DIR"]) : undefined);
  if (apiKey === undefined) {
    throw new CliError(
      `There is no key for ${url}. Set SLUICE_API_KEY to one (the operator makes them by \`sluice keys create\`).`,
      exitCodes.noService,
    );
  }
  // Not shown: it is a secret. Fetch would show it.
  if (!/^[\x21-\x7E]+$/.test(apiKey))
    throw new CliError("SLUICE_API_KEY holds characters that no key has, like a blank or a line's end.", exitCodes.noService);
  const again: Connection["again"] = (options) => new Sluice({ url, apiKey, ...options });
  return { url, client: again({ retriesMax: 2 }), again };
}

function isThisMachine(url: string): boolean {
  return ["localhost", "127.0.0.1", "[::1]"].includes(new URL(url).hostname);
}

/** From the data folder here, else from that of the installation this command belongs to. */
function developmentKey(dataDir = ".data"): string | undefined {
  for (const folder of [dataDir, join(repository, ".data")]) {
    try {
      return readFileSync(join(folder, "admin-key"), "utf8").trim();
    } catch {
      // There is none; the next place may have it.
    }
  }
  return undefined;
}

/** What went wrong, for the person at the terminal. */
export function describeError(error: unknown): { message: string; exitCode: number } {
  if (error instanceof CliError) return { message: error.message, exitCode: error.exitCode };
  if (error instanceof SluiceConnectionError) {
    return { message: `${error.message} Is it running (npm start)? SLUICE_URL names another address.`, exitCode: exitCodes.noService };
  }
  if (error instanceof SluiceError) return { message: describeRefusal(error), exitCode: exitCodeOf(error) };
  return { message: error instanceof Error ? (error.stack ?? error.message) : String(error), exitCode: exitCodes.failed };
}

const shownIssuesMax = 20;

function describeRefusal({ status, code, message, issues, requestId }: SluiceError): string {
  if (status === 401) return "Sluice refused the key. SLUICE_API_KEY takes another one; without it, the key of the data folder is used.";
  if (status === 403) return "This key may not do that: it needs the operator's key (SLUICE_ADMIN_KEY of the service) in SLUICE_API_KEY.";
  const shown = issues.slice(0, shownIssuesMax).map(({ path, message: problem, line }) => {
    const place = [line === undefined ? "" : `line ${count(line)}`, path].filter(Boolean).join(", ");
    return `  ${place}: ${problem}`;
  });
  const rest = issues.length > shownIssuesMax ? ["  … and more"] : [];
  return [`${message} (${[code, requestId].filter(Boolean).join(", ")})`, ...shown, ...rest].join("\n");
}

function exitCodeOf({ status }: SluiceError): number {
  if (status === 401 || status === 403 || status >= 500) return exitCodes.noService;
  return status === 400 || status === 413 || status === 422 ? exitCodes.usage : exitCodes.failed;
}
