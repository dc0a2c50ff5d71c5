/** Keeps the thread alive that it is started in: waiting on shared memory does not (nodejs/node issue 61941). */
export class KeepAlive {
  #timer: NodeJS.Timeout | undefined;

  start(): void {
    this.#timer ??= setInterval(() => {}, 0x7fff_ffff);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
