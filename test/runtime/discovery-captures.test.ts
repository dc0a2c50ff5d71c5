import * as rfc3 from '@virtio-wire/codecs/virtio-msg/rfc3';
import { describe, expect, it } from 'vitest';
import { type DriverBusState, driverBus, newDriverBus } from '../../runtime/dist/core/bus/driver-bus.js';
import {
  type EnumerationQuirk,
  type EnumerationState,
  enumeration,
  newEnumeration,
} from '../../runtime/dist/core/discovery/enumeration.js';
import { DEFAULT_LIMITS } from '../../runtime/dist/core/limits.js';
import { step } from '../../runtime/dist/core/table.js';
import type { DevicePage } from '../../runtime/dist/wire/message.js';
import { traceLines } from '../support/vectors.js';

/** What was said on a bus, in order: a request and what answered it. */
interface Exchange {
  readonly asked: Uint8Array;
  readonly answer: Uint8Array | null;
}
const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const decode = (b: Uint8Array) => rfc3.decode(new DataView(b.buffer), 0, b.length);

function exchangesOf(name: string): Exchange[] {
  const lines = traceLines(name).map((line) => JSON.parse(line) as Record<string, string>);
  return lines.flatMap((line, i) => {
    if (line.req !== undefined)
      return [{ asked: bytes(line.req), answer: line.resp == null ? null : bytes(line.resp) }];
    if (line.dir !== 'driver->device' || line.hex === undefined) return [];
    const next = lines[i + 1];
    return [{ asked: bytes(line.hex), answer: next?.dir === 'device->driver' ? bytes(next.hex ?? '') : null }];
  });
}

/**
 * The page of a GET_DEVICES response. OP-TEE's bitmap has the length that was asked for: `whole` takes what a reader of the text
 * takes for surplus as part of it.
 */
function pageOf(b: Uint8Array, whole: boolean): { page: DevicePage; token: number } {
  const read = decode(b);
  if (!('name' in read) || read.name !== 'GET_DEVICES.response') throw new Error('not a page');
  const { offset, count, next_offset, bitmap } = read.fields;
  const page = { offset, count, next_offset, bitmap: whole ? b.slice(14) : bitmap };
  return { page, token: read.header.token };
}

/** Plays the windows of a capture to the enumeration; a window that was not captured gets `otherwise`. */
function replay(
  name: string,
  options: { maxSize: number; widestWindow: number; quirks?: EnumerationQuirk[]; whole?: boolean },
  otherwise: DevicePage | null = null,
) {
  const pages = new Map<string, { page: DevicePage; token: number }>();
  for (const { asked, answer } of exchangesOf(name)) {
    const read = decode(asked);
    if (answer === null || !('name' in read) || read.name !== 'GET_DEVICES.request' || read.header.dev_num !== 0)
      continue;
    if (read.surplus > 0) continue;
    pages.set(`${read.fields.offset} ${read.fields.count}`, pageOf(answer, options.whole ?? false));
  }
  const c = newEnumeration({ headerSize: 8, granule: 8, limits: DEFAULT_LIMITS, ...options });
  let { state, effects } = step(enumeration, 'idle' as EnumerationState, c, { type: 'start' });
  const asked: string[] = [];
  for (;;) {
    const [request] = effects;
    if (request?.type !== 'request' || request.message.name !== 'GET_DEVICES') break;
    const { offset, count } = request.message.fields as { offset: number; count: number };
    asked.push(`${offset} ${count}`);
    const page = pages.get(`${offset} ${count}`)?.page ?? otherwise;
    const event =
      page === null ? ({ type: 'failed', code: 'timeout' } as const) : ({ type: 'response', page } as const);
    ({ state, effects } = step(enumeration, state, c, event));
  }
  const tokens = [...pages.values()].map((p) => p.token);
  return { state, asked, devices: c.found, tokens };
}

const QEMU = ['qemu-rng.jsonl', 'qemu-rng-linux-user.jsonl', 'qemu-rng-amp-shmem.jsonl'];

/** The second page of QEMU, as qemu-virtio-msg-buses.md has it: an offset at the end is answered with num 0 and itself. */
const END_OF_QEMU: DevicePage = { offset: 32, count: 0, next_offset: 32, bitmap: new Uint8Array(0) };

describe('enumerating captured device sides', () => {
  it.each(QEMU)('finds the one device of %s, number 0, with next-offset-never-zero', (name) => {
    const quirks: EnumerationQuirk[] = ['next-offset-never-zero'];
    const { state, asked, devices, tokens } = replay(name, { maxSize: 48, widestWindow: 32, quirks }, END_OF_QEMU);
    expect({ state, devices }).toEqual({ state: 'finished', devices: [0] });
    expect(asked).toEqual(['0 32', '32 32']);
    // The bus answers of QEMU carry token 0: whoever matches them cannot go by the token.
    expect(tokens).toEqual([0]);
  });

  it.each(QEMU)('keeps the device of %s without the quirk, and calls the walk failed', (name) => {
    const { state, devices } = replay(name, { maxSize: 48, widestWindow: 32 }, END_OF_QEMU);
    expect({ state, devices }).toEqual({ state: 'failed', devices: [0] });
  });

  it('finds the one device of qemu-rfcv1-rng.jsonl, which ends its walk with 0, when asked for 32 numbers', () => {
    const { state, asked, devices } = replay('qemu-rfcv1-rng.jsonl', { maxSize: 48, widestWindow: 32 });
    expect({ state, asked, devices }).toEqual({ state: 'finished', asked: ['0 32'], devices: [0] });
  });

  it.each([8, 64, 256])(
    'finds the one device of optee-device.jsonl, number 0, in a window of %i with count-is-popcount',
    (widestWindow) => {
      const quirks: EnumerationQuirk[] = ['count-is-popcount'];
      const { state, asked, devices } = replay('optee-device.jsonl', {
        maxSize: 112,
        widestWindow,
        quirks,
        whole: true,
      });
      expect({ state, asked, devices }).toEqual({ state: 'finished', asked: [`0 ${widestWindow}`], devices: [0] });
      // One device fits in the byte that a reader of the text would take.
      expect(replay('optee-device.jsonl', { maxSize: 112, widestWindow, quirks }).devices).toEqual([0]);
      expect(replay('optee-device.jsonl', { maxSize: 112, widestWindow }).state).toBe('failed');
    },
  );

  it('does not take the refusal of a window too wide for an empty bus', () => {
    const quirks: EnumerationQuirk[] = ['count-is-popcount'];
    const { state, asked } = replay('optee-device.jsonl', { maxSize: 200, widestWindow: 1024, quirks, whole: true });
    expect({ state, asked }).toEqual({ state: 'failed', asked: ['0 1024'] });
  });
});

describe('pinging captured device sides', () => {
  it.each([...QEMU, 'optee-device.jsonl'])('%s is alive by its captured echo, whose token is not looked at', (name) => {
    const pings = exchangesOf(name).flatMap(({ asked, answer }) => {
      const read = decode(asked);
      const echo = answer === null ? null : decode(answer);
      if (
        !('name' in read) ||
        read.name !== 'PING.request' ||
        echo === null ||
        !('name' in echo) ||
        echo.name !== 'PING.response'
      )
        return [];
      return [{ sent: read.fields.data, echo: echo.fields.data, token: echo.header.token }];
    });
    expect(pings.length).toBeGreaterThan(0);
    for (const { sent, echo, token } of pings) {
      const c = newDriverBus({ limits: DEFAULT_LIMITS, leastSize: 44, value: (sent - 1) >>> 0 });
      const state: DriverBusState = 'up';
      const [request] = step(driverBus, state, c, { type: 'timer', timer: 'ping' }).effects;
      expect(request).toMatchObject({ type: 'request', message: { name: 'PING', fields: { data: sent } } });
      const message = { name: 'PING', kind: 'response', device: 0, token, fields: { data: echo } } as const;
      expect(step(driverBus, state, c, { type: 'response', message }).effects).toEqual([]);
      expect(c.unanswered).toEqual([]);
    }
  });
});
