import type * as c from '@virtio-wire/codecs/virtio-msg/rfc3';
import type { FieldsOf, Fill, Parts } from '../body.js';
import { u16, u32 } from '../width.js';

export const availEvent = ({
  vq_index,
  next_offset,
  next_wrap,
  encode,
}: Parts<typeof c.EVENT_AVAIL_event>): Fill<FieldsOf<'EVENT_AVAIL', 'event'>> => ({
  read: (view, p) => ({
    vq_index: vq_index(view, p),
    next_offset: next_offset(view, p),
    next_wrap: next_wrap(view, p),
  }),
  write: (view, p, device, token, f) =>
    // 31 bits of offset, one of wrap (R31).
    u32(f.vq_index) && (f.next_offset & 0x7fff_ffff) === f.next_offset && (f.next_wrap & 1) === f.next_wrap
      ? encode(view, p, device, token, f.vq_index, f.next_offset, f.next_wrap)
      : 0,
});

export const usedEvent = ({
  vq_index,
  encode,
}: Parts<typeof c.EVENT_USED_event>): Fill<FieldsOf<'EVENT_USED', 'event'>> => ({
  read: (view, p) => ({ vq_index: vq_index(view, p) }),
  write: (view, p, device, token, f) => (u32(f.vq_index) ? encode(view, p, device, token, f.vq_index) : 0),
});

export const deviceEvent = ({
  device_number,
  device_bus_state,
  encode,
}: Parts<typeof c.EVENT_DEVICE_event>): Fill<FieldsOf<'EVENT_DEVICE', 'event'>> => ({
  read: (view, p) => ({
    device_number: device_number(view, p),
    device_bus_state: device_bus_state(view, p),
  }),
  write: (view, p, device, token, f) =>
    u16(f.device_number) && u16(f.device_bus_state)
      ? encode(view, p, device, token, f.device_number, f.device_bus_state)
      : 0,
});
