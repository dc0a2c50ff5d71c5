import type * as c from '@virtio-wire/codecs/virtio-msg/rfc3';
import type { FieldsOf, Fill, Parts } from '../body.js';
import { allU32, u16, u32 } from '../width.js';

/** The same for all: nothing can be put into it. */
const NOTHING: Record<never, never> = Object.freeze({});

/** A message without fields: the header says it all. */
export const empty = ({ encode }: Pick<typeof c.GET_DEVICE_INFO_request, 'encode'>): Fill<Record<never, never>> => ({
  read: () => NOTHING,
  write: (view, p, device, token) => encode(view, p, device, token),
});

/** Device information up to pr28: features counted in bits, no UUID, administration queues in 16 bits. */
export const deviceInfo = ({
  device_id,
  vendor_id,
  num_feature_bits,
  config_size,
  max_virtqueues,
  admin_vq_start,
  admin_vq_count,
  encode,
}: Parts<typeof c.GET_DEVICE_INFO_response>): Fill<FieldsOf<'GET_DEVICE_INFO', 'response'>> => ({
  read: (view, p) => {
    const bits = num_feature_bits(view, p);
    return {
      device_id: device_id(view, p),
      vendor_id: vendor_id(view, p),
      device_uuid: null,
      num_feature_blocks: bits >>> 5,
      odd_feature_bits: bits & 31,
      config_size: config_size(view, p),
      max_virtqueues: max_virtqueues(view, p),
      admin_vq_start: admin_vq_start(view, p),
      admin_vq_count: admin_vq_count(view, p),
    };
  },
  write: (view, p, device, token, f) => {
    // A UUID is left out, not refused: a device describes itself without knowing which text its bus speaks.
    const bits = f.num_feature_blocks * 32 + f.odd_feature_bits;
    if (!u32(bits) || !u32(f.device_id) || !u32(f.vendor_id) || !u32(f.config_size) || !u32(f.max_virtqueues)) return 0;
    if (!u16(f.admin_vq_start) || !u16(f.admin_vq_count)) return 0;
    return encode(
      view,
      p,
      device,
      token,
      f.device_id,
      f.vendor_id,
      bits,
      f.config_size,
      f.max_virtqueues,
      f.admin_vq_start,
      f.admin_vq_count,
    );
  },
});

export const featureWindow = ({
  block_index,
  num_blocks,
  encode,
}: Parts<typeof c.GET_DEVICE_FEATURES_request>): Fill<FieldsOf<'GET_DEVICE_FEATURES', 'request'>> => ({
  read: (view, p) => ({ block_index: block_index(view, p), num_blocks: num_blocks(view, p) }),
  write: (view, p, device, token, f) =>
    u32(f.block_index) && u32(f.num_blocks) ? encode(view, p, device, token, f.block_index, f.num_blocks) : 0,
});

/** Feature words, offered or accepted. `check` has seen that all the words counted are in the message. */
export const featureBlocks = ({
  block_index,
  features_count,
  features_at,
  encode,
}: Pick<typeof c.SET_DRIVER_FEATURES_request, 'block_index' | 'features_count' | 'features_at' | 'encode'>): Fill<
  FieldsOf<'SET_DRIVER_FEATURES', 'request'>
> => ({
  read: (view, p) => {
    const features: number[] = [];
    const count = features_count(view, p);
    for (let i = 0; i < count; i++) features.push(features_at(view, p, i));
    return { block_index: block_index(view, p), features };
  },
  write: (view, p, device, token, f) =>
    u32(f.block_index) && allU32(f.features) ? encode(view, p, device, token, f.block_index, f.features) : 0,
  tail: (view, p) => 4 * features_count(view, p),
  tailOf: (f) => 4 * f.features.length,
});

export const deviceStatus = ({
  status,
  encode,
}: Pick<typeof c.SET_DEVICE_STATUS_request, 'status' | 'encode'>): Fill<FieldsOf<'SET_DEVICE_STATUS', 'request'>> => ({
  read: (view, p) => ({ status: status(view, p) }),
  write: (view, p, device, token, f) => (u32(f.status) ? encode(view, p, device, token, f.status) : 0),
});
