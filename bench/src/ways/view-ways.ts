import * as codecs from '@virtio-wire/codecs/virtio-msg/rfc3';
import { m6 } from '../corpus.js';
import * as flyweight from '../ours-flyweight.js';

/** M6 by a loop of one's own around `View`s, each message checked, halves, nothing made. */
const { EVENT_AVAIL_event, EVENT_USED_event, SET_VQUEUE_request } = codecs;
const { GET_DEVICE_FEATURES_response, GET_DEVICE_INFO_response, SET_CONFIG_request } = codecs;
const { readConfig, readEventAvail, readFeatures, readInfo, readSetVqueueRest } = flyweight;
const avail = new EVENT_AVAIL_event.View(m6.view);
const used = new EVENT_USED_event.View(m6.view);
const vqueue = new SET_VQUEUE_request.View(m6.view);
const words = new GET_DEVICE_FEATURES_response.View(m6.view);
const config = new SET_CONFIG_request.View(m6.view);
const info = new GET_DEVICE_INFO_response.View(m6.view);

export const kept = { sum: 0, halves: 0 };

function onAvail(p: number, end: number): boolean {
  const m = avail.at(p);
  if (m.check(end) !== 0) return false;
  const { type, msg_id, dev_num, token, msg_size, vq_index, next_offset, next_wrap } = m;
  kept.sum = (kept.sum + type + msg_id + dev_num + token + msg_size + vq_index + next_offset + next_wrap) | 0;
  return true;
}

function onUsed(p: number, end: number): boolean {
  const m = used.at(p);
  if (m.check(end) !== 0) return false;
  const { type, msg_id, dev_num, token, msg_size, vq_index } = m;
  kept.sum = (kept.sum + type + msg_id + dev_num + token + msg_size + vq_index) | 0;
  return true;
}

function onVqueue(p: number, end: number): boolean {
  const m = vqueue.at(p);
  if (m.check(end) !== 0) return false;
  const { type, msg_id, dev_num, token, msg_size, index, reserved0, size, reserved1 } = m;
  const a = m.descriptor_addr_lo ^ m.descriptor_addr_hi;
  const b = m.driver_addr_lo ^ m.driver_addr_hi;
  const c = m.device_addr_lo ^ m.device_addr_hi;
  kept.sum = (kept.sum + type + msg_id + dev_num + token + msg_size + index + reserved0 + size + reserved1) | 0;
  kept.halves = (kept.halves + a + b + c) | 0;
  return true;
}

function onFeatures(p: number, end: number): boolean {
  const m = words.at(p);
  if (m.check(end) !== 0) return false;
  const { type, msg_id, dev_num, token, msg_size, block_index, features_count: n } = m;
  let sum = (type + msg_id + dev_num + token + msg_size + block_index + n) | 0;
  for (let i = 0; i < n; i++) sum = (sum + m.features_at(i)) | 0;
  kept.sum = (kept.sum + sum) | 0;
  return true;
}

function onConfig(v: DataView, p: number, end: number): boolean {
  const m = config.at(p);
  if (m.check(end) !== 0) return false;
  const { type, msg_id, dev_num, token, msg_size, generation, offset, data_length: n, data_offset: at } = m;
  const first = v.getUint8(at);
  const last = v.getUint8(at + n - 1);
  kept.sum = (kept.sum + type + msg_id + dev_num + token + msg_size + generation + offset + n + first + last) | 0;
  return true;
}

function onInfo(p: number, end: number): boolean {
  const m = info.at(p);
  if (m.check(end) !== 0) return false;
  const { type, msg_id, dev_num, token, msg_size, device_id, vendor_id, num_feature_bits, config_size } = m;
  const { max_virtqueues, admin_vq_start, admin_vq_count } = m;
  const header = (type + msg_id + dev_num + token + msg_size) | 0;
  const sizes = (num_feature_bits + config_size + max_virtqueues + admin_vq_start + admin_vq_count) | 0;
  kept.sum = (kept.sum + header + device_id + vendor_id + sizes) | 0;
  return true;
}

/** One function per body, which checks and reads. */
export function checkAndReadTogether(v: DataView, end: number): number {
  kept.sum = 0;
  kept.halves = 0;
  for (let p = 0; p < end; p += v.getUint16(p + 6, true)) {
    switch (v.getUint8(p + 1)) {
      case 0x41:
        if (!onAvail(p, end)) return -1;
        break;
      case 0x42:
        if (!onUsed(p, end)) return -1;
        break;
      case 0x0a:
        if (!onVqueue(p, end)) return -1;
        break;
      case 0x03:
        if (!onFeatures(p, end)) return -1;
        break;
      case 0x06:
        if (!onConfig(v, p, end)) return -1;
        break;
      default:
        if (!onInfo(p, end)) return -1;
    }
  }
  return kept.sum;
}

function readVqueue(m: codecs.SET_VQUEUE_request.View): number {
  const a = m.descriptor_addr_lo ^ m.descriptor_addr_hi;
  const b = m.driver_addr_lo ^ m.driver_addr_hi;
  const c = m.device_addr_lo ^ m.device_addr_hi;
  kept.halves = (kept.halves + a + b + c) | 0;
  return readSetVqueueRest(m);
}

function readUsed(m: codecs.EVENT_USED_event.View): number {
  const { type, msg_id, dev_num, token, msg_size, vq_index } = m;
  return (type + msg_id + dev_num + token + msg_size + vq_index) | 0;
}

/** The check in the loop, reading in a function per body. */
export function checkAndReadApart(v: DataView, end: number): number {
  kept.sum = 0;
  kept.halves = 0;
  for (let p = 0; p < end; p += v.getUint16(p + 6, true)) {
    switch (v.getUint8(p + 1)) {
      case 0x41:
        if (avail.at(p).check(end) !== 0) return -1;
        kept.sum = (kept.sum + readEventAvail(avail)) | 0;
        break;
      case 0x42:
        if (used.at(p).check(end) !== 0) return -1;
        kept.sum = (kept.sum + readUsed(used)) | 0;
        break;
      case 0x0a:
        if (vqueue.at(p).check(end) !== 0) return -1;
        kept.sum = (kept.sum + readVqueue(vqueue)) | 0;
        break;
      case 0x03:
        if (words.at(p).check(end) !== 0) return -1;
        kept.sum = (kept.sum + readFeatures(words)) | 0;
        break;
      case 0x06:
        if (config.at(p).check(end) !== 0) return -1;
        kept.sum = (kept.sum + readConfig(config, v)) | 0;
        break;
      default:
        if (info.at(p).check(end) !== 0) return -1;
        kept.sum = (kept.sum + readInfo(info)) | 0;
    }
  }
  return kept.sum;
}
