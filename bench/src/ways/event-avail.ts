import {
  decode,
  decodeStream,
  EVENT_AVAIL_event,
  handler,
  header,
  isWireError,
} from '@virtio-wire/codecs/virtio-msg/rfc3';
import { type EventAvail, m1 } from '../corpus.js';

/** EVENT_AVAIL, checked, every field, in the fast form and in others that depart from it in one thing each. */
const { word0, word1, type, msg_id, dev_num, token, msg_size } = header;
const { check, encode, encode_message, next_offset, next_wrap, vq_index, View } = EVENT_AVAIL_event;

export function constants(v: DataView, p: number, end: number): number {
  if (check(v, p, end) !== 0) return -1;
  const w0 = word0(v, p);
  const w1 = word1(v, p);
  const kind = type(w0);
  const id = msg_id(w0);
  const device = dev_num(w0);
  const sequence = token(w1);
  const size = msg_size(w1);
  const queue = vq_index(v, p);
  const next = next_offset(v, p);
  const wrap = next_wrap(v, p);
  return (kind + id + device + sequence + size + queue + next + wrap) | 0;
}

export function sumOverReaders(v: DataView, p: number, end: number): number {
  if (check(v, p, end) !== 0) return -1;
  const w0 = word0(v, p);
  const w1 = word1(v, p);
  const head = type(w0) + msg_id(w0) + dev_num(w0) + token(w1) + msg_size(w1);
  return (head + vq_index(v, p) + next_offset(v, p) + next_wrap(v, p)) | 0;
}

export function headerByNamespace(v: DataView, p: number, end: number): number {
  if (check(v, p, end) !== 0) return -1;
  const w0 = header.word0(v, p);
  const w1 = header.word1(v, p);
  const kind = header.type(w0);
  const id = header.msg_id(w0);
  const device = header.dev_num(w0);
  const sequence = header.token(w1);
  const size = header.msg_size(w1);
  const queue = vq_index(v, p);
  const next = next_offset(v, p);
  const wrap = next_wrap(v, p);
  return (kind + id + device + sequence + size + queue + next + wrap) | 0;
}

export function allByNamespace(v: DataView, p: number, end: number): number {
  if (EVENT_AVAIL_event.check(v, p, end) !== 0) return -1;
  const w0 = header.word0(v, p);
  const w1 = header.word1(v, p);
  const kind = header.type(w0);
  const id = header.msg_id(w0);
  const device = header.dev_num(w0);
  const sequence = header.token(w1);
  const size = header.msg_size(w1);
  const queue = EVENT_AVAIL_event.vq_index(v, p);
  const next = EVENT_AVAIL_event.next_offset(v, p);
  const wrap = EVENT_AVAIL_event.next_wrap(v, p);
  return (kind + id + device + sequence + size + queue + next + wrap) | 0;
}

const once = new View(m1);

export function viewMadeOnce(_: DataView, p: number, end: number): number {
  const m = once.at(p);
  if (m.check(end) !== 0) return -1;
  const { type, msg_id, dev_num, token, msg_size, vq_index, next_offset, next_wrap } = m;
  return (type + msg_id + dev_num + token + msg_size + vq_index + next_offset + next_wrap) | 0;
}

export function viewForEach(v: DataView, p: number, end: number): number {
  const m = new View(v).at(p);
  if (m.check(end) !== 0) return -1;
  const { type, msg_id, dev_num, token, msg_size, vq_index, next_offset, next_wrap } = m;
  return (type + msg_id + dev_num + token + msg_size + vq_index + next_offset + next_wrap) | 0;
}

export function object(v: DataView, p: number, end: number): number {
  const m = decode(v, p, end);
  if (isWireError(m) || m.name !== 'EVENT_AVAIL.event') return -1;
  const { header: h, fields: f } = m;
  return (h.type + h.msg_id + h.dev_num + h.token + h.msg_size + f.vq_index + f.next_offset + f.next_wrap) | 0;
}

export function encodeTakenOut(v: DataView, p: number, r: EventAvail): number {
  return encode(v, p, r.dev_num, r.token, r.vq_index, r.next_offset, r.next_wrap);
}

export function encodeByNamespace(v: DataView, p: number, r: EventAvail): number {
  return EVENT_AVAIL_event.encode(v, p, r.dev_num, r.token, r.vq_index, r.next_offset, r.next_wrap);
}

export function encodeObject(v: DataView, p: number, r: EventAvail): number {
  return encode_message(v, p, {
    header: { dev_num: r.dev_num, token: r.token },
    fields: { vq_index: r.vq_index, next_offset: r.next_offset, next_wrap: r.next_wrap },
  });
}

const kept = { offsets: 0 };
const inObject = handler({
  EVENT_AVAIL_event(v, p) {
    const next = next_offset(v, p);
    kept.offsets += next;
  },
});

/** One field of each message added up, far above 2³¹, in an object. */
export function offsetsInObject(v: DataView, end: number): number {
  kept.offsets = 0;
  return decodeStream(v, 0, end, inObject) === end ? kept.offsets : -1;
}

let offsets = 0;
const inLet = handler({
  EVENT_AVAIL_event(v, p) {
    const next = next_offset(v, p);
    offsets += next;
  },
});

/** The same in a variable that the functions of the handler share with this one. */
export function offsetsInLet(v: DataView, end: number): number {
  offsets = 0;
  return decodeStream(v, 0, end, inLet) === end ? offsets : -1;
}
