import {
  type Address,
  DriverQueue,
  type GuestMemory,
  type QueueConfig,
  queueFeatures,
  SharedMemory,
  type TransportMessage,
  toAddress,
} from '../../../runtime/dist/index.js';

/** 256 KiB around the addresses a capture has its rings at. */
export const ROOM = 0x40000;
/** Where in it buffers may lie: behind everything the captured drivers had there. */
const BUFFERS = 0x20000;

export function memoryAround(address: bigint): { readonly memory: GuestMemory; readonly base: number } {
  const base = Number(address & ~0xffffn);
  return { base, memory: new SharedMemory([{ base, bytes: new Uint8Array(new SharedArrayBuffer(ROOM)) }]) };
}

type Setup = Extract<TransportMessage, { name: 'SET_VQUEUE'; kind: 'request' }>['fields'];

export const configOf = (setup: Setup): QueueConfig => ({
  size: setup.size,
  descriptor: toAddress(setup.descriptor_addr) as Address,
  driver: toAddress(setup.driver_addr) as Address,
  device: toAddress(setup.device_addr) as Address,
});

/** What a captured driver had in its ring is not in the capture: this offers a buffer where the capture shows that one was used. */
export class RingScript {
  readonly #memory: GuestMemory;
  readonly #config: QueueConfig;
  readonly #queue: DriverQueue<number>;
  readonly #base: number;
  #turn = 0;

  constructor(memory: GuestMemory, base: number, setup: Setup, features: readonly number[]) {
    this.#memory = memory;
    this.#base = base;
    this.#config = configOf(setup);
    // Indirect tables are the driver's free choice.
    this.#queue = new DriverQueue(memory, this.#config, { ...queueFeatures(features), indirectDesc: false });
    this.#queue.initialise();
  }

  /** Offers one buffer for the device to write, in as many pieces as given. */
  offer(...lengths: readonly number[]): void {
    const at = this.#base + BUFFERS + (this.#turn++ % 16) * 0x1000;
    const pieces = lengths.map((length, i) => ({ address: at + i * 0x100, length }));
    if (typeof this.#queue.add([], pieces, lengths.length) !== 'number') throw new Error('the ring is full');
  }

  publish(): void {
    this.#queue.publish();
  }

  /** Asks for no notification of anything that comes soon, as a driver with VIRTIO_F_EVENT_IDX can. */
  wantNothing(): void {
    this.#memory.store16(Number(this.#config.driver) + 4 + 2 * this.#config.size, 0x7000);
  }

  /** Takes back what was used; the lengths the device wrote, in order. */
  take(): number[] {
    const written: number[] = [];
    while (this.#queue.poll() > 0)
      for (let used = this.#queue.take(); used !== undefined; used = this.#queue.take()) written.push(used.written);
    return written;
  }
}
