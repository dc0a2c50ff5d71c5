import * as c from '@virtio-wire/codecs/virtio-msg/v1-2026';
import { type Body, body } from './body.js';
import { copy, copyUuid } from './bytes.js';
import { deviceWindow, ping } from './fill/bus.js';
import { configData, configEvent, configRange } from './fill/config.js';
import { deviceStatus, empty, featureBlocks, featureWindow } from './fill/device.js';
import { availEvent, deviceEvent, usedEvent } from './fill/event.js';
import { fitAreas, index, queueState } from './fill/queue.js';
import { u16, u32, u64 } from './width.js';

const NO_UUID = new Uint8Array(16);
const { ENABLE } = c.enums.vqueue_update;
const { ENABLED } = c.enums.vqueue_state;

/** Device information: features counted in blocks, a UUID, administration queues in 32 bits. */
const info = body(c.GET_DEVICE_INFO_response, (g) => {
  const { device_id, vendor_id, device_uuid_offset, num_feature_blocks, config_size } = g;
  const { max_virtqueues, admin_vq_start, admin_vq_count, encode } = g;
  return {
    read: (view, p) => ({
      device_id: device_id(view, p),
      vendor_id: vendor_id(view, p),
      device_uuid: copyUuid(view, device_uuid_offset(p)),
      num_feature_blocks: num_feature_blocks(view, p),
      odd_feature_bits: 0,
      config_size: config_size(view, p),
      max_virtqueues: max_virtqueues(view, p),
      admin_vq_start: admin_vq_start(view, p),
      admin_vq_count: admin_vq_count(view, p),
    }),
    write: (view, p, device, token, f) => {
      const uuid = f.device_uuid ?? NO_UUID;
      if (uuid.length !== 16 || f.odd_feature_bits !== 0 || !u32(f.num_feature_blocks)) return 0;
      if (!u32(f.device_id) || !u32(f.vendor_id) || !u32(f.config_size) || !u32(f.max_virtqueues)) return 0;
      if (!u32(f.admin_vq_start) || !u32(f.admin_vq_count)) return 0;
      return encode(
        view,
        p,
        device,
        token,
        f.device_id,
        f.vendor_id,
        uuid,
        f.num_feature_blocks,
        f.config_size,
        f.max_virtqueues,
        f.admin_vq_start,
        f.admin_vq_count,
      );
    },
  };
});

/** Queue state with the flag word that was reserved before. */
const state = body(c.GET_VQUEUE_response, (g) => {
  const { flags, encode } = g;
  const before = queueState({ ...g, encode: () => 0 });
  return {
    read: (view, p) => ({ ...before.read(view, p), enabled: (flags(view, p) & ENABLED) !== 0 }),
    write: (view, p, device, token, f) => {
      if (!u32(f.index) || !u32(f.max_size) || !u32(f.cur_size) || !fitAreas(f)) return 0;
      const word = f.enabled === true ? ENABLED : 0;
      const { index, max_size, cur_size } = f;
      return encode(
        view,
        p,
        device,
        token,
        index,
        max_size,
        cur_size,
        word,
        f.descriptor_addr,
        f.driver_addr,
        f.device_addr,
      );
    },
  };
});

const setup = body(c.SET_VQUEUE_request, (g) => {
  const { index, flags, size, descriptor_addr, driver_addr, device_addr, encode } = g;
  return {
    read: (view, p) => ({
      index: index(view, p),
      size: size(view, p),
      descriptor_addr: descriptor_addr(view, p),
      driver_addr: driver_addr(view, p),
      device_addr: device_addr(view, p),
      // Compared as a whole: with any bit that asks to ignore a value, starting the queue would use that value.
      enable: flags(view, p) === ENABLE,
    }),
    write: (view, p, device, token, f) =>
      u32(f.index) && u32(f.size) && fitAreas(f)
        ? encode(
            view,
            p,
            device,
            token,
            f.index,
            f.enable === false ? 0 : ENABLE,
            f.size,
            f.descriptor_addr,
            f.driver_addr,
            f.device_addr,
          )
        : 0,
  };
});

/** A shared memory region with 64 bits for length and address. */
const region = body(c.GET_SHM_response, ({ shmid, length, address, encode }) => ({
  read: (view, p) => ({ index: shmid(view, p), length: length(view, p), address: address(view, p) }),
  write: (view, p, device, token, f) =>
    u32(f.index) && u64(f.length) && u64(f.address) ? encode(view, p, device, token, f.index, f.length, f.address) : 0,
}));

/** A page of the device list. next_offset stands before count here, and nothing in the message tells. */
const page = body(c.GET_DEVICES_response, (g) => {
  const { offset, next_offset, count, bitmap_offset, bitmap_length, encode } = g;
  return {
    read: (view, p) => ({
      offset: offset(view, p),
      count: count(view, p),
      next_offset: next_offset(view, p),
      bitmap: copy(view, bitmap_offset(p), bitmap_length(view, p)),
    }),
    write: (view, p, device, token, f) =>
      u16(f.offset) && u16(f.count) && u16(f.next_offset)
        ? encode(view, p, device, token, f.offset, f.next_offset, f.count, f.bitmap)
        : 0,
    tail: bitmap_length,
    tailOf: (f) => f.bitmap.length,
  };
});

/** The bytes after the review of 2026. */
export const V1_2026_BODIES: readonly Body[] = [
  body(c.GET_DEVICE_INFO_request, empty),
  info,
  body(c.GET_DEVICE_FEATURES_request, featureWindow),
  body(c.GET_DEVICE_FEATURES_response, featureBlocks),
  body(c.SET_DRIVER_FEATURES_request, featureBlocks),
  body(c.SET_DRIVER_FEATURES_response, empty),
  body(c.GET_CONFIG_request, configRange),
  body(c.GET_CONFIG_response, configData),
  body(c.SET_CONFIG_request, configData),
  body(c.SET_CONFIG_response, configData),
  body(c.GET_DEVICE_STATUS_request, empty),
  body(c.GET_DEVICE_STATUS_response, deviceStatus),
  body(c.SET_DEVICE_STATUS_request, deviceStatus),
  body(c.SET_DEVICE_STATUS_response, deviceStatus),
  body(c.GET_VQUEUE_request, index),
  state,
  setup,
  body(c.SET_VQUEUE_response, empty),
  body(c.RESET_VQUEUE_request, index),
  body(c.RESET_VQUEUE_response, empty),
  body(c.GET_SHM_request, ({ shmid, encode }) => index({ index: shmid, encode })),
  region,
  body(c.EVENT_CONFIG_event, configEvent),
  body(c.EVENT_AVAIL_event, availEvent),
  body(c.EVENT_USED_event, usedEvent),
  body(c.GET_DEVICES_request, deviceWindow),
  page,
  body(c.PING_request, ping),
  body(c.PING_response, ping),
  body(c.EVENT_DEVICE_event, deviceEvent),
];
