import {
  GET_DEVICE_FEATURES_response,
  GET_DEVICE_INFO_response,
  header,
  SET_CONFIG_request,
} from '@virtio-wire/codecs/virtio-msg/rfc3';
import type { DeviceInfo, Features, SetConfig } from './corpus.js';
import * as ours from './ours-header.js';

/** M3, M4 and M5 through the free functions, in the style of `ours.ts`. */
const { word0, word1 } = header;
const { headerSum } = ours;
const {
  block_index,
  check: checkFeatures,
  encode: encodeWords,
  features_at,
  features_count,
} = GET_DEVICE_FEATURES_response;
const { check: checkConfig, data_length, data_offset, encode: encodeBytes, generation, offset } = SET_CONFIG_request;
const { check: checkInfo, encode: encodeDeviceInfo } = GET_DEVICE_INFO_response;
const { admin_vq_count, admin_vq_start, config_size, device_id, max_virtqueues, num_feature_bits, vendor_id } =
  GET_DEVICE_INFO_response;

export function decodeFeatures(v: DataView, p: number, end: number): number {
  if (checkFeatures(v, p, end) !== 0) return -1;
  return readFeatures(v, p, word0(v, p), word1(v, p));
}

/** The fields alone, as all that begin with `read`. */
export function readFeatures(v: DataView, p: number, w0: number, w1: number): number {
  const n = features_count(v, p);
  const block = block_index(v, p);
  let sum = (headerSum(w0, w1) + block + n) | 0;
  for (let i = 0; i < n; i++) sum = (sum + features_at(v, p, i)) | 0;
  return sum;
}

export function encodeFeatures(v: DataView, p: number, r: Features): number {
  return encodeWords(v, p, r.dev_num, r.token, r.block_index, r.words);
}

/** The bytes in place, as offset and length: no view of them is made. */
export function decodeConfig(v: DataView, p: number, end: number): number {
  if (checkConfig(v, p, end) !== 0) return -1;
  return readConfig(v, p, word0(v, p), word1(v, p));
}

export function readConfig(v: DataView, p: number, w0: number, w1: number): number {
  const n = data_length(v, p);
  const at = data_offset(p);
  const known = generation(v, p);
  const from = offset(v, p);
  const first = v.getUint8(at);
  const last = v.getUint8(at + n - 1);
  return (headerSum(w0, w1) + known + from + n + first + last) | 0;
}

export function encodeConfig(v: DataView, p: number, r: SetConfig): number {
  return encodeBytes(v, p, r.dev_num, r.token, r.generation, r.offset, r.data);
}

export function decodeInfo(v: DataView, p: number, end: number): number {
  if (checkInfo(v, p, end) !== 0) return -1;
  return readInfo(v, p, word0(v, p), word1(v, p));
}

export function readInfo(v: DataView, p: number, w0: number, w1: number): number {
  const device = device_id(v, p);
  const vendor = vendor_id(v, p);
  const bits = num_feature_bits(v, p);
  const bytes = config_size(v, p);
  const queues = max_virtqueues(v, p);
  const start = admin_vq_start(v, p);
  const count = admin_vq_count(v, p);
  return (headerSum(w0, w1) + device + vendor + bits + bytes + queues + start + count) | 0;
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
