import {
  EVENT_AVAIL_event,
  EVENT_USED_event,
  GET_DEVICE_FEATURES_response,
  GET_DEVICE_INFO_response,
  SET_CONFIG_request,
  SET_VQUEUE_request,
} from '@virtio-wire/codecs/virtio-msg/rfc3';
import { sink } from './hand.js';

/** The generated codecs as objects that are made once and moved over the bytes, every message checked, addresses as bigints. */
const nowhere = new DataView(new ArrayBuffer(0));
const avail = new EVENT_AVAIL_event.View(nowhere);
const used = new EVENT_USED_event.View(nowhere);
const vqueue = new SET_VQUEUE_request.View(nowhere);
const words = new GET_DEVICE_FEATURES_response.View(nowhere);
const config = new SET_CONFIG_request.View(nowhere);
const info = new GET_DEVICE_INFO_response.View(nowhere);

let bound: DataView = nowhere;

/** Binds all to a buffer, once: a hot loop then only moves them. */
function bind(v: DataView): void {
  bound = v;
  for (const m of [avail, used, vqueue, words, config, info]) m.bind(v);
}

export function decodeEventAvail(v: DataView, p: number, end: number): number {
  if (v !== bound) bind(v);
  const m = avail.at(p);
  if (m.check(end) !== 0) return -1;
  const header = m.type + m.msg_id + m.dev_num + m.token + m.msg_size;
  return (header + m.vq_index + m.next_offset + m.next_wrap) | 0;
}

function decodeEventUsed(p: number, end: number): number {
  const m = used.at(p);
  if (m.check(end) !== 0) return -1;
  return (m.type + m.msg_id + m.dev_num + m.token + m.msg_size + m.vq_index) | 0;
}

export function decodeSetVqueue(v: DataView, p: number, end: number): number {
  if (v !== bound) bind(v);
  const m = vqueue.at(p);
  if (m.check(end) !== 0) return -1;
  sink.a = m.descriptor_addr;
  sink.b = m.driver_addr;
  sink.c = m.device_addr;
  const header = m.type + m.msg_id + m.dev_num + m.token + m.msg_size;
  return (header + m.index + m.reserved0 + m.size + m.reserved1) | 0;
}

export function decodeFeatures(v: DataView, p: number, end: number): number {
  if (v !== bound) bind(v);
  const m = words.at(p);
  if (m.check(end) !== 0) return -1;
  const n = m.features_count;
  let sum = m.type + m.msg_id + m.dev_num + m.token + m.msg_size + m.block_index + n;
  for (let i = 0; i < n; i++) sum = (sum + m.features_at(i)) | 0;
  return sum;
}

export function decodeConfig(v: DataView, p: number, end: number): number {
  if (v !== bound) bind(v);
  const m = config.at(p);
  if (m.check(end) !== 0) return -1;
  const n = m.data_length;
  const at = m.data_offset;
  const header = m.type + m.msg_id + m.dev_num + m.token + m.msg_size;
  return (header + m.generation + m.offset + n + v.getUint8(at) + v.getUint8(at + n - 1)) | 0;
}

export function decodeInfo(v: DataView, p: number, end: number): number {
  if (v !== bound) bind(v);
  const m = info.at(p);
  if (m.check(end) !== 0) return -1;
  const header = m.type + m.msg_id + m.dev_num + m.token + m.msg_size;
  const first = header + m.device_id + m.vendor_id + m.num_feature_bits + m.config_size;
  return (first + m.max_virtqueues + m.admin_vq_start + m.admin_vq_count) | 0;
}

/** A whole stream, by the loop and the switch a person would write around the flyweights. */
export function decodeWholeStream(v: DataView, end: number): number {
  if (v !== bound) bind(v);
  let sum = 0;
  for (let p = 0; p < end; p += v.getUint16(p + 6, true)) {
    switch (v.getUint8(p + 1)) {
      case EVENT_AVAIL_event.ID:
        sum = (sum + decodeEventAvail(v, p, end)) | 0;
        break;
      case EVENT_USED_event.ID:
        sum = (sum + decodeEventUsed(p, end)) | 0;
        break;
      case SET_VQUEUE_request.ID:
        sum = (sum + decodeSetVqueue(v, p, end)) | 0;
        break;
      case GET_DEVICE_FEATURES_response.ID:
        sum = (sum + decodeFeatures(v, p, end)) | 0;
        break;
      case SET_CONFIG_request.ID:
        sum = (sum + decodeConfig(v, p, end)) | 0;
        break;
      default:
        sum = (sum + decodeInfo(v, p, end)) | 0;
    }
  }
  return sum;
}
