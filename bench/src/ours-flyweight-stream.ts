import {
  EVENT_AVAIL_event,
  EVENT_USED_event,
  GET_DEVICE_FEATURES_response,
  GET_DEVICE_INFO_response,
  handler,
  SET_CONFIG_request,
  SET_VQUEUE_request,
} from '@virtio-wire/codecs/virtio-msg/rfc3';
import * as flyweight from './ours-flyweight.js';
import * as stream from './ours-stream.js';

/** M6 through `decodeStream`, which has checked what it hands out, by one flyweight per body. */
const { readConfig, readEventAvail, readFeatures, readInfo, readSetVqueueRest } = flyweight;
const { summed, total } = stream;
const nowhere = new DataView(new ArrayBuffer(0));
const avail = new EVENT_AVAIL_event.View(nowhere);
const used = new EVENT_USED_event.View(nowhere);
const vqueue = new SET_VQUEUE_request.View(nowhere);
const words = new GET_DEVICE_FEATURES_response.View(nowhere);
const config = new SET_CONFIG_request.View(nowhere);
const info = new GET_DEVICE_INFO_response.View(nowhere);

/** Without a loop over an array: its iterator would be an object per stream. */
function bind(v: DataView): void {
  avail.bind(v);
  used.bind(v);
  vqueue.bind(v);
  words.bind(v);
  config.bind(v);
  info.bind(v);
}

function readEventUsed(m: EVENT_USED_event.View): number {
  const { type, msg_id, dev_num, token, msg_size, vq_index } = m;
  return (type + msg_id + dev_num + token + msg_size + vq_index) | 0;
}

const moving = handler({
  EVENT_AVAIL_event(_, p) {
    total.sum = (total.sum + readEventAvail(avail.at(p))) | 0;
  },
  EVENT_USED_event(_, p) {
    total.sum = (total.sum + readEventUsed(used.at(p))) | 0;
  },
  SET_VQUEUE_request(_, p) {
    const m = vqueue.at(p);
    const a = m.descriptor_addr_lo ^ m.descriptor_addr_hi;
    const b = m.driver_addr_lo ^ m.driver_addr_hi;
    const c = m.device_addr_lo ^ m.device_addr_hi;
    total.halves = (total.halves + a + b + c) | 0;
    total.sum = (total.sum + readSetVqueueRest(m)) | 0;
  },
  GET_DEVICE_FEATURES_response(_, p) {
    total.sum = (total.sum + readFeatures(words.at(p))) | 0;
  },
  SET_CONFIG_request(v, p) {
    total.sum = (total.sum + readConfig(config.at(p), v)) | 0;
  },
  GET_DEVICE_INFO_response(_, p) {
    total.sum = (total.sum + readInfo(info.at(p))) | 0;
  },
  error() {
    total.refused++;
  },
});

/** A whole stream; addresses as halves. */
export function decodeWholeStream(v: DataView, end: number): number {
  bind(v);
  return summed(v, end, moving);
}
