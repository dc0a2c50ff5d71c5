import type { DeviceInfo } from '../../wire/message.js';

const MOST_FEATURE_BLOCKS = 1024 / 32;
const MOST_CONFIG_BYTES = 65536;
const MOST_QUEUES = 65536;

const none = (uuid: Uint8Array | null): boolean => uuid === null || uuid.every((byte) => byte === 0);

/** Whether every field is zero: the answer for a number without an active device (virtio-msg rfc3, GET_DEVICE_INFO). */
export const isInactive = (info: DeviceInfo): boolean =>
  info.device_id === 0 &&
  info.vendor_id === 0 &&
  none(info.device_uuid) &&
  info.num_feature_blocks === 0 &&
  info.odd_feature_bits === 0 &&
  info.config_size === 0 &&
  info.max_virtqueues === 0 &&
  info.admin_vq_start === 0 &&
  info.admin_vq_count === 0;

/** Whether a device can be what it says: the amounts are what we are ready to ask for, one by one, later. */
export const isUsable = (info: DeviceInfo): boolean =>
  info.device_id !== 0 &&
  info.odd_feature_bits === 0 &&
  info.num_feature_blocks <= MOST_FEATURE_BLOCKS &&
  info.config_size <= MOST_CONFIG_BYTES &&
  info.max_virtqueues <= MOST_QUEUES &&
  info.admin_vq_start + info.admin_vq_count <= info.max_virtqueues;

/**
 * Whether both are the same device as far as this can be told. Device numbers are reused, so the UUID decides where both have one
 * (`v1-2026`); without it a device replaced by its twin is not noticed.
 */
export function isSame(a: DeviceInfo, b: DeviceInfo): boolean {
  const uuids = [a.device_uuid, b.device_uuid] as const;
  if (uuids[0] !== null && uuids[1] !== null && !none(uuids[0]) && !none(uuids[1])) {
    const [one, other] = [uuids[0], uuids[1]];
    if (one.length !== other.length || one.some((byte, i) => byte !== other[i])) return false;
  }
  return (
    a.device_id === b.device_id &&
    a.vendor_id === b.vendor_id &&
    a.num_feature_blocks === b.num_feature_blocks &&
    a.config_size === b.config_size &&
    a.max_virtqueues === b.max_virtqueues
  );
}
