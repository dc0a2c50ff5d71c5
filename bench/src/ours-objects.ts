import {
  decode,
  EVENT_AVAIL_event,
  type EVENT_USED_event,
  GET_DEVICE_FEATURES_response,
  GET_DEVICE_INFO_response,
  isWireError,
  SET_CONFIG_request,
  SET_VQUEUE_request,
} from '@virtio-wire/codecs/virtio-msg/rfc3';
import { sink } from './hand.js';
import type { Header, Records } from './messages.js';

/** The owned object form: `decode` makes a message of its own, `encode_message` takes one, made before it is timed. */
const headerSum = (h: Header): number => h.type + h.msg_id + h.dev_num + h.token + h.msg_size;

export const readEventAvail = ({ header, fields: f }: EVENT_AVAIL_event.Message): number =>
  (headerSum(header) + f.vq_index + f.next_offset + f.next_wrap) | 0;

export const readEventUsed = ({ header, fields }: EVENT_USED_event.Message): number =>
  (headerSum(header) + fields.vq_index) | 0;

export function readSetVqueue({ header, fields: f }: SET_VQUEUE_request.Message): number {
  sink.a = f.descriptor_addr;
  sink.b = f.driver_addr;
  sink.c = f.device_addr;
  return (headerSum(header) + f.index + f.reserved0 + f.size + f.reserved1) | 0;
}

export function readFeatures({ header, fields: f }: GET_DEVICE_FEATURES_response.Message): number {
  let sum = headerSum(header) + f.block_index + f.num_blocks;
  for (const word of f.features) sum = (sum + word) | 0;
  return sum | 0;
}

export const readConfig = ({ header, fields: f }: SET_CONFIG_request.Message): number =>
  (headerSum(header) + f.generation + f.offset + f.length + f.data[0]! + f.data[f.data.length - 1]!) | 0;

export function readInfo({ header, fields: f }: GET_DEVICE_INFO_response.Message): number {
  const first = headerSum(header) + f.device_id + f.vendor_id + f.num_feature_bits + f.config_size;
  return (first + f.max_virtqueues + f.admin_vq_start + f.admin_vq_count) | 0;
}

export function decodeEventAvail(v: DataView, p: number, end: number): number {
  const m = EVENT_AVAIL_event.decode(v, p, end);
  return isWireError(m) ? -1 : readEventAvail(m);
}

export function decodeSetVqueue(v: DataView, p: number, end: number): number {
  const m = SET_VQUEUE_request.decode(v, p, end);
  return isWireError(m) ? -1 : readSetVqueue(m);
}

export function decodeFeatures(v: DataView, p: number, end: number): number {
  const m = GET_DEVICE_FEATURES_response.decode(v, p, end);
  return isWireError(m) ? -1 : readFeatures(m);
}

export function decodeConfig(v: DataView, p: number, end: number): number {
  const m = SET_CONFIG_request.decode(v, p, end);
  return isWireError(m) ? -1 : readConfig(m);
}

export function decodeInfo(v: DataView, p: number, end: number): number {
  const m = GET_DEVICE_INFO_response.decode(v, p, end);
  return isWireError(m) ? -1 : readInfo(m);
}

/** A whole stream through the `decode` that takes any message. */
export function decodeWholeStream(v: DataView, end: number): number {
  let sum = 0;
  for (let p = 0; p < end; ) {
    const m = decode(v, p, end);
    if (isWireError(m)) return -1;
    p += m.size;
    switch (m.name) {
      case 'EVENT_AVAIL.event':
        sum = (sum + readEventAvail(m)) | 0;
        break;
      case 'EVENT_USED.event':
        sum = (sum + readEventUsed(m)) | 0;
        break;
      case 'SET_VQUEUE.request':
        sum = (sum + readSetVqueue(m)) | 0;
        break;
      case 'GET_DEVICE_FEATURES.response':
        sum = (sum + readFeatures(m)) | 0;
        break;
      case 'SET_CONFIG.request':
        sum = (sum + readConfig(m)) | 0;
        break;
      case 'GET_DEVICE_INFO.response':
        sum = (sum + readInfo(m)) | 0;
        break;
      default:
        return -1;
    }
  }
  return sum;
}

const header = (r: Header) => ({ dev_num: r.dev_num, token: r.token });

export const prepareEventAvail = (r: Records['EVENT_AVAIL']) => ({
  header: header(r),
  fields: { vq_index: r.vq_index, next_offset: r.next_offset, next_wrap: r.next_wrap },
});
export const prepareSetVqueue = (r: Records['SET_VQUEUE']) => ({
  header: header(r),
  fields: {
    index: r.index,
    size: r.size,
    descriptor_addr: r.descriptor_addr,
    driver_addr: r.driver_addr,
    device_addr: r.device_addr,
  },
});
export const prepareFeatures = (r: Records['GET_DEVICE_FEATURES']) => ({
  header: header(r),
  fields: { block_index: r.block_index, features: r.features },
});
export const prepareConfig = (r: Records['SET_CONFIG']) => ({
  header: header(r),
  fields: { generation: r.generation, offset: r.offset, data: r.data },
});
export const prepareInfo = (r: Records['GET_DEVICE_INFO']) => ({
  header: header(r),
  fields: {
    device_id: r.device_id,
    vendor_id: r.vendor_id,
    num_feature_bits: r.num_feature_bits,
    config_size: r.config_size,
    max_virtqueues: r.max_virtqueues,
    admin_vq_start: r.admin_vq_start,
    admin_vq_count: r.admin_vq_count,
  },
});

export const encodeEventAvail = EVENT_AVAIL_event.encode_message;
export const encodeSetVqueue = SET_VQUEUE_request.encode_message;
export const encodeFeatures = GET_DEVICE_FEATURES_response.encode_message;
export const encodeConfig = SET_CONFIG_request.encode_message;
export const encodeInfo = GET_DEVICE_INFO_response.encode_message;
