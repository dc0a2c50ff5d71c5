import type { MessagePort } from 'node:worker_threads';
import { DIALECTS, type Receiver, RingMedium } from '@virtio-wire/runtime';

/** What carries messages between two event loops. */
export interface Channel {
  /** False: not now, but when `writable` is called. */
  send(bytes: Uint8Array): boolean;
  /** Replaces whoever heard before. */
  hear(message: (bytes: Uint8Array) => void, writable: () => void): void;
}

export function portChannel(port: MessagePort): Channel {
  let heard = (_bytes: Uint8Array): void => {};
  port.on('message', (bytes: Uint8Array) => heard(bytes));
  return {
    send(bytes) {
      port.postMessage(bytes);
      return true;
    },
    hear(message) {
      heard = message;
    },
  };
}

export function mediumChannel(memory: SharedArrayBuffer, side: 'driver' | 'device'): Channel {
  const medium = new RingMedium(memory, side, { dialect: DIALECTS['v1-2026'] });
  const receiver: Receiver = {
    message() {},
    writable() {},
    down({ message }) {
      throw new Error(message);
    },
  };
  medium.receive({
    message: (bytes) => receiver.message(bytes),
    writable: () => receiver.writable(),
    down: (reason) => receiver.down(reason),
  });
  return {
    send: (bytes) => medium.send(bytes) === 'sent',
    hear(message, writable) {
      receiver.message = message;
      receiver.writable = writable;
    },
  };
}
