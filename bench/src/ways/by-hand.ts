import { compiled } from '../compiled.js';
import type { SetConfig, SetVqueue } from '../corpus.js';

/**
 * Other baselines than `hand.ts`, by hand and unchecked as that one: a u64 as halves, a payload where it stands, a stream in one
 * function.
 */
export function decodeSetVqueueHalves(v: DataView, p: number): number {
  const type = v.getUint8(p);
  const id = v.getUint8(p + 1);
  const device = v.getUint16(p + 2, true);
  const token = v.getUint16(p + 4, true);
  const size = v.getUint16(p + 6, true);
  const queue = v.getUint32(p + 8, true);
  const first = v.getUint32(p + 12, true);
  const entries = v.getUint32(p + 16, true);
  const second = v.getUint32(p + 20, true);
  const a = v.getUint32(p + 24, true) ^ v.getUint32(p + 28, true);
  const b = v.getUint32(p + 32, true) ^ v.getUint32(p + 36, true);
  const c = v.getUint32(p + 40, true) ^ v.getUint32(p + 44, true);
  return (type + id + device + token + size + queue + first + entries + second + a + b + c) | 0;
}

export function encodeSetVqueueHalves(v: DataView, p: number, r: SetVqueue): number {
  v.setUint8(p, 0);
  v.setUint8(p + 1, 0x0a);
  v.setUint16(p + 2, r.dev_num, true);
  v.setUint16(p + 4, r.token, true);
  v.setUint16(p + 6, 48, true);
  v.setUint32(p + 8, r.index, true);
  v.setUint32(p + 12, 0, true);
  v.setUint32(p + 16, r.size, true);
  v.setUint32(p + 20, 0, true);
  v.setUint32(p + 24, r.descriptor_lo, true);
  v.setUint32(p + 28, r.descriptor_hi, true);
  v.setUint32(p + 32, r.driver_lo, true);
  v.setUint32(p + 36, r.driver_hi, true);
  v.setUint32(p + 40, r.device_lo, true);
  v.setUint32(p + 44, r.device_hi, true);
  return 48;
}

export function decodeConfigInPlace(v: DataView, p: number): number {
  const type = v.getUint8(p);
  const id = v.getUint8(p + 1);
  const device = v.getUint16(p + 2, true);
  const token = v.getUint16(p + 4, true);
  const size = v.getUint16(p + 6, true);
  const known = v.getUint32(p + 8, true);
  const from = v.getUint32(p + 12, true);
  const n = v.getUint32(p + 16, true);
  const first = v.getUint8(p + 20);
  const last = v.getUint8(p + 20 + n - 1);
  return (type + id + device + token + size + known + from + n + first + last) | 0;
}

/** As `hand.ts` does it, but for the view of the bytes, which is made for each message. */
export function encodeConfigNewArray(v: DataView, p: number, r: SetConfig): number {
  const n = r.data.length;
  v.setUint8(p, 0);
  v.setUint8(p + 1, 0x06);
  v.setUint16(p + 2, r.dev_num, true);
  v.setUint16(p + 4, r.token, true);
  v.setUint16(p + 6, 20 + n, true);
  v.setUint32(p + 8, r.generation, true);
  v.setUint32(p + 12, r.offset, true);
  v.setUint32(p + 16, n, true);
  new Uint8Array(v.buffer, v.byteOffset + p + 20, n).set(r.data);
  return 20 + n;
}

/** What a stream comes to: its fields added up, the halves of addresses apart from them. */
export const kept = { sum: 0, halves: 0 };

/** A whole stream in one function, halves, nothing made, sums in an object. */
export function decodeStreamKept(v: DataView, end: number): number {
  kept.sum = 0;
  kept.halves = 0;
  for (let p = 0; p < end; ) {
    const type = v.getUint8(p);
    const id = v.getUint8(p + 1);
    const device = v.getUint16(p + 2, true);
    const token = v.getUint16(p + 4, true);
    const size = v.getUint16(p + 6, true);
    const head = type + id + device + token + size;
    switch (id) {
      case 0x41: {
        const queue = v.getUint32(p + 8, true);
        const next = v.getUint32(p + 12, true);
        kept.sum = (kept.sum + head + queue + (next & 0x7fffffff) + (next >>> 31)) | 0;
        break;
      }
      case 0x42:
        kept.sum = (kept.sum + head + v.getUint32(p + 8, true)) | 0;
        break;
      case 0x0a: {
        const queue = v.getUint32(p + 8, true);
        const first = v.getUint32(p + 12, true);
        const entries = v.getUint32(p + 16, true);
        const second = v.getUint32(p + 20, true);
        const a = v.getUint32(p + 24, true) ^ v.getUint32(p + 28, true);
        const b = v.getUint32(p + 32, true) ^ v.getUint32(p + 36, true);
        const c = v.getUint32(p + 40, true) ^ v.getUint32(p + 44, true);
        kept.sum = (kept.sum + head + queue + first + entries + second) | 0;
        kept.halves = (kept.halves + a + b + c) | 0;
        break;
      }
      case 0x03: {
        const block = v.getUint32(p + 8, true);
        const n = v.getUint32(p + 12, true);
        let words = (head + block + n) | 0;
        for (let i = 0, q = p + 16; i < n; i++, q += 4) words = (words + v.getUint32(q, true)) | 0;
        kept.sum = (kept.sum + words) | 0;
        break;
      }
      case 0x06: {
        const known = v.getUint32(p + 8, true);
        const from = v.getUint32(p + 12, true);
        const n = v.getUint32(p + 16, true);
        const first = v.getUint8(p + 20);
        const last = v.getUint8(p + 20 + n - 1);
        kept.sum = (kept.sum + head + known + from + n + first + last) | 0;
        break;
      }
      case 0x02: {
        const about = v.getUint32(p + 8, true);
        const vendor = v.getUint32(p + 12, true);
        const bits = v.getUint32(p + 16, true);
        const bytes = v.getUint32(p + 20, true);
        const queues = v.getUint32(p + 24, true);
        const start = v.getUint16(p + 28, true);
        const count = v.getUint16(p + 30, true);
        kept.sum = (kept.sum + head + about + vendor + bits + bytes + queues + start + count) | 0;
        break;
      }
      default:
        throw new Error(`id ${id}`);
    }
    p += size;
  }
  return kept.sum;
}

/** The same function, letter by letter, with its sums in local variables until it is over. */
export function decodeStreamLocal(): (v: DataView, end: number) => number {
  const text = decodeStreamKept.toString();
  const inside = text.slice(text.indexOf('{') + 1, text.lastIndexOf('return'));
  const sums = inside.replaceAll('kept.', '');
  return compiled({ kept }, `(v, end) => { let sum; let halves; ${sums} kept.halves = halves; return sum; }`);
}

/** One field of each EVENT_AVAIL added up, sums far above 2³¹ included. */
export const added = { offsets: 0 };

export function addOffsets(v: DataView, end: number): number {
  added.offsets = 0;
  for (let p = 0; p < end; p += 16) added.offsets += v.getUint32(p + 12, true) & 0x7fffffff;
  return added.offsets;
}
