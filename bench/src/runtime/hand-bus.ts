/**
 * The least that is a bus: requests of 8 bytes, responses of 12, one array of callbacks by token, delivery in a microtask.
 * Nothing is checked, nothing can be lost, cancelled or late. What the runtime costs on top is its price.
 */
export class HandBus {
  readonly #callbacks: ((status: number) => void)[] = [];
  readonly #request = new DataView(new ArrayBuffer(8));
  readonly #response = new DataView(new ArrayBuffer(12));
  #toDevice: Uint8Array[] = [];
  #toDriver: Uint8Array[] = [];
  #token = 0;
  #scheduled = false;

  getStatus(device: number, done: (status: number) => void): void {
    this.#token = this.#token === 0xffff ? 1 : this.#token + 1;
    this.#callbacks[this.#token] = done;
    const view = this.#request;
    view.setUint8(0, 0);
    view.setUint8(1, 7);
    view.setUint16(2, device, true);
    view.setUint16(4, this.#token, true);
    view.setUint16(6, 8, true);
    this.#toDevice.push(new Uint8Array(view.buffer).slice());
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
    for (const bytes of requests) this.#answer(new DataView(bytes.buffer));
    for (const bytes of responses) {
      const view = new DataView(bytes.buffer);
      this.#callbacks[view.getUint16(4, true)]!(view.getUint32(8, true));
    }
    if (this.#toDevice.length + this.#toDriver.length > 0) this.#wake();
  }

  #answer(request: DataView): void {
    const view = this.#response;
    view.setUint8(0, 1);
    view.setUint8(1, request.getUint8(1));
    view.setUint16(2, request.getUint16(2, true), true);
    view.setUint16(4, request.getUint16(4, true), true);
    view.setUint16(6, 12, true);
    view.setUint32(8, 15, true);
    this.#toDriver.push(new Uint8Array(view.buffer).slice());
  }
}
