import {
  EVENT_AVAIL_event,
  GET_DEVICE_FEATURES_response,
  GET_DEVICE_INFO_response,
  SET_CONFIG_request,
  SET_VQUEUE_request,
} from '@virtio-wire/codecs/virtio-msg/rfc3';
import { m1, m2, m3, m4, m5 } from './corpus.js';
import { sink } from './hand.js';

/**
 * The generated codecs as objects, each made once over the messages it is to read and then moved from one to the next. Every
 * message is checked, addresses are bigints, and fields are read before they are added up, as in `ours.ts`.
 */
const avail = new EVENT_AVAIL_event.View(m1);
const vqueue = new SET_VQUEUE_request.View(m2);
const words = new GET_DEVICE_FEATURES_response.View(m3);
const config = new SET_CONFIG_request.View(m4);
const info = new GET_DEVICE_INFO_response.View(m5);

export function decodeEventAvail(_: DataView, p: number, end: number): number {
  const m = avail.at(p);
  return m.check(end) === 0 ? readEventAvail(m) : -1;
}

/** The fields alone, of a message that was checked before. */
export const moveToEventAvail = (_: DataView, p: number): number => readEventAvail(avail.at(p));

export function readEventAvail(m: EVENT_AVAIL_event.View): number {
  const { type, msg_id, dev_num, token, msg_size, vq_index, next_offset, next_wrap } = m;
  return (type + msg_id + dev_num + token + msg_size + vq_index + next_offset + next_wrap) | 0;
}

export function decodeSetVqueue(_: DataView, p: number, end: number): number {
  const m = vqueue.at(p);
  return m.check(end) === 0 ? readSetVqueue(m) : -1;
}

export function readSetVqueue(m: SET_VQUEUE_request.View): number {
  sink.a = m.descriptor_addr;
  sink.b = m.driver_addr;
  sink.c = m.device_addr;
  return readSetVqueueRest(m);
}

/** All of SET_VQUEUE but its addresses. */
export function readSetVqueueRest(m: SET_VQUEUE_request.View): number {
  const { type, msg_id, dev_num, token, msg_size, index, reserved0, size, reserved1 } = m;
  return (type + msg_id + dev_num + token + msg_size + index + reserved0 + size + reserved1) | 0;
}

export function decodeFeatures(_: DataView, p: number, end: number): number {
  const m = words.at(p);
  return m.check(end) === 0 ? readFeatures(m) : -1;
}

export function readFeatures(m: GET_DEVICE_FEATURES_response.View): number {
  const { type, msg_id, dev_num, token, msg_size, block_index, features_count: n } = m;
  let sum = (type + msg_id + dev_num + token + msg_size + block_index + n) | 0;
  for (let i = 0; i < n; i++) sum = (sum + m.features_at(i)) | 0;
  return sum;
}

export function decodeConfig(v: DataView, p: number, end: number): number {
  const m = config.at(p);
  return m.check(end) === 0 ? readConfig(m, v) : -1;
}

/** The bytes in place, as offset and length. */
export function readConfig(m: SET_CONFIG_request.View, v: DataView): number {
  const { type, msg_id, dev_num, token, msg_size, generation, offset, data_length: n, data_offset: at } = m;
  const first = v.getUint8(at);
  const last = v.getUint8(at + n - 1);
  return (type + msg_id + dev_num + token + msg_size + generation + offset + n + first + last) | 0;
}

export function decodeInfo(_: DataView, p: number, end: number): number {
  const m = info.at(p);
  return m.check(end) === 0 ? readInfo(m) : -1;
}

export function readInfo(m: GET_DEVICE_INFO_response.View): number {
  const { type, msg_id, dev_num, token, msg_size, device_id, vendor_id, num_feature_bits, config_size } = m;
  const { max_virtqueues, admin_vq_start, admin_vq_count } = m;
  const header = (type + msg_id + dev_num + token + msg_size) | 0;
  const sizes = (num_feature_bits + config_size + max_virtqueues + admin_vq_start + admin_vq_count) | 0;
  return (header + device_id + vendor_id + sizes) | 0;
}
