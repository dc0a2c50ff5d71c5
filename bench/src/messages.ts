import type { DeviceInfo, EventAvail, Features, SetConfig, SetVqueue } from './corpus.js';
import { m1, m2, m3, m4, m5, m6 } from './corpus.js';
import { sink } from './hand.js';

/**
 * The same messages as plain objects of their wire fields, for subjects that do not read a buffer in place. Parsed from the
 * bytes of the corpus, so that bytes and objects cannot disagree.
 */
export const KINDS = [
  'EVENT_AVAIL',
  'EVENT_USED',
  'SET_VQUEUE',
  'GET_DEVICE_FEATURES',
  'SET_CONFIG',
  'GET_DEVICE_INFO',
] as const;
export type Kind = (typeof KINDS)[number];

/** What a message is called in results; EVENT_USED is measured as a part of M6 only. */
export const TITLES = {
  EVENT_AVAIL: 'M1 EVENT_AVAIL',
  SET_VQUEUE: 'M2 SET_VQUEUE',
  GET_DEVICE_FEATURES: 'M3 GET_DEVICE_FEATURES',
  SET_CONFIG: 'M4 SET_CONFIG',
  GET_DEVICE_INFO: 'M5 GET_DEVICE_INFO',
} as const;
export type Single = keyof typeof TITLES;
export const SINGLES = Object.keys(TITLES) as Single[];
export const STREAM = 'M6 1,000 mixed';

/** `u32[]` and `u8[]` are counted by the field before them. */
export type FieldType = 'u8' | 'u16' | 'u32' | 'u64' | 'u32[]' | 'u8[]';
export type FieldTable = readonly (readonly [name: string, type: FieldType])[];

const HEADER = [
  ['type', 'u8'],
  ['msg_id', 'u8'],
  ['dev_num', 'u16'],
  ['token', 'u16'],
  ['msg_size', 'u16'],
] as const;

/** Fields in wire order, for subjects that are told the layout as data. `next` holds next_offset and, in bit 31, next_wrap. */
export const FIELDS = {
  EVENT_AVAIL: [...HEADER, ['vq_index', 'u32'], ['next', 'u32']],
  EVENT_USED: [...HEADER, ['vq_index', 'u32']],
  SET_VQUEUE: [
    ...HEADER,
    ['index', 'u32'],
    ['reserved0', 'u32'],
    ['size', 'u32'],
    ['reserved1', 'u32'],
    ['descriptor_addr', 'u64'],
    ['driver_addr', 'u64'],
    ['device_addr', 'u64'],
  ],
  GET_DEVICE_FEATURES: [...HEADER, ['block_index', 'u32'], ['num_blocks', 'u32'], ['features', 'u32[]']],
  SET_CONFIG: [...HEADER, ['generation', 'u32'], ['offset', 'u32'], ['length', 'u32'], ['data', 'u8[]']],
  GET_DEVICE_INFO: [
    ...HEADER,
    ['device_id', 'u32'],
    ['vendor_id', 'u32'],
    ['num_feature_bits', 'u32'],
    ['config_size', 'u32'],
    ['max_virtqueues', 'u32'],
    ['admin_vq_start', 'u16'],
    ['admin_vq_count', 'u16'],
  ],
} as const satisfies Record<Kind, FieldTable>;

export interface Header {
  readonly type: number;
  readonly msg_id: number;
  readonly dev_num: number;
  readonly token: number;
  readonly msg_size: number;
}

export interface Records {
  EVENT_AVAIL: Header & EventAvail & { readonly next: number };
  EVENT_USED: Header & { readonly vq_index: number };
  SET_VQUEUE: Header & SetVqueue & { readonly reserved0: number; readonly reserved1: number };
  GET_DEVICE_FEATURES: Header & Features & { readonly num_blocks: number };
  SET_CONFIG: Header & SetConfig & { readonly length: number };
  GET_DEVICE_INFO: Header & DeviceInfo;
}
export type AnyRecord = Records[Kind];

/** One message of M6. */
export type Item = { [K in Kind]: { readonly kind: K; readonly record: Records[K]; readonly bytes: Uint8Array } }[Kind];

/**
 * One literal per kind, so that the records of a kind share one hidden class: an object spread would give nearly each its own and
 * make every encoder that reads them ten times slower.
 */
const parse: { readonly [K in Kind]: (v: DataView, p: number) => Records[K] } = {
  EVENT_AVAIL: (v, p) => ({
    type: v.getUint8(p),
    msg_id: v.getUint8(p + 1),
    dev_num: v.getUint16(p + 2, true),
    token: v.getUint16(p + 4, true),
    msg_size: v.getUint16(p + 6, true),
    vq_index: v.getUint32(p + 8, true),
    next: v.getUint32(p + 12, true),
    next_offset: v.getUint32(p + 12, true) & 0x7fffffff,
    next_wrap: v.getUint32(p + 12, true) >>> 31,
  }),
  EVENT_USED: (v, p) => ({
    type: v.getUint8(p),
    msg_id: v.getUint8(p + 1),
    dev_num: v.getUint16(p + 2, true),
    token: v.getUint16(p + 4, true),
    msg_size: v.getUint16(p + 6, true),
    vq_index: v.getUint32(p + 8, true),
  }),
  SET_VQUEUE: (v, p) => ({
    type: v.getUint8(p),
    msg_id: v.getUint8(p + 1),
    dev_num: v.getUint16(p + 2, true),
    token: v.getUint16(p + 4, true),
    msg_size: v.getUint16(p + 6, true),
    index: v.getUint32(p + 8, true),
    reserved0: v.getUint32(p + 12, true),
    size: v.getUint32(p + 16, true),
    reserved1: v.getUint32(p + 20, true),
    descriptor_addr: v.getBigUint64(p + 24, true),
    driver_addr: v.getBigUint64(p + 32, true),
    device_addr: v.getBigUint64(p + 40, true),
    descriptor_lo: v.getUint32(p + 24, true),
    descriptor_hi: v.getUint32(p + 28, true),
    driver_lo: v.getUint32(p + 32, true),
    driver_hi: v.getUint32(p + 36, true),
    device_lo: v.getUint32(p + 40, true),
    device_hi: v.getUint32(p + 44, true),
  }),
  GET_DEVICE_FEATURES: (v, p) => ({
    type: v.getUint8(p),
    msg_id: v.getUint8(p + 1),
    dev_num: v.getUint16(p + 2, true),
    token: v.getUint16(p + 4, true),
    msg_size: v.getUint16(p + 6, true),
    block_index: v.getUint32(p + 8, true),
    num_blocks: v.getUint32(p + 12, true),
    features: Array.from({ length: v.getUint32(p + 12, true) }, (_, i) => v.getUint32(p + 16 + 4 * i, true)),
    words: Uint32Array.from({ length: v.getUint32(p + 12, true) }, (_, i) => v.getUint32(p + 16 + 4 * i, true)),
  }),
  SET_CONFIG: (v, p) => ({
    type: v.getUint8(p),
    msg_id: v.getUint8(p + 1),
    dev_num: v.getUint16(p + 2, true),
    token: v.getUint16(p + 4, true),
    msg_size: v.getUint16(p + 6, true),
    generation: v.getUint32(p + 8, true),
    offset: v.getUint32(p + 12, true),
    length: v.getUint32(p + 16, true),
    data: new Uint8Array(v.buffer.slice(p + 20, p + 20 + v.getUint32(p + 16, true))),
  }),
  GET_DEVICE_INFO: (v, p) => ({
    type: v.getUint8(p),
    msg_id: v.getUint8(p + 1),
    dev_num: v.getUint16(p + 2, true),
    token: v.getUint16(p + 4, true),
    msg_size: v.getUint16(p + 6, true),
    device_id: v.getUint32(p + 8, true),
    vendor_id: v.getUint32(p + 12, true),
    num_feature_bits: v.getUint32(p + 16, true),
    config_size: v.getUint32(p + 20, true),
    max_virtqueues: v.getUint32(p + 24, true),
    admin_vq_start: v.getUint16(p + 28, true),
    admin_vq_count: v.getUint16(p + 30, true),
  }),
};

const KIND_OF: Readonly<Record<number, Kind>> = {
  65: 'EVENT_AVAIL',
  66: 'EVENT_USED',
  10: 'SET_VQUEUE',
  3: 'GET_DEVICE_FEATURES',
  6: 'SET_CONFIG',
  2: 'GET_DEVICE_INFO',
};

function itemsOf(view: DataView, bytes: number): Item[] {
  const items: Item[] = [];
  for (let p = 0; p < bytes; p += view.getUint16(p + 6, true)) {
    const kind = KIND_OF[view.getUint8(p + 1)]!;
    const own = new Uint8Array(view.buffer.slice(p, p + view.getUint16(p + 6, true)));
    items.push({ kind, record: parse[kind](view, p), bytes: own } as Item);
  }
  return items;
}

/** The bytes of M1 to M5, back to back in a view each. */
export const POOLS: Readonly<Record<Single, DataView>> = {
  EVENT_AVAIL: m1,
  SET_VQUEUE: m2,
  GET_DEVICE_FEATURES: m3,
  SET_CONFIG: m4,
  GET_DEVICE_INFO: m5,
};
const all = (kind: Single): readonly Item[] => itemsOf(POOLS[kind], POOLS[kind].byteLength);
export const ITEMS: Readonly<Record<Single, readonly Item[]>> = {
  EVENT_AVAIL: all('EVENT_AVAIL'),
  SET_VQUEUE: all('SET_VQUEUE'),
  GET_DEVICE_FEATURES: all('GET_DEVICE_FEATURES'),
  SET_CONFIG: all('SET_CONFIG'),
  GET_DEVICE_INFO: all('GET_DEVICE_INFO'),
};
export const streamItems: readonly Item[] = itemsOf(m6.view, m6.bytes);

type Readers = { readonly [K in Kind]: (o: Decoded<K>) => number };
/** What a subject that makes objects must come to; `next` whole, or in parts as well. */
export type Decoded<K extends Kind> = {
  readonly [F in (typeof FIELDS)[K][number][0]]: F extends 'features' | 'data'
    ? ArrayLike<number>
    : F extends 'descriptor_addr' | 'driver_addr' | 'device_addr'
      ? unknown
      : number;
};

const headerSum = (o: Header): number => o.type + o.msg_id + o.dev_num + o.token + o.msg_size;

/** Reads every field and folds it, as the baseline does; of payload bytes the first and the last. */
export const read: Readers = {
  EVENT_AVAIL: (o) => (headerSum(o) + o.vq_index + (o.next & 0x7fffffff) + (o.next >>> 31)) | 0,
  EVENT_USED: (o) => (headerSum(o) + o.vq_index) | 0,
  SET_VQUEUE(o) {
    sink.a = o.descriptor_addr;
    sink.b = o.driver_addr;
    sink.c = o.device_addr;
    return (headerSum(o) + o.index + o.reserved0 + o.size + o.reserved1) | 0;
  },
  GET_DEVICE_FEATURES(o) {
    const words = o.features;
    let sum = headerSum(o) + o.block_index + o.num_blocks;
    for (let i = 0; i < words.length; i++) sum = (sum + words[i]!) | 0;
    return sum | 0;
  },
  SET_CONFIG(o) {
    const bytes = o.data;
    return (headerSum(o) + o.generation + o.offset + o.length + bytes[0]! + bytes[bytes.length - 1]!) | 0;
  },
  GET_DEVICE_INFO(o) {
    const first = headerSum(o) + o.device_id + o.vendor_id + o.num_feature_bits + o.config_size;
    return (first + o.max_virtqueues + o.admin_vq_start + o.admin_vq_count) | 0;
  },
};

/** What reading every field of a message comes to, from its record. */
export const sumOf = (item: Item): number => (read[item.kind] as (o: AnyRecord) => number)(item.record);
