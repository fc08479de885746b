// The file a run writes its results to: JSON lines, each line of the input once, in the order they finished.
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { BatchResult } from "@sluice/client/batches";
import { CliError, exitCodes } from "../cli-error.ts";
import { addResult, noTally } from "./run-tally.ts";
import type { RunTally } from "./run-tally.ts";

export class ResultsFile {
  readonly tally: RunTally = noTally();
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #ids = new Set<string>();

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  /**
   * Opens a file to go on writing. A last line that was cut off when the process died is removed; it comes again.
   *
   * @throws CliError when it holds something that is no result
   */
  static async open(path: string): Promise<ResultsFile> {
    const file = await open(path, "a+");
    const results = new ResultsFile(path, file);
    try {
      await results.#read();
      return results;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /**
   * Appends those whose line has no result yet, in one write.
   *
   * @throws CliError when they cannot be written: the disk is full
   */
  async append(lines: readonly BatchResult[]): Promise<void> {
    let text = "";
    for (const line of lines) if (this.#add(line)) text += `${JSON.stringify(line)}\n`;
    if (text === "") return;
    try {
      await this.#file.appendFile(text);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CliError(`${this.#path} cannot be written: ${reason}. The same command goes on where it was.`, exitCodes.failed, error);
    }
  }

  async close(): Promise<void> {
    await this.#file.sync();
    await this.#file.close();
  }

  #add(line: BatchResult): boolean {
    if (this.#ids.has(line.custom_id)) return false;
    this.#ids.add(line.custom_id);
    addResult(this.tally, line);
    return true;
  }

  async #read(): Promise<void> {
    await this.#file.truncate(await this.#wholeLines());
    const input = this.#file.createReadStream({ start: 0, autoClose: false });
    for await (const text of createInterface({ input, crlfDelay: Infinity })) {
      let line: BatchResult;
      try {
        line = JSON.parse(text);
      } catch (error) {
        throw new CliError(`${this.#path} holds something that is not a result. Name another file with -o.`, undefined, error);
      }
      this.#add(line);
    }
  }

  /** Bytes up to the last end of a line. */
  async #wholeLines(): Promise<number> {
    const block = Buffer.alloc(65_536);
    for (let end = (await this.#file.stat()).size; end > 0;) {
      const start = Math.max(0, end - block.length);
      const { bytesRead } = await this.#file.read(block, 0, end - start, start);
      const newline = block.subarray(0, bytesRead).lastIndexOf("\n");
      if (newline >= 0) return start + newline + 1;
      end = start;
    }
    return 0;
  }
}
