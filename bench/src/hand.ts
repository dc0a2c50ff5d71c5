import type { DeviceInfo, EventAvail, Features, SetConfig, SetVqueue } from './corpus.js';
import type { Item } from './messages.js';

/**
 * The baseline: what a careful person writes by hand. Field by field, one view per buffer, literal byte order, no checks.
 * Fields are read into constants and then added up, as the generated codecs are called. Bigints go to a sink, so that making them is part of the work and folding them is not.
 */
export const sink: { a: unknown; b: unknown; c: unknown } = { a: 0n, b: 0n, c: 0n };

export function decodeEventAvail(v: DataView, p: number): number {
  const type = v.getUint8(p);
  const id = v.getUint8(p + 1);
  const device = v.getUint16(p + 2, true);
  const token = v.getUint16(p + 4, true);
  const size = v.getUint16(p + 6, true);
  const queue = v.getUint32(p + 8, true);
  const next = v.getUint32(p + 12, true);
  return (type + id + device + token + size + queue + (next & 0x7fffffff) + (next >>> 31)) | 0;
}

export function encodeEventAvail(v: DataView, p: number, r: EventAvail): number {
  v.setUint8(p, 0);
  v.setUint8(p + 1, 0x41);
  v.setUint16(p + 2, r.dev_num, true);
  v.setUint16(p + 4, r.token, true);
  v.setUint16(p + 6, 16, true);
  v.setUint32(p + 8, r.vq_index, true);
  v.setUint32(p + 12, r.next_offset | (r.next_wrap << 31), true);
  return 16;
}

function headerSum(v: DataView, p: number): number {
  const type = v.getUint8(p);
  const id = v.getUint8(p + 1);
  const device = v.getUint16(p + 2, true);
  const token = v.getUint16(p + 4, true);
  const size = v.getUint16(p + 6, true);
  return type + id + device + token + size;
}

export function decodeSetVqueue(v: DataView, p: number): number {
  sink.a = v.getBigUint64(p + 24, true);
  sink.b = v.getBigUint64(p + 32, true);
  sink.c = v.getBigUint64(p + 40, true);
  const queue = v.getUint32(p + 8, true);
  const first = v.getUint32(p + 12, true);
  const entries = v.getUint32(p + 16, true);
  const second = v.getUint32(p + 20, true);
  return (headerSum(v, p) + queue + first + entries + second) | 0;
}

export function encodeSetVqueue(v: DataView, p: number, r: SetVqueue): number {
  v.setUint8(p, 0);
  v.setUint8(p + 1, 0x0a);
  v.setUint16(p + 2, r.dev_num, true);
  v.setUint16(p + 4, r.token, true);
  v.setUint16(p + 6, 48, true);
  v.setUint32(p + 8, r.index, true);
  v.setUint32(p + 12, 0, true);
  v.setUint32(p + 16, r.size, true);
  v.setUint32(p + 20, 0, true);
  v.setBigUint64(p + 24, r.descriptor_addr, true);
  v.setBigUint64(p + 32, r.driver_addr, true);
  v.setBigUint64(p + 40, r.device_addr, true);
  return 48;
}

export function decodeEventUsed(v: DataView, p: number): number {
  const queue = v.getUint32(p + 8, true);
  return (headerSum(v, p) + queue) | 0;
}

export function decodeFeatures(v: DataView, p: number): number {
  const n = v.getUint32(p + 12, true);
  const block = v.getUint32(p + 8, true);
  let sum = (headerSum(v, p) + block + n) | 0;
  for (let i = 0, q = p + 16; i < n; i++, q += 4) sum = (sum + v.getUint32(q, true)) | 0;
  return sum;
}

export function decodeConfig(v: DataView, p: number): number {
  const n = v.getUint32(p + 16, true);
  const data = new Uint8Array(v.buffer, v.byteOffset + p + 20, n);
  const known = v.getUint32(p + 8, true);
  const from = v.getUint32(p + 12, true);
  const first = data[0]!;
  const last = data[n - 1]!;
  return (headerSum(v, p) + known + from + n + first + last) | 0;
}

export function decodeInfo(v: DataView, p: number): number {
  const device = v.getUint32(p + 8, true);
  const vendor = v.getUint32(p + 12, true);
  const bits = v.getUint32(p + 16, true);
  const bytes = v.getUint32(p + 20, true);
  const queues = v.getUint32(p + 24, true);
  const start = v.getUint16(p + 28, true);
  const count = v.getUint16(p + 30, true);
  return (headerSum(v, p) + device + vendor + bits + bytes + queues + start + count) | 0;
}

/** A whole stream, unchecked: the loop and the switch a person would write. */
export function decodeStream(v: DataView, end: number): number {
  let sum = 0;
  for (let p = 0; p < end; p += v.getUint16(p + 6, true)) {
    switch (v.getUint8(p + 1)) {
      case 0x41:
        sum = (sum + decodeEventAvail(v, p)) | 0;
        break;
      case 0x42:
        sum = (sum + decodeEventUsed(v, p)) | 0;
        break;
      case 0x0a:
        sum = (sum + decodeSetVqueue(v, p)) | 0;
        break;
      case 0x03:
        sum = (sum + decodeFeatures(v, p)) | 0;
        break;
      case 0x06:
        sum = (sum + decodeConfig(v, p)) | 0;
        break;
      case 0x02:
        sum = (sum + decodeInfo(v, p)) | 0;
        break;
      default:
        throw new Error(`id ${v.getUint8(p + 1)}`);
    }
  }
  return sum;
}

function header(v: DataView, p: number, type: number, id: number, dev_num: number, token: number, size: number): void {
  v.setUint8(p, type);
  v.setUint8(p + 1, id);
  v.setUint16(p + 2, dev_num, true);
  v.setUint16(p + 4, token, true);
  v.setUint16(p + 6, size, true);
}

export function encodeFeatures(v: DataView, p: number, r: Features): number {
  const { words } = r;
  const n = words.length;
  header(v, p, 1, 0x03, r.dev_num, r.token, 16 + 4 * n);
  v.setUint32(p + 8, r.block_index, true);
  v.setUint32(p + 12, n, true);
  for (let i = 0, q = p + 16; i < n; i++, q += 4) v.setUint32(q, words[i]!, true);
  return 16 + 4 * n;
}

/** The bytes go through a second view of the same memory, made once: DataView cannot copy. */
export function encodeConfig(v: DataView, p: number, r: SetConfig, bytes: Uint8Array): number {
  const n = r.data.length;
  header(v, p, 0, 0x06, r.dev_num, r.token, 20 + n);
  v.setUint32(p + 8, r.generation, true);
  v.setUint32(p + 12, r.offset, true);
  v.setUint32(p + 16, n, true);
  bytes.set(r.data, p + 20);
  return 20 + n;
}

export function encodeInfo(v: DataView, p: number, r: DeviceInfo): number {
  header(v, p, 1, 0x02, r.dev_num, r.token, 32);
  v.setUint32(p + 8, r.device_id, true);
  v.setUint32(p + 12, r.vendor_id, true);
  v.setUint32(p + 16, r.num_feature_bits, true);
  v.setUint32(p + 20, r.config_size, true);
  v.setUint32(p + 24, r.max_virtqueues, true);
  v.setUint16(p + 28, r.admin_vq_start, true);
  v.setUint16(p + 30, r.admin_vq_count, true);
  return 32;
}

function encodeEventUsed(v: DataView, p: number, dev_num: number, vq_index: number): number {
  header(v, p, 0, 0x42, dev_num, 0, 12);
  v.setUint32(p + 8, vq_index, true);
  return 12;
}

/** A whole stream, written message after message. */
export function encodeStream(v: DataView, items: readonly Item[], bytes: Uint8Array): number {
  let p = 0;
  for (let i = 0; i < items.length; i++) {
    const item = items[i]!;
    switch (item.kind) {
      case 'EVENT_AVAIL':
        p += encodeEventAvail(v, p, item.record);
        break;
      case 'EVENT_USED':
        p += encodeEventUsed(v, p, item.record.dev_num, item.record.vq_index);
        break;
      case 'SET_VQUEUE':
        p += encodeSetVqueue(v, p, item.record);
        break;
      case 'GET_DEVICE_FEATURES':
        p += encodeFeatures(v, p, item.record);
        break;
      case 'SET_CONFIG':
        p += encodeConfig(v, p, item.record, bytes);
        break;
      default:
        p += encodeInfo(v, p, item.record);
    }
  }
  return p;
}
