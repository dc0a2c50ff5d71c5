import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type DeviceContext, type DeviceSetup, deviceContext } from '../../runtime/dist/core/device/context.js';
import type { DeviceEffect, DeviceEvent } from '../../runtime/dist/core/device/contract.js';
import { stepDevice } from '../../runtime/dist/core/device/device.js';
import type { Dialect } from '../../runtime/dist/core/device/texts.js';
import { DIALECTS } from '../../runtime/dist/wire/dialects.js';
import type { Message, TransportMessage } from '../../runtime/dist/wire/message.js';

/**
 * The frames a Linux kernel sent to a throwaway device go to the device machine; its answers are compared byte for byte
 * with the ones of the throwaway. Whatever differs is listed below with its reason.
 */
const FOLDER = new URL('../vectors/traces/', import.meta.url);
const TRACES = readdirSync(FOLDER).filter((name) => /^linux-loopback-.*\.jsonl$/.test(name));

interface Header {
  readonly dialect: Dialect;
  readonly bus_max_msg_size: number;
  readonly device: string;
  readonly device_number: number;
  readonly device_features: string;
}

interface Frame {
  readonly toDevice: boolean;
  readonly hex: string;
  readonly message: TransportMessage;
}

function frames(name: string): { readonly header: Header; readonly frames: readonly Frame[] } {
  const lines = readFileSync(new URL(name, FOLDER), 'utf8').trim().split('\n');
  const header = JSON.parse(lines[0]!) as Header;
  const entries = lines.slice(1).map((line) => JSON.parse(line) as { dir?: string; hex?: string });
  return {
    header,
    frames: entries.flatMap(({ dir, hex }) => {
      if (hex === undefined) return [];
      const view = new DataView(Uint8Array.from(Buffer.from(hex, 'hex')).buffer);
      const message = DIALECTS[header.dialect].decode(view, 0, view.byteLength) as Message;
      expect(message).toHaveProperty('kind');
      return [{ toDevice: dir === 'driver->device', hex, message: message as TransportMessage }];
    }),
  };
}

const hexOf = (dialect: Dialect, message: TransportMessage): string => {
  const bytes = new Uint8Array(512);
  const size = DIALECTS[dialect].encode(new DataView(bytes.buffer), 0, message);
  expect(size).toBeGreaterThan(0);
  return Buffer.from(bytes.subarray(0, size)).toString('hex');
};

/** What the capture was made with: the header tells name and features, the capture itself the numbers and the bytes a disk had. */
function setupOf(header: Header, all: readonly Frame[]): DeviceSetup {
  const info = all.find((f) => f.message.name === 'GET_DEVICE_INFO' && !f.toDevice)!.message.fields as Record<
    string,
    number
  >;
  const queue = all.find((f) => f.message.name === 'GET_VQUEUE' && !f.toDevice)!.message.fields as { max_size: number };
  const features = BigInt(header.device_features);
  const config = new DataView(new ArrayBuffer(info.config_size!));
  if (header.device === 'blk') {
    config.setBigUint64(0, 2048n, true); // capacity
    config.setUint32(12, 30, true); // seg_max
    config.setUint32(20, 512, true); // blk_size
    config.setUint8(32, 1); // writeback
  }
  return {
    device: header.device_number,
    dialect: header.dialect,
    maxMessageSize: header.bus_max_msg_size,
    device_id: info.device_id!,
    vendor_id: info.vendor_id!,
    features: [Number(features & 0xffffffffn), Number(features >> 32n)],
    queues: new Array(info.max_virtqueues).fill(queue.max_size),
    config: new Uint8Array(config.buffer),
    writable: header.device === 'blk' ? [{ offset: 32, length: 1 }] : [],
  };
}

/** What a handler that never fails answers to one effect. */
function handlerSays(c: DeviceContext, effect: DeviceEffect): DeviceEvent | null {
  if (effect.type === 'activate') return { type: 'activated', epoch: effect.epoch, ok: true };
  if (effect.type === 'quiesce') return { type: 'quiesced', epoch: effect.epoch };
  if (effect.type !== 'applyConfig') return null;
  const bytes = c.config.bytes.slice();
  bytes.set(effect.data, effect.offset);
  return { type: 'configApplied', epoch: effect.epoch, bytes };
}

function drive(c: DeviceContext, event: DeviceEvent): DeviceEffect[] {
  const effects = [...stepDevice(c, event)];
  for (const effect of effects) {
    const answer = handlerSays(c, effect);
    if (answer !== null) effects.push(...stepDevice(c, answer));
  }
  return effects;
}

/** The local event behind an event frame of the capture: used buffers, and the resize of the disk. */
function behind(message: TransportMessage): DeviceEvent {
  if (message.kind === 'event' && message.name === 'EVENT_USED')
    return { type: 'used', index: message.fields.vq_index };
  const capacity = new Uint8Array(8);
  new DataView(capacity.buffer).setBigUint64(0, 4096n, true);
  return { type: 'configChanged', changes: [{ offset: 0, data: capacity }] };
}

interface Difference {
  readonly message: string;
  readonly theirs: string;
  readonly ours: string;
}

function replay(name: string) {
  const { header, frames: all } = frames(name);
  const c = deviceContext(setupOf(header, all));
  const answers: TransportMessage[] = [];
  const differences: Difference[] = [];
  let same = 0;
  let counted = 0;
  for (const frame of all) {
    if (frame.toDevice) {
      const effects = drive(c, { type: 'message', message: frame.message });
      answers.push(...effects.flatMap((e) => (e.type === 'reply' ? [e.message] : [])));
      counted += effects.filter((e) => e.type === 'count' || e.type === 'drop').length;
      continue;
    }
    let ours: TransportMessage | undefined;
    if (frame.message.kind === 'event') {
      const effects = drive(c, behind(frame.message));
      ours = effects.flatMap((e) => (e.type === 'send' ? [e.message] : []))[0];
    } else {
      ours = answers.shift();
    }
    const hex = ours === undefined ? 'nothing' : hexOf(header.dialect, ours);
    if (hex === frame.hex) same++;
    else differences.push({ message: frame.message.name, theirs: frame.hex, ours: hex });
  }
  return { c, same, counted, differences, left: answers.length };
}

describe('a Linux kernel’s frames, replayed to the device machine', () => {
  /** Every difference there is, by capture: what the throwaway sent, what the machine sends, and why. */
  const DIFFERENCES: Record<string, readonly (Difference & { readonly why: string })[]> = {
    'linux-loopback-blk-rfc2.jsonl': [
      {
        message: 'EVENT_CONFIG',
        theirs: '0040010016000f000000010000000000000000000000',
        ours: '004001001e000f0000000100000000000000080000000010000000000000',
        why: 'section 10: one range that fits is told with its data; the throwaway never attached any',
      },
    ],
    'linux-loopback-blk-rfc3.jsonl': [
      {
        message: 'EVENT_CONFIG',
        theirs: '00400100000018000f000000010000000000000000000000',
        ours: '00400100000020000f0000000100000000000000080000000010000000000000',
        why: 'the same',
      },
    ],
    'linux-loopback-blk-v1-2026.jsonl': [
      {
        message: 'EVENT_CONFIG',
        theirs: '00400100000018000f000000010000000000000000000000',
        ours: '00400100000020000f0000000100000000000000080000000010000000000000',
        why: 'the same',
      },
    ],
  };

  test('there are captures of two devices in three dialects', () => {
    expect(TRACES).toHaveLength(6);
  });

  test.each(TRACES)('%s is answered as the throwaway did, but for what is listed', (name) => {
    const result = replay(name);
    const listed = (DIFFERENCES[name] ?? []).map(({ message, theirs, ours }) => ({ message, theirs, ours }));
    expect(result.differences).toEqual(listed);
    expect([result.left, result.counted]).toEqual([0, 0]);
    expect(result.same).toBeGreaterThan(30);
  });

  test.each(TRACES)('%s ends where the kernel left the device', (name) => {
    const { c } = replay(name);
    // Hot removal in v1-2026 sends nothing: the device stays live. Older drivers reset and acknowledge.
    const live = name.includes('v1-2026');
    expect(c.status).toBe(live ? 15 : 1);
    expect(c.queues.get(0)?.life).toBe(live ? 'live' : undefined);
  });
});
