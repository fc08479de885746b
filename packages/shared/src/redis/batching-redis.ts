import { Redis } from "ioredis";

/**
 * A connection that sends all commands of one turn of the event loop in one system call, in their order. Under load the
 * calls were a seventh of the API's processor time: several for each request.
 */
export class BatchingRedis extends Redis {
  #isHeld = false;

  override sendCommand(...[command, stream]: Parameters<Redis["sendCommand"]>): unknown {
    if (!this.#isHeld && this.status === "ready") this.#hold();
    return super.sendCommand(command, stream);
  }

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
}
