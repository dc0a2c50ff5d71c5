import type { BusMessage, DevicePage } from '../../wire/message.js';
import type { FaultCode } from '../fault.js';
import type { Limits } from '../limits.js';
import { type Machine, table } from '../table.js';
import { DEVICE_NUMBERS, type PageShape, roomOf } from './answer.js';
import { type DeviceNotice, type NewsOf, note, takeNews } from './device-news.js';

/**
 * Finds the devices of a bus with GET_DEVICES, window by window. One machine is one walk. It asks for at most
 * `maxEnumerationPages` windows whatever it is answered, and keeps what it found before a failure.
 */
export type EnumerationState = 'idle' | 'page' | 'finished' | 'failed';

/**
 * What real device sides do instead of what the text says.
 *
 * - `count-is-popcount` (OP-TEE): `count` is the number of bits set in a bitmap of the length asked for. The bitmap has to arrive
 *   whole, although a reader of the text would take all but its first ceil(count / 8) bytes for surplus.
 * - `next-offset-never-zero` (QEMU): `next_offset` is always the end of the window. The walk ends with an empty window that points
 *   at itself.
 */
export type EnumerationQuirk = 'count-is-popcount' | 'next-offset-never-zero';

export interface EnumerationContext extends PageShape {
  readonly limits: Pick<Limits, 'maxEnumerationPages'>;
  readonly quirks: readonly EnumerationQuirk[];
  /** Largest window to ask for, for device sides that cannot take the largest that fits (QEMU of 2025: 32). */
  readonly widestWindow: number;
  /** The window that is asked for. */
  offset: number;
  asked: number;
  /** Windows asked for so far. */
  pages: number;
  /** Ascending, without repetition: a window begins behind the one before it. */
  found: number[];
  /** What EVENT_DEVICE said meanwhile. */
  news: NewsOf;
}

export type EnumerationEvent =
  | { readonly type: 'start' }
  | { readonly type: 'response'; readonly page: DevicePage }
  /** No answer after all retries, or the request was given up. */
  | { readonly type: 'failed'; readonly code: FaultCode }
  | ({ readonly type: 'device' } & DeviceNotice);

export type EnumerationEffect =
  | { readonly type: 'request'; readonly message: BusMessage }
  | { readonly type: 'finished'; readonly devices: readonly number[] }
  | { readonly type: 'failed'; readonly devices: readonly number[]; readonly code: FaultCode }
  /** What was said during the walk, told behind its end: an answered window is a picture of one moment. */
  | ({ readonly type: 'device' } & DeviceNotice)
  | { readonly type: 'count'; readonly code: FaultCode | 'unknown' };

export interface EnumerationOptions extends PageShape {
  readonly limits: EnumerationContext['limits'];
  readonly quirks?: readonly EnumerationQuirk[];
  readonly widestWindow?: number;
}

export const newEnumeration = (options: EnumerationOptions): EnumerationContext => ({
  maxSize: options.maxSize,
  headerSize: options.headerSize,
  granule: options.granule,
  limits: options.limits,
  quirks: options.quirks ?? [],
  widestWindow: options.widestWindow ?? DEVICE_NUMBERS,
  offset: 0,
  asked: 0,
  pages: 0,
  found: [],
  news: new Map(),
});

type Emit = (effect: EnumerationEffect) => void;

function ask(c: EnumerationContext, offset: number, emit: Emit): void {
  const widest = Math.min(roomOf(c), Math.max(8, c.widestWindow - (c.widestWindow % 8)));
  c.offset = offset;
  c.asked = Math.min(widest, DEVICE_NUMBERS - offset);
  c.pages++;
  const fields = { offset: c.offset, count: c.asked };
  emit({ type: 'request', message: { name: 'GET_DEVICES', kind: 'request', device: 0, token: 0, fields } });
}

function ones(bytes: Uint8Array): number {
  let n = 0;
  for (const byte of bytes) for (let rest = byte; rest !== 0; rest &= rest - 1) n++;
  return n;
}

/** Device numbers the answer speaks about, or 0 where it is no window. Nothing of it is believed that was not asked for. */
function lengthOf(c: EnumerationContext, { offset, count, bitmap }: DevicePage): number {
  if (offset !== c.offset) return 0;
  if (count > 0 && count <= c.asked && count % c.granule === 0 && bitmap.length === Math.ceil(count / 8)) return count;
  if (!c.quirks.includes('count-is-popcount') || ones(bitmap) !== count) return 0;
  // A shorter bitmap will do when all devices are in it. None at all with no device is how such a peer refuses.
  const bits = bitmap.length * 8;
  return bits === Math.ceil(c.asked / 8) * 8 || (count > 0 && bits < c.asked) ? c.asked : 0;
}

const goesOn = (c: EnumerationContext, page: DevicePage, from: number): boolean =>
  page.next_offset % c.granule === 0 && page.next_offset >= from && c.pages < c.limits.maxEnumerationPages;

function keep(c: EnumerationContext, page: DevicePage): void {
  const length = Math.min(lengthOf(c, page), page.bitmap.length * 8, DEVICE_NUMBERS - c.offset);
  for (let i = 0; i < length; i++) if ((page.bitmap[i >>> 3]! >>> (i & 7)) & 1) c.found.push(c.offset + i);
}

function replay(c: EnumerationContext, emit: Emit): void {
  for (let next = takeNews(c.news); next !== null; next = takeNews(c.news)) emit({ type: 'device', ...next });
}

function finish(c: EnumerationContext, _e: EnumerationEvent, emit: Emit): void {
  emit({ type: 'finished', devices: c.found });
  replay(c, emit);
}

function fail(c: EnumerationContext, code: FaultCode, emit: Emit): void {
  emit({ type: 'count', code });
  emit({ type: 'failed', devices: c.found, code });
  replay(c, emit);
}

const { row } = table<EnumerationState, EnumerationContext, EnumerationEvent, EnumerationEffect>();

export const enumeration: Machine<EnumerationState, EnumerationContext, EnumerationEvent, EnumerationEffect> = {
  name: 'enumeration',
  section: '7.1',
  states: ['idle', 'page', 'finished', 'failed'],
  rows: [
    row('idle', 'start', 'page', 'S', { act: (c, _e, emit) => ask(c, 0, emit) }),
    // The row of a good window has no next state of its own: it is one row here with each outcome of the next rule.
    row('page', 'response', 'finished', 'S', {
      when: ['a window as asked; next_offset = 0', (c, e) => lengthOf(c, e.page) > 0 && e.page.next_offset === 0],
      act: (c, e, emit) => {
        keep(c, e.page);
        finish(c, e, emit);
      },
    }),
    row('page', 'response', null, ['S', 'C'], {
      when: [
        'a window as asked; next_offset multiple of 8 and >= o + count, pages < 8192',
        (c, e) => {
          const length = lengthOf(c, e.page);
          return length > 0 && goesOn(c, e.page, c.offset + length);
        },
      ],
      act: (c, e, emit) => {
        keep(c, e.page);
        ask(c, e.page.next_offset, emit);
      },
    }),
    row('page', 'response', 'failed', 'C', {
      when: ['a window as asked; otherwise', (c, e) => lengthOf(c, e.page) > 0],
      act: (c, e, emit) => {
        keep(c, e.page);
        fail(c, 'mismatch', emit);
      },
    }),
    // The bound on pages holds here too, which the table leaves out: a walk through empty windows has to end as well.
    row('page', 'response', null, 'C', {
      when: [
        'count = 0 and next_offset > o and aligned, pages < 8192',
        (c, e) => e.page.count === 0 && e.page.offset === c.offset && goesOn(c, e.page, c.offset + 1),
      ],
      act: (c, e, emit) => ask(c, e.page.next_offset, emit),
    }),
    // Not in the table, as its companion in lengthOf is. The offset may be cut to the number of devices the peer can have.
    row('page', 'response', 'finished', 'P', {
      when: [
        'quirk next-offset-never-zero: count = 0 and next_offset = offset',
        (c, e) =>
          c.quirks.includes('next-offset-never-zero') &&
          e.page.count === 0 &&
          e.page.next_offset === e.page.offset &&
          e.page.offset <= c.offset,
      ],
      act: finish,
    }),
    row('page', 'response', 'failed', 'C', { act: (c, _e, emit) => fail(c, 'mismatch', emit) }),
    row('page', 'failed', 'failed', 'C', { act: (c, e, emit) => fail(c, e.code, emit) }),
    row('page', 'device', null, ['S4', 'C'], {
      act: (c, e, emit) => {
        if (!note(c.news, e)) emit({ type: 'count', code: 'unknown' });
      },
    }),
  ],
};
