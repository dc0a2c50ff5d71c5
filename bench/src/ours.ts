import {
  decodeStream,
  EVENT_AVAIL_event,
  EVENT_USED_event,
  GET_DEVICE_FEATURES_response,
  GET_DEVICE_INFO_response,
  handler,
  header,
  SET_CONFIG_request,
  SET_VQUEUE_request,
} from '@virtio-wire/codecs/virtio-msg/rfc3';
import type { DeviceInfo, EventAvail, Features, SetConfig, SetVqueue } from './corpus.js';
import { sink } from './hand.js';
import type { Item } from './messages.js';

/**
 * The generated codecs as the README says to call them in a hot loop: functions taken out of their namespaces once, since
 * V8 looks a function up anew at every call through an import. By public names, with every check in place.
 */
const { dev_num, msg_id, msg_size, token, type, word0, word1 } = header;
const { check: checkAvail, encode: encodeAvail, next_offset, next_wrap, vq_index: availIndex } = EVENT_AVAIL_event;
const { encode: encodeUsed, vq_index: usedIndex } = EVENT_USED_event;
const { check: checkSetVqueue, index, reserved0, reserved1, size } = SET_VQUEUE_request;
const { descriptor_addr_hi, descriptor_addr_lo, device_addr_hi, device_addr_lo, driver_addr_hi, driver_addr_lo } =
  SET_VQUEUE_request;
const { descriptor_addr, device_addr, driver_addr, encode: encodeBigint, encode_lohi } = SET_VQUEUE_request;
const {
  block_index,
  check: checkFeatures,
  encode: encodeWords,
  features_at,
  features_count,
} = GET_DEVICE_FEATURES_response;
const { check: checkConfig, data_length, data_offset, encode: encodeBytes, generation, offset } = SET_CONFIG_request;
const { admin_vq_count, admin_vq_start, config_size, device_id, max_virtqueues, num_feature_bits, vendor_id } =
  GET_DEVICE_INFO_response;
const { check: checkInfo, encode: encodeDeviceInfo } = GET_DEVICE_INFO_response;

export function decodeEventAvail(v: DataView, p: number, end: number): number {
  if (checkAvail(v, p, end) !== 0) return -1;
  const w0 = word0(v, p);
  const w1 = word1(v, p);
  return (headerSum(w0, w1) + availIndex(v, p) + next_offset(v, p) + next_wrap(v, p)) | 0;
}

const headerSum = (w0: number, w1: number): number => type(w0) + msg_id(w0) + dev_num(w0) + token(w1) + msg_size(w1);

export function encodeEventAvail(v: DataView, p: number, r: EventAvail): number {
  return encodeAvail(v, p, r.dev_num, r.token, r.vq_index, r.next_offset, r.next_wrap);
}

/** SET_VQUEUE with its addresses as low and high halves: no bigint is made. */
export function decodeSetVqueueLoHi(v: DataView, p: number, end: number): number {
  if (checkSetVqueue(v, p, end) !== 0) return -1;
  return (setVqueueRest(v, p) + addressHalves(v, p)) | 0;
}

function setVqueueRest(v: DataView, p: number): number {
  return headerSum(word0(v, p), word1(v, p)) + index(v, p) + reserved0(v, p) + size(v, p) + reserved1(v, p);
}

function addressHalves(v: DataView, p: number): number {
  return (
    (descriptor_addr_lo(v, p) ^ descriptor_addr_hi(v, p)) +
    (driver_addr_lo(v, p) ^ driver_addr_hi(v, p)) +
    (device_addr_lo(v, p) ^ device_addr_hi(v, p))
  );
}

export function decodeSetVqueueBigint(v: DataView, p: number, end: number): number {
  if (checkSetVqueue(v, p, end) !== 0) return -1;
  sink.a = descriptor_addr(v, p);
  sink.b = driver_addr(v, p);
  sink.c = device_addr(v, p);
  return setVqueueRest(v, p) | 0;
}

export function encodeSetVqueueLoHi(v: DataView, p: number, r: SetVqueue): number {
  return encode_lohi(v, p, r.dev_num, r.token, r.index, r.size, r.lo[0], r.hi[0], r.lo[1], r.hi[1], r.lo[2], r.hi[2]);
}

export function encodeSetVqueueBigint(v: DataView, p: number, r: SetVqueue): number {
  return encodeBigint(v, p, r.dev_num, r.token, r.index, r.size, r.descriptor_addr, r.driver_addr, r.device_addr);
}

export function decodeFeatures(v: DataView, p: number, end: number): number {
  if (checkFeatures(v, p, end) !== 0) return -1;
  const n = features_count(v, p);
  let sum = headerSum(word0(v, p), word1(v, p)) + block_index(v, p) + n;
  for (let i = 0; i < n; i++) sum = (sum + features_at(v, p, i)) | 0;
  return sum;
}

export function encodeFeatures(v: DataView, p: number, r: Features): number {
  return encodeWords(v, p, r.dev_num, r.token, r.block_index, r.features);
}

/** The bytes in place, as offset and length: no view of them is made. */
export function decodeConfig(v: DataView, p: number, end: number): number {
  if (checkConfig(v, p, end) !== 0) return -1;
  const n = data_length(v, p);
  const at = data_offset(p);
  const ends = v.getUint8(at) + v.getUint8(at + n - 1);
  return (headerSum(word0(v, p), word1(v, p)) + generation(v, p) + offset(v, p) + n + ends) | 0;
}

export function encodeConfig(v: DataView, p: number, r: SetConfig): number {
  return encodeBytes(v, p, r.dev_num, r.token, r.generation, r.offset, r.data);
}

export function decodeInfo(v: DataView, p: number, end: number): number {
  if (checkInfo(v, p, end) !== 0) return -1;
  const first = headerSum(word0(v, p), word1(v, p)) + device_id(v, p) + vendor_id(v, p) + num_feature_bits(v, p);
  return (first + config_size(v, p) + max_virtqueues(v, p) + admin_vq_start(v, p) + admin_vq_count(v, p)) | 0;
}

export function encodeInfo(v: DataView, p: number, r: DeviceInfo): number {
  return encodeDeviceInfo(
    v,
    p,
    r.dev_num,
    r.token,
    r.device_id,
    r.vendor_id,
    r.num_feature_bits,
    r.config_size,
    r.max_virtqueues,
    r.admin_vq_start,
    r.admin_vq_count,
  );
}

/** A whole stream, written message after message. */
export function encodeWholeStream(v: DataView, items: readonly Item[]): number {
  let p = 0;
  for (let i = 0; i < items.length; i++) {
    const item = items[i]!;
    switch (item.kind) {
      case 'EVENT_AVAIL':
        p += encodeEventAvail(v, p, item.record);
        break;
      case 'EVENT_USED':
        p += encodeUsed(v, p, item.record.dev_num, item.record.token, item.record.vq_index);
        break;
      case 'SET_VQUEUE':
        p += encodeSetVqueueLoHi(v, p, item.record);
        break;
      case 'GET_DEVICE_FEATURES':
        p += encodeFeatures(v, p, item.record);
        break;
      case 'SET_CONFIG':
        p += encodeConfig(v, p, item.record);
        break;
      default:
        p += encodeInfo(v, p, item.record);
    }
  }
  return p;
}

/** What the stream's functions add to; a closure over one object, as an application would keep its state. */
const total = { sum: 0, refused: 0 };

const counting = handler({
  EVENT_AVAIL_event(v, p, w0, w1) {
    total.sum = (total.sum + headerSum(w0, w1) + availIndex(v, p) + next_offset(v, p) + next_wrap(v, p)) | 0;
  },
  EVENT_USED_event(v, p, w0, w1) {
    total.sum = (total.sum + headerSum(w0, w1) + usedIndex(v, p)) | 0;
  },
  SET_VQUEUE_request(v, p, w0, w1) {
    const rest = headerSum(w0, w1) + index(v, p) + reserved0(v, p) + size(v, p) + reserved1(v, p);
    total.sum = (total.sum + rest) | 0;
    halves.sum = (halves.sum + addressHalves(v, p)) | 0;
  },
  GET_DEVICE_FEATURES_response(v, p, w0, w1) {
    const n = features_count(v, p);
    let sum = headerSum(w0, w1) + block_index(v, p) + n;
    for (let i = 0; i < n; i++) sum = (sum + features_at(v, p, i)) | 0;
    total.sum = (total.sum + sum) | 0;
  },
  SET_CONFIG_request(v, p, w0, w1) {
    const n = data_length(v, p);
    const at = data_offset(p);
    const ends = v.getUint8(at) + v.getUint8(at + n - 1);
    total.sum = (total.sum + headerSum(w0, w1) + generation(v, p) + offset(v, p) + n + ends) | 0;
  },
  GET_DEVICE_INFO_response(v, p, w0, w1) {
    const first = headerSum(w0, w1) + device_id(v, p) + vendor_id(v, p) + num_feature_bits(v, p);
    total.sum =
      (total.sum + first + config_size(v, p) + max_virtqueues(v, p) + admin_vq_start(v, p) + admin_vq_count(v, p)) | 0;
  },
  error() {
    total.refused++;
  },
});

/** Address halves are read and folded, but not compared: the baseline makes bigints of them instead. */
export const halves = { sum: 0 };

/** A whole stream, fully checked. */
export function decodeWholeStream(v: DataView, end: number): number {
  total.sum = 0;
  const consumed = decodeStream(v, 0, end, counting);
  return consumed === end && total.refused === 0 ? total.sum : -1;
}
