import {
  decodeStream,
  EVENT_AVAIL_event,
  EVENT_USED_event,
  handler,
  SET_CONFIG_request,
  SET_VQUEUE_request,
} from '@virtio-wire/codecs/virtio-msg/rfc3';
import { sink } from './hand.js';
import type { Item } from './messages.js';
import * as ours from './ours.js';
import * as control from './ours-control.js';
import * as oursHeader from './ours-header.js';

/** M6 through `decodeStream` and the free functions, in the style of `ours.ts`. */
const { headerSum } = oursHeader;
const { addressHalves, encodeEventAvail, encodeSetVqueueLoHi, setVqueueRest } = ours;
const { encodeConfig, encodeFeatures, encodeInfo, readConfig, readFeatures, readInfo } = control;
const { next_offset, next_wrap, vq_index: availIndex } = EVENT_AVAIL_event;
const { encode: encodeUsed, vq_index: usedIndex } = EVENT_USED_event;
const { descriptor_addr, device_addr, driver_addr } = SET_VQUEUE_request;
const { data_view, generation, offset } = SET_CONFIG_request;

/** What a stream's functions add to; a closure over one object, as an application would keep its state. */
export const total = { sum: 0, refused: 0, halves: 0 };

const common = {
  EVENT_AVAIL_event(v: DataView, p: number, w0: number, w1: number) {
    const queue = availIndex(v, p);
    const next = next_offset(v, p);
    const wrap = next_wrap(v, p);
    total.sum = (total.sum + headerSum(w0, w1) + queue + next + wrap) | 0;
  },
  EVENT_USED_event(v: DataView, p: number, w0: number, w1: number) {
    const queue = usedIndex(v, p);
    total.sum = (total.sum + headerSum(w0, w1) + queue) | 0;
  },
  GET_DEVICE_FEATURES_response(v: DataView, p: number, w0: number, w1: number) {
    total.sum = (total.sum + readFeatures(v, p, w0, w1)) | 0;
  },
  GET_DEVICE_INFO_response(v: DataView, p: number, w0: number, w1: number) {
    total.sum = (total.sum + readInfo(v, p, w0, w1)) | 0;
  },
  error() {
    total.refused++;
  },
};

const withoutAllocating = handler({
  ...common,
  SET_VQUEUE_request(v, p, w0, w1) {
    total.sum = (total.sum + setVqueueRest(v, p, w0, w1)) | 0;
    total.halves = (total.halves + addressHalves(v, p)) | 0;
  },
  SET_CONFIG_request(v, p, w0, w1) {
    total.sum = (total.sum + readConfig(v, p, w0, w1)) | 0;
  },
});

const withBigintsAndViews = handler({
  ...common,
  SET_VQUEUE_request(v, p, w0, w1) {
    total.sum = (total.sum + setVqueueRest(v, p, w0, w1)) | 0;
    sink.a = descriptor_addr(v, p);
    sink.b = driver_addr(v, p);
    sink.c = device_addr(v, p);
  },
  SET_CONFIG_request(v, p, w0, w1) {
    const data = data_view(v, p);
    const n = data.length;
    const known = generation(v, p);
    const from = offset(v, p);
    const first = data[0]!;
    const last = data[n - 1]!;
    total.sum = (total.sum + headerSum(w0, w1) + known + from + n + first + last) | 0;
  },
});

/** What the fields of a stream come to, through the functions of `by`; -1 where a message is refused or left. */
export function summed(v: DataView, end: number, by: ReturnType<typeof handler>): number {
  total.sum = 0;
  total.refused = 0;
  const consumed = decodeStream(v, 0, end, by);
  return consumed === end && total.refused === 0 ? total.sum : -1;
}

/** A whole stream, fully checked; addresses as halves, payloads as offset and length. */
export const decodeWholeStream = (v: DataView, end: number): number => summed(v, end, withoutAllocating);

/** The same with a bigint for every address and a Uint8Array for every payload. */
export const decodeAllocating = (v: DataView, end: number): number => summed(v, end, withBigintsAndViews);

/** A stream of which every message is refused and skipped: how many; -1 where it is not read to its end. */
export function countRefused(v: DataView, end: number): number {
  total.refused = 0;
  return decodeStream(v, 0, end, withoutAllocating) === end ? total.refused : -1;
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
