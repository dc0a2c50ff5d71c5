/** Bits of the device status. Spec: content.tex, Device Status Field. */
export const DeviceStatus = {
  ACKNOWLEDGE: 1,
  DRIVER: 2,
  DRIVER_OK: 4,
  FEATURES_OK: 8,
  SUSPEND: 16,
  /** Only the admin virtqueue transport has it. */
  DEVICE_MMU_FAIL: 32,
  DEVICE_NEEDS_RESET: 64,
  FAILED: 128,
} as const;

/** Bits a driver may ask for; the others are the device's own, or nobody's. */
export const DRIVER_BITS =
  DeviceStatus.ACKNOWLEDGE |
  DeviceStatus.DRIVER |
  DeviceStatus.DRIVER_OK |
  DeviceStatus.FEATURES_OK |
  DeviceStatus.SUSPEND |
  DeviceStatus.FAILED;

/** How far a driver has brought a device. `ended`: only a reset leads on. */
export type Phase = 'reset' | 'acked' | 'driver' | 'negotiated' | 'live' | 'suspended' | 'ended';

export function phaseOf(status: number): Phase {
  if (status & (DeviceStatus.FAILED | DeviceStatus.DEVICE_NEEDS_RESET)) return 'ended';
  if (status & DeviceStatus.SUSPEND) return 'suspended';
  if (status & DeviceStatus.DRIVER_OK) return 'live';
  if (status & DeviceStatus.FEATURES_OK) return 'negotiated';
  if (status & DeviceStatus.DRIVER) return 'driver';
  return status & DeviceStatus.ACKNOWLEDGE ? 'acked' : 'reset';
}
