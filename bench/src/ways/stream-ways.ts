import * as codecs from '@virtio-wire/codecs/virtio-msg/rfc3';
import * as ours from '../ours.js';
import * as control from '../ours-control.js';
import * as oursHeader from '../ours-header.js';

/** M6 by functions, each message checked, halves, nothing made. */
const { decodeStream, EVENT_AVAIL_event, EVENT_USED_event, handler, header, SET_VQUEUE_request } = codecs;
const { GET_DEVICE_FEATURES_response, GET_DEVICE_INFO_response, SET_CONFIG_request } = codecs;
const { addressHalves, setVqueueRest } = ours;
const { readConfig, readFeatures, readInfo } = control;
const { headerSum } = oursHeader;
const { word0, word1, msg_id, msg_size } = header;
const { check: checkAvail, next_offset, next_wrap, vq_index: availIndex } = EVENT_AVAIL_event;
const { check: checkUsed, vq_index: usedIndex } = EVENT_USED_event;
const { check: checkFeatures, block_index, features_at, features_count } = GET_DEVICE_FEATURES_response;
const { check: checkConfig, data_length, data_offset, generation, offset } = SET_CONFIG_request;
const { check: checkInfo, admin_vq_count, admin_vq_start, config_size, device_id } = GET_DEVICE_INFO_response;
const { max_virtqueues, num_feature_bits, vendor_id } = GET_DEVICE_INFO_response;
const { check: checkVqueue, index, reserved0, reserved1, size: entriesOf } = SET_VQUEUE_request;
const { descriptor_addr_hi, descriptor_addr_lo, device_addr_hi, device_addr_lo } = SET_VQUEUE_request;
const { driver_addr_hi, driver_addr_lo } = SET_VQUEUE_request;

let sum = 0;
let halves = 0;
let refused = 0;

/** As the handler of `ours-stream.ts`, but for where the sums are. */
const inLet = handler({
  EVENT_AVAIL_event(v, p, w0, w1) {
    const queue = availIndex(v, p);
    const next = next_offset(v, p);
    const wrap = next_wrap(v, p);
    sum = (sum + headerSum(w0, w1) + queue + next + wrap) | 0;
  },
  EVENT_USED_event(v, p, w0, w1) {
    const queue = usedIndex(v, p);
    sum = (sum + headerSum(w0, w1) + queue) | 0;
  },
  SET_VQUEUE_request(v, p, w0, w1) {
    sum = (sum + setVqueueRest(v, p, w0, w1)) | 0;
    halves = (halves + addressHalves(v, p)) | 0;
  },
  GET_DEVICE_FEATURES_response(v, p, w0, w1) {
    sum = (sum + readFeatures(v, p, w0, w1)) | 0;
  },
  SET_CONFIG_request(v, p, w0, w1) {
    sum = (sum + readConfig(v, p, w0, w1)) | 0;
  },
  GET_DEVICE_INFO_response(v, p, w0, w1) {
    sum = (sum + readInfo(v, p, w0, w1)) | 0;
  },
  error() {
    refused++;
  },
});

/** What the halves of addresses came to in the last stream that was summed in variables. */
export const halvesInLet = (): number => halves;

export function streamInLet(v: DataView, end: number): number {
  sum = 0;
  halves = 0;
  refused = 0;
  return decodeStream(v, 0, end, inLet) === end && refused === 0 ? sum : -1;
}

export const kept = { sum: 0, halves: 0 };

/** A loop and a `switch` of one's own, all of it in one function. */
export function ownSwitch(v: DataView, end: number): number {
  kept.sum = 0;
  kept.halves = 0;
  for (let p = 0; p < end; ) {
    const w0 = word0(v, p);
    const w1 = word1(v, p);
    const head = headerSum(w0, w1);
    switch (msg_id(w0)) {
      case 0x41: {
        if (checkAvail(v, p, end) !== 0) return -1;
        const queue = availIndex(v, p);
        const next = next_offset(v, p);
        const wrap = next_wrap(v, p);
        kept.sum = (kept.sum + head + queue + next + wrap) | 0;
        break;
      }
      case 0x42: {
        if (checkUsed(v, p, end) !== 0) return -1;
        const queue = usedIndex(v, p);
        kept.sum = (kept.sum + head + queue) | 0;
        break;
      }
      case 0x0a: {
        if (checkVqueue(v, p, end) !== 0) return -1;
        const queue = index(v, p);
        const first = reserved0(v, p);
        const entries = entriesOf(v, p);
        const second = reserved1(v, p);
        const a = descriptor_addr_lo(v, p) ^ descriptor_addr_hi(v, p);
        const b = driver_addr_lo(v, p) ^ driver_addr_hi(v, p);
        const c = device_addr_lo(v, p) ^ device_addr_hi(v, p);
        kept.sum = (kept.sum + head + queue + first + entries + second) | 0;
        kept.halves = (kept.halves + a + b + c) | 0;
        break;
      }
      case 0x03: {
        if (checkFeatures(v, p, end) !== 0) return -1;
        const n = features_count(v, p);
        const block = block_index(v, p);
        let words = (head + block + n) | 0;
        for (let i = 0; i < n; i++) words = (words + features_at(v, p, i)) | 0;
        kept.sum = (kept.sum + words) | 0;
        break;
      }
      case 0x06: {
        if (checkConfig(v, p, end) !== 0) return -1;
        const n = data_length(v, p);
        const at = data_offset(p);
        const known = generation(v, p);
        const from = offset(v, p);
        const first = v.getUint8(at);
        const last = v.getUint8(at + n - 1);
        kept.sum = (kept.sum + head + known + from + n + first + last) | 0;
        break;
      }
      default: {
        if (checkInfo(v, p, end) !== 0) return -1;
        const device = device_id(v, p);
        const vendor = vendor_id(v, p);
        const bits = num_feature_bits(v, p);
        const bytes = config_size(v, p);
        const queues = max_virtqueues(v, p);
        const start = admin_vq_start(v, p);
        const count = admin_vq_count(v, p);
        kept.sum = (kept.sum + head + device + vendor + bits + bytes + queues + start + count) | 0;
      }
    }
    p += msg_size(w1);
  }
  return kept.sum;
}
