// A connection for processes that answer clients: a command has its reply, or has failed, within a known time.
//
// I1  While there is no connection, commands fail at once; those under way fail when it is lost, and none is sent again.
// I2  A connection on which commands wait while nothing moves in either direction for `silenceMs` is given up. Without
//     this it would be kept until TCP notices, after minutes.
// I3  A busy event loop is not taken for a silent Redis: time is counted in turns of the loop in which replies could have
//     been read. Timers of single commands would fire first after a stall, with their replies lying unread in the socket.
//
// All commands of one turn of the event loop leave in one system call, in their order. Under load those calls were a
// seventh of the API's processor time: several for each request.
import { Redis } from "ioredis";
import type { RedisOptions } from "ioredis";

/** A silence is noticed within `silenceMs` plus or minus this. */
const checkMs = 250;

type Socket = Redis["stream"];

export class FailFastRedis extends Redis {
  readonly #silenceMs: number;
  #isHeld = false;
  #waiting = 0;
  #silentMs = 0;
  #seen: { socket: Socket; read: number; unsent: number } | undefined;

  constructor(redisUrl: string, options: RedisOptions & { replyMapping: "legacy" }, silenceMs: number) {
    super(redisUrl, { ...options, enableOfflineQueue: false, maxRetriesPerRequest: 0 });
    this.#silenceMs = silenceMs;
    const checks = setInterval(() => this.#check(), checkMs).unref();
    this.once("end", () => clearInterval(checks));
  }

  override sendCommand(...[command, stream]: Parameters<Redis["sendCommand"]>): unknown {
    if (!this.#isHeld && this.status === "ready") this.#hold();
    this.#waiting += 1;
    command.promise.then(this.#settled, this.#settled);
    return super.sendCommand(command, stream);
  }

  readonly #settled = (): void => {
    this.#waiting -= 1;
  };

  #hold(): void {
    // The socket of now: another one may be there in the next turn.
    const socket = this.stream;
    this.#isHeld = true;
    socket.cork();
    setImmediate(() => {
      this.#isHeld = false;
      socket.uncork();
    });
  }

  #check(): void {
    const isConnected = this.status === "ready" || this.status === "connect";
    if (this.#waiting === 0 || !isConnected || this.#hasMoved(this.stream)) {
      this.#silentMs = 0;
      return;
    }
    this.#silentMs += checkMs;
    if (this.#silentMs < this.#silenceMs) return;
    this.#silentMs = 0;
    this.stream.destroy(new Error(`Redis has been silent for ${this.#silenceMs} ms`));
  }

  /** Whether bytes came in or went out since the last check; a large body takes its time. */
  #hasMoved(socket: Socket): boolean {
    const before = this.#seen;
    this.#seen = { socket, read: socket.bytesRead, unsent: socket.writableLength };
    return before?.socket !== socket || before.read !== socket.bytesRead || socket.writableLength < before.unsent;
  }
}
