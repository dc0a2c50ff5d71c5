/**
 * The least that is a bus: requests of 8 bytes, responses of 12, buffers that are used again, one array of callbacks by
 * token, delivery in a microtask. Nothing is checked, nothing can be lost, cancelled or late. What the runtime costs on top
 * is its price.
 */
export class HandBus {
  readonly #callbacks: ((status: number) => void)[] = [];
  /** Buffers nobody uses: a fresh one for every message would cost ten times the rest. */
  readonly #free: DataView[] = [];
  #toDevice: DataView[] = [];
  #toDriver: DataView[] = [];
  #token = 0;
  #scheduled = false;

  getStatus(device: number, done: (status: number) => void): void {
    this.#token = this.#token === 0xffff ? 1 : this.#token + 1;
    this.#callbacks[this.#token] = done;
    const view = this.#free.pop() ?? new DataView(new ArrayBuffer(12));
    view.setUint8(0, 0);
    view.setUint8(1, 7);
    view.setUint16(2, device, true);
    view.setUint16(4, this.#token, true);
    view.setUint16(6, 8, true);
    this.#toDevice.push(view);
    this.#wake();
  }

  #wake(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => this.#deliver());
  }

  #deliver(): void {
    this.#scheduled = false;
    const requests = this.#toDevice;
    const responses = this.#toDriver;
    this.#toDevice = [];
    this.#toDriver = [];
    for (const request of requests) this.#answer(request);
    for (const response of responses) {
      const token = response.getUint16(4, true);
      const status = response.getUint32(8, true);
      this.#free.push(response);
      this.#callbacks[token]!(status);
    }
    if (this.#toDevice.length + this.#toDriver.length > 0) this.#wake();
  }

  #answer(request: DataView): void {
    const view = this.#free.pop() ?? new DataView(new ArrayBuffer(12));
    view.setUint8(0, 1);
    view.setUint8(1, request.getUint8(1));
    view.setUint16(2, request.getUint16(2, true), true);
    view.setUint16(4, request.getUint16(4, true), true);
    view.setUint16(6, 12, true);
    view.setUint32(8, 15, true);
    this.#free.push(request);
    this.#toDriver.push(view);
  }
}
