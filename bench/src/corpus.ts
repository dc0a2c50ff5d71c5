/**
 * The messages that are measured, as raw bytes in the rfc3 layout: written here by hand, field by field, so that neither
 * the generated codecs nor the baseline have a part in what they are measured on. All integers are little-endian.
 */

/** Records per message: enough that no branch predictor learns them, few enough to stay in the first-level cache. */
export const POOL = 64;
export const ID = {
  EVENT_AVAIL: 0x41,
  EVENT_USED: 0x42,
  SET_VQUEUE: 0x0a,
  GET_DEVICE_FEATURES: 0x03,
  SET_CONFIG: 0x06,
  GET_DEVICE_INFO: 0x02,
} as const;

/** The same bytes in every process. */
export function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * below);
  };
}

export interface EventAvail {
  readonly dev_num: number;
  readonly token: number;
  readonly vq_index: number;
  readonly next_offset: number;
  readonly next_wrap: number;
}

export interface SetVqueue {
  readonly dev_num: number;
  readonly token: number;
  readonly index: number;
  readonly size: number;
  readonly descriptor_addr: bigint;
  readonly driver_addr: bigint;
  readonly device_addr: bigint;
  readonly descriptor_lo: number;
  readonly descriptor_hi: number;
  readonly driver_lo: number;
  readonly driver_hi: number;
  readonly device_lo: number;
  readonly device_hi: number;
}

const random = generator(0x5eed);

export const eventAvail: readonly EventAvail[] = Array.from({ length: POOL }, () => ({
  dev_num: random(1000),
  token: random(65536),
  vq_index: random(256),
  next_offset: random(0x7fffffff),
  next_wrap: random(2),
}));

// Flat: an array per record, of small integers in one and doubles in the next, would be read in two ways, and that is what
// would be measured.
export const setVqueue: readonly SetVqueue[] = Array.from({ length: POOL }, () => {
  const lo: [number, number, number] = [random(0xfffff) * 4096, random(0xfffff) * 4096, random(0xfffff) * 4096];
  const hi: [number, number, number] = [random(256), random(256), random(256)];
  const big = (i: 0 | 1 | 2): bigint => (BigInt(hi[i]) << 32n) | BigInt(lo[i]);
  return {
    dev_num: random(1000),
    token: random(65536),
    index: random(256),
    size: 1 << random(15),
    descriptor_addr: big(0),
    driver_addr: big(1),
    device_addr: big(2),
    descriptor_lo: lo[0],
    descriptor_hi: hi[0],
    driver_lo: lo[1],
    driver_hi: hi[1],
    device_lo: lo[2],
    device_hi: hi[2],
  };
});

export interface Features {
  readonly dev_num: number;
  readonly token: number;
  readonly block_index: number;
  readonly features: readonly number[];
  /** The same in an array of one kind of element, whatever their values. */
  readonly words: Uint32Array;
}

export interface SetConfig {
  readonly dev_num: number;
  readonly token: number;
  readonly generation: number;
  readonly offset: number;
  readonly data: Uint8Array;
}

export interface DeviceInfo {
  readonly dev_num: number;
  readonly token: number;
  readonly device_id: number;
  readonly vendor_id: number;
  readonly num_feature_bits: number;
  readonly config_size: number;
  readonly max_virtqueues: number;
  readonly admin_vq_start: number;
  readonly admin_vq_count: number;
}

export const features: readonly Features[] = Array.from({ length: POOL }, () => {
  const [dev_num, token] = [random(1000), random(65536)];
  const words = Uint32Array.from({ length: 4 }, () => random(0xffffffff));
  return { dev_num, token, block_index: 0, features: Array.from(words), words };
});

export const setConfig: readonly SetConfig[] = Array.from({ length: POOL }, () => ({
  dev_num: random(1000),
  token: random(65536),
  generation: random(1000),
  offset: random(4096),
  data: Uint8Array.from({ length: 64 }, () => random(256)),
}));

export const deviceInfo: readonly DeviceInfo[] = Array.from({ length: POOL }, () => ({
  dev_num: random(1000),
  token: random(65536),
  device_id: random(64),
  vendor_id: random(65536),
  num_feature_bits: 64 + random(64),
  config_size: random(4096),
  max_virtqueues: random(256),
  admin_vq_start: random(64),
  admin_vq_count: random(64),
}));

function header(view: DataView, p: number, type: number, id: number, dev: number, token: number, size: number): void {
  view.setUint8(p, type);
  view.setUint8(p + 1, id);
  view.setUint16(p + 2, dev, true);
  view.setUint16(p + 4, token, true);
  view.setUint16(p + 6, size, true);
}

function writeEventAvail(view: DataView, p: number, r: EventAvail): number {
  header(view, p, 0, ID.EVENT_AVAIL, r.dev_num, r.token, 16);
  view.setUint32(p + 8, r.vq_index, true);
  view.setUint32(p + 12, (r.next_offset | (r.next_wrap << 31)) >>> 0, true);
  return 16;
}

function writeSetVqueue(view: DataView, p: number, r: SetVqueue): number {
  header(view, p, 0, ID.SET_VQUEUE, r.dev_num, r.token, 48);
  view.setUint32(p + 8, r.index, true);
  view.setUint32(p + 16, r.size, true);
  view.setBigUint64(p + 24, r.descriptor_addr, true);
  view.setBigUint64(p + 32, r.driver_addr, true);
  view.setBigUint64(p + 40, r.device_addr, true);
  return 48;
}

function writeEventUsed(view: DataView, p: number, dev_num: number, vq_index: number): number {
  header(view, p, 0, ID.EVENT_USED, dev_num, 0, 12);
  view.setUint32(p + 8, vq_index, true);
  return 12;
}

function writeFeatures(view: DataView, p: number, r: Features): number {
  const size = 16 + 4 * r.features.length;
  header(view, p, 1, ID.GET_DEVICE_FEATURES, r.dev_num, r.token, size);
  view.setUint32(p + 8, r.block_index, true);
  view.setUint32(p + 12, r.features.length, true);
  for (const [i, word] of r.features.entries()) view.setUint32(p + 16 + 4 * i, word, true);
  return size;
}

function writeConfig(view: DataView, p: number, r: SetConfig): number {
  const size = 20 + r.data.length;
  header(view, p, 0, ID.SET_CONFIG, r.dev_num, r.token, size);
  view.setUint32(p + 8, r.generation, true);
  view.setUint32(p + 12, r.offset, true);
  view.setUint32(p + 16, r.data.length, true);
  for (const [i, byte] of r.data.entries()) view.setUint8(p + 20 + i, byte);
  return size;
}

function writeInfo(view: DataView, p: number, r: DeviceInfo): number {
  header(view, p, 1, ID.GET_DEVICE_INFO, r.dev_num, r.token, 32);
  view.setUint32(p + 8, r.device_id, true);
  view.setUint32(p + 12, r.vendor_id, true);
  view.setUint32(p + 16, r.num_feature_bits, true);
  view.setUint32(p + 20, r.config_size, true);
  view.setUint32(p + 24, r.max_virtqueues, true);
  view.setUint16(p + 28, r.admin_vq_start, true);
  view.setUint16(p + 30, r.admin_vq_count, true);
  return 32;
}

function pool<T>(
  records: readonly T[],
  size: number,
  write: (view: DataView, p: number, record: T) => number,
): DataView {
  const view = new DataView(new ArrayBuffer(records.length * size));
  for (const [i, record] of records.entries()) write(view, i * size, record);
  return view;
}

/** M1: EVENT_AVAIL events, 16 bytes each. */
export const m1 = pool(eventAvail, 16, writeEventAvail);
/** M2: SET_VQUEUE requests, 48 bytes each. */
export const m2 = pool(setVqueue, 48, writeSetVqueue);
/** M3: GET_DEVICE_FEATURES responses with four words, 32 bytes each. */
export const m3 = pool(features, 32, writeFeatures);
/** M4: SET_CONFIG requests with 64 bytes of configuration, 84 bytes each. */
export const m4 = pool(setConfig, 84, writeConfig);
/** M5: GET_DEVICE_INFO responses, 32 bytes each. */
export const m5 = pool(deviceInfo, 32, writeInfo);

/** M6: 1,000 messages back to back, 40 % EVENT_AVAIL, 40 % EVENT_USED, 5 % each of four control messages, shuffled. */
export const m6: { readonly view: DataView; readonly bytes: number; readonly messages: number } = buildStream();

function buildStream() {
  const kinds = Array.from({ length: 1000 }, (_, i) => (i < 400 ? 0 : i < 800 ? 1 : 2 + (i & 3)));
  for (let i = kinds.length - 1; i > 0; i--) {
    const j = random(i + 1);
    [kinds[i], kinds[j]] = [kinds[j] as number, kinds[i] as number];
  }
  const view = new DataView(new ArrayBuffer(64 * 1024));
  let p = 0;
  kinds.forEach((kind, i) => {
    if (kind === 0) p += writeEventAvail(view, p, eventAvail[i % POOL] as EventAvail);
    else if (kind === 1) p += writeEventUsed(view, p, random(1000), random(256));
    else if (kind === 2) p += writeSetVqueue(view, p, setVqueue[i % POOL] as SetVqueue);
    else if (kind === 3) p += writeFeatures(view, p, features[i % POOL] as Features);
    else if (kind === 4) p += writeConfig(view, p, setConfig[i % POOL] as SetConfig);
    else p += writeInfo(view, p, deviceInfo[i % POOL] as DeviceInfo);
  });
  return { view, bytes: p, messages: kinds.length };
}
