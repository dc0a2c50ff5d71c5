import { closeSync, openSync, writeSync } from 'node:fs';
import { pcapngHead, pcapngPacket } from '@virtio-wire/generator';
import { ID, m6 } from '../corpus.js';

/** M6 as a peer would send it: events have token 0. Rules still object to one message in twenty. */
const stream = ((): DataView => {
  const view = new DataView(m6.view.buffer.slice(0, m6.bytes));
  for (let p = 0; p < m6.bytes; p += view.getUint16(p + 6, true)) {
    const id = view.getUint8(p + 1);
    if (id === ID.EVENT_AVAIL || id === ID.EVENT_USED) view.setUint16(p + 4, 0, true);
  }
  return view;
})();

/** Writes the stream M6 over and over, about `messages` of them; returns how many. */
export function writeRaw(path: string, messages: number): number {
  return repeat(path, new Uint8Array(stream.buffer), messages);
}

/** The same as a capture: a first line that names the dialect, then a line with the digits of each message. */
export function writeJsonl(path: string, messages: number): number {
  const lines: string[] = [];
  for (let p = 0; p < stream.byteLength; ) {
    const size = stream.getUint16(p + 6, true);
    lines.push(JSON.stringify({ hex: Buffer.from(stream.buffer, p, size).toString('hex') }));
    p += size;
  }
  return repeat(path, Buffer.from(`${lines.join('\n')}\n`), messages, '{"dialect":"rfc3"}\n');
}

/** The same as pcapng: a packet per message, with its direction and the one time of all. */
export function writePcapng(path: string, messages: number): number {
  const packets: Uint8Array[] = [];
  for (let p = 0; p < stream.byteLength; ) {
    const size = stream.getUint16(p + 6, true);
    const fromDevice = (stream.getUint8(p) & 1) === 1 || stream.getUint8(p + 1) === ID.EVENT_USED;
    packets.push(
      pcapngPacket({
        bytes: new Uint8Array(stream.buffer, p, size),
        direction: fromDevice ? 'device->driver' : 'driver->device',
        time: 1,
      }),
    );
    p += size;
  }
  return repeat(path, Buffer.concat(packets), messages, pcapngHead('virtio-msg/rfc3'));
}

function repeat(path: string, block: Uint8Array, messages: number, head: string | Uint8Array = ''): number {
  const times = Math.ceil(messages / m6.messages);
  const file = openSync(path, 'w');
  writeSync(file, Buffer.from(head));
  for (let i = 0; i < times; i++) writeSync(file, block);
  closeSync(file);
  return times * m6.messages;
}
