import { EVENT_AVAIL_event, header, SET_VQUEUE_request } from '@virtio-wire/codecs/virtio-msg/rfc3';
import type { EventAvail, SetVqueue } from './corpus.js';
import { sink } from './hand.js';
import * as ours from './ours-header.js';

/**
 * M1 and M2 through the generated codecs, called as the README says to in a hot loop: functions taken out of their
 * namespaces once, since V8 looks a function up anew at every call through an import, and fields read before they are
 * worked with, since a sum that is under way while the next reader may still deoptimise has to be kept exact. By public
 * names, with every check in place.
 */
const { word0, word1 } = header;
const { headerSum } = ours;
const { check: checkAvail, encode: encodeAvail, next_offset, next_wrap, vq_index } = EVENT_AVAIL_event;
const { check: checkSetVqueue, index, reserved0, reserved1, size } = SET_VQUEUE_request;
const { descriptor_addr_hi, descriptor_addr_lo, device_addr_hi, device_addr_lo, driver_addr_hi, driver_addr_lo } =
  SET_VQUEUE_request;
const { descriptor_addr, device_addr, driver_addr, encode: encodeBigint, encode_lohi } = SET_VQUEUE_request;

export function decodeEventAvail(v: DataView, p: number, end: number): number {
  if (checkAvail(v, p, end) !== 0) return -1;
  return readEventAvail(v, p);
}

/** The fields alone, of a message that was checked before. */
export function readEventAvail(v: DataView, p: number): number {
  const w0 = word0(v, p);
  const w1 = word1(v, p);
  const queue = vq_index(v, p);
  const next = next_offset(v, p);
  const wrap = next_wrap(v, p);
  return (headerSum(w0, w1) + queue + next + wrap) | 0;
}

export function encodeEventAvail(v: DataView, p: number, r: EventAvail): number {
  return encodeAvail(v, p, r.dev_num, r.token, r.vq_index, r.next_offset, r.next_wrap);
}

/** SET_VQUEUE with its addresses as low and high halves: no bigint is made. */
export function decodeSetVqueueLoHi(v: DataView, p: number, end: number): number {
  if (checkSetVqueue(v, p, end) !== 0) return -1;
  const folded = addressHalves(v, p);
  return (setVqueueRest(v, p, word0(v, p), word1(v, p)) + folded) | 0;
}

/** The halves of the three addresses, folded. */
export function addressHalves(v: DataView, p: number): number {
  const a = descriptor_addr_lo(v, p) ^ descriptor_addr_hi(v, p);
  const b = driver_addr_lo(v, p) ^ driver_addr_hi(v, p);
  const c = device_addr_lo(v, p) ^ device_addr_hi(v, p);
  return (a + b + c) | 0;
}

/** All of SET_VQUEUE but its addresses. */
export function setVqueueRest(v: DataView, p: number, w0: number, w1: number): number {
  const queue = index(v, p);
  const first = reserved0(v, p);
  const entries = size(v, p);
  const second = reserved1(v, p);
  return (headerSum(w0, w1) + queue + first + entries + second) | 0;
}

export function decodeSetVqueueBigint(v: DataView, p: number, end: number): number {
  if (checkSetVqueue(v, p, end) !== 0) return -1;
  sink.a = descriptor_addr(v, p);
  sink.b = driver_addr(v, p);
  sink.c = device_addr(v, p);
  return setVqueueRest(v, p, word0(v, p), word1(v, p));
}

export function encodeSetVqueueLoHi(v: DataView, p: number, r: SetVqueue): number {
  return encode_lohi(
    v,
    p,
    r.dev_num,
    r.token,
    r.index,
    r.size,
    r.descriptor_lo,
    r.descriptor_hi,
    r.driver_lo,
    r.driver_hi,
    r.device_lo,
    r.device_hi,
  );
}

export function encodeSetVqueueBigint(v: DataView, p: number, r: SetVqueue): number {
  return encodeBigint(v, p, r.dev_num, r.token, r.index, r.size, r.descriptor_addr, r.driver_addr, r.device_addr);
}
