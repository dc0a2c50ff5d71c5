import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { type Channel, mediumChannel, portChannel } from './channel.js';
import { BYTES, sum } from './hand-ring.js';
import { type Kind, pong, sidesOf } from './side.js';

/** What the other thread is to do. */
export type Order = RingOrder | ChannelOrder;

export interface RingOrder {
  readonly what: 'consume' | 'pong';
  readonly kind: Kind;
  readonly n: number;
}

export interface ChannelOrder {
  readonly what: 'hear' | 'echo';
  readonly kind: ChannelKind;
  readonly n: number;
}

export type ChannelKind = 'medium' | 'port';

/** What it begins with. */
export interface Shared {
  readonly rings: Readonly<Record<Kind, SharedArrayBuffer>>;
  readonly medium: SharedArrayBuffer;
  readonly port: MessagePort;
  /** Words: READY and DONE. */
  readonly control: SharedArrayBuffer;
}

export const READY = 0;
export const DONE = 32;
export const CONTROL_BYTES = 256;

/** The other thread. */
function partner(shared: Shared): void {
  const control = new Int32Array(shared.control);
  const sides = sidesOf(shared.rings, false);
  const channels: Partial<Record<ChannelKind, Channel>> = {};
  const open = { medium: () => mediumChannel(shared.medium, 'device'), port: () => portChannel(shared.port) };
  const tell = (word: number): void => {
    Atomics.add(control, word, 1);
    Atomics.notify(control, word);
  };
  parentPort!.on('message', (order: Order) => {
    switch (order.what) {
      case 'consume': {
        tell(READY);
        const total = sides[order.kind].consume(order.n);
        tell(DONE);
        parentPort!.postMessage(total);
        break;
      }
      case 'pong':
        tell(READY);
        pong(sides[order.kind], order.n);
        parentPort!.postMessage(0);
        break;
      default:
        channels[order.kind] ??= open[order.kind]();
        listen(channels[order.kind]!, order);
        parentPort!.postMessage(0);
    }
  });
}

function listen(channel: Channel, { what, n }: ChannelOrder): void {
  let left = n;
  let total = 0;
  // One is under way at a time, so there is room for its answer.
  const echo = (bytes: Uint8Array): void => void channel.send(bytes);
  const hear = (bytes: Uint8Array): void => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let p = 0; p < bytes.length; p += BYTES, left--) total = (total + sum(view, p)) | 0;
    if (left === 0) parentPort!.postMessage(total);
  };
  channel.hear(what === 'echo' ? echo : hear, () => {});
}

if (workerData?.control !== undefined) partner(workerData as Shared);
