import { BlockDevice } from '../../../runtime/dist/devices/block/block-device.js';
import type { BlockDeviceOptions } from '../../../runtime/dist/devices/block/device-options.js';
import type { ConfigPatch } from '../../../runtime/dist/host/device.js';
import { QueuePort } from '../../../runtime/dist/host/queue-port.js';
import { joined } from './block-bytes.js';
import { features, NEXT, Ring, WRITE } from './ring.js';
import { type Address, DeviceQueue, type GuestMemory } from './runtime.js';
import { until } from './turns.js';

/** Counts how often each byte of the buffers is read. */
class CountingMemory implements GuestMemory {
  readonly reads = new Map<number, number>();

  constructor(
    readonly inner: GuestMemory,
    readonly from: number,
  ) {}

  readable = (address: Address, length: number): boolean => this.inner.readable(address, length);
  writable = (address: Address, length: number): boolean => this.inner.writable(address, length);
  write = (address: Address, source: Uint8Array): boolean => this.inner.write(address, source);
  load16 = (address: Address): number => this.inner.load16(address);
  store16 = (address: Address, value: number): boolean => this.inner.store16(address, value);

  read(address: Address, target: Uint8Array): boolean {
    for (let i = Number(address); i < Number(address) + target.length; i++)
      if (i >= this.from) this.reads.set(i, (this.reads.get(i) ?? 0) + 1);
    return this.inner.read(address, target);
  }
}

export interface Answer {
  /** The used length. */
  readonly length: number;
  /** The whole writable part; what the device left alone is 0xee. */
  readonly bytes: Uint8Array;
  /** Its last byte. */
  readonly status: number | undefined;
}

/** A device on one ring that is written by hand. */
export class Bench {
  readonly ring = new Ring(32);
  readonly memory = new CountingMemory(this.ring.memory, this.ring.at(0));
  readonly queue = new DeviceQueue(this.memory, this.ring.config, features());
  readonly device: BlockDevice;
  readonly patches: ConfigPatch[] = [];
  readonly abort = new AbortController();
  failed: string | null = null;
  readonly port: QueuePort;
  #next = 0;
  #room = 0;

  constructor(options: BlockDeviceOptions | BlockDevice, negotiated?: readonly number[]) {
    this.device = options instanceof BlockDevice ? options : new BlockDevice(options);
    const chosen = negotiated ?? this.device.features;
    this.port = new QueuePort(
      0,
      this.queue,
      {
        soon: (port) => queueMicrotask(() => port.turn()),
        later: (port) => setImmediate(() => port.turn()),
        used: () => {},
        fault: (_port, fault) => {
          this.failed = fault.code;
        },
        kick: (port) => this.device.kick(port),
      },
      256,
    );
    this.device.start({
      has: (bit) => chosen.includes(bit),
      port: () => this.port,
      changeConfig: (...patches) => this.patches.push(...patches),
      fail: (cause) => {
        this.failed = cause;
      },
      signal: this.abort.signal,
    });
  }

  /** Offers a chain without waiting; `writable` is cut into pieces of these lengths. */
  offer(readable: readonly Uint8Array[], writable: readonly number[]): () => Answer {
    const lengths = [...readable.map((part) => part.length), ...writable];
    const head = this.#next;
    const places: [at: number, length: number][] = [];
    lengths.forEach((length, i) => {
      const out = i >= readable.length;
      const at = 0x8000 + this.#room;
      this.#room += length;
      this.ring.bytes.set(out ? new Uint8Array(length).fill(0xee) : readable[i]!, at);
      if (out) places.push([at, length]);
      const more = i + 1 < lengths.length ? NEXT : 0;
      this.ring.desc(head + i, this.ring.base + at, length, more | (out ? WRITE : 0), head + i + 1);
    });
    this.#next += lengths.length;
    this.ring.offer(head);
    return () => {
      const all = joined(...places.map(([at, length]) => this.ring.bytes.slice(at, at + length)));
      const element = [...Array(this.ring.usedIdx).keys()].map((i) => this.ring.used(i)).find(([id]) => id === head);
      return { length: element?.[1] ?? -1, bytes: all, status: all.at(-1) };
    };
  }

  /** One request, carried out. The ring is written from its beginning again where it would be full. */
  async ask(readable: readonly Uint8Array[], writable: readonly number[] = [1]): Promise<Answer> {
    if (this.#next + readable.length + writable.length > this.ring.size || this.ring.availIdx % 32 > 30)
      throw new Error('too many requests for one bench');
    const answer = this.offer(readable, writable);
    const before = this.ring.usedIdx;
    this.port.wake();
    await until(() => this.ring.usedIdx !== before);
    return answer();
  }
}
