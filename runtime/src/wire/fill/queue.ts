import type * as c from '@virtio-wire/codecs/virtio-msg/rfc3';
import type { FieldsOf, Fill } from '../body.js';
import { u32, u64 } from '../width.js';

/** A message that names a queue or a region by its number. */
export const index = ({
  index,
  encode,
}: Pick<typeof c.GET_VQUEUE_request, 'index' | 'encode'>): Fill<FieldsOf<'GET_VQUEUE', 'request'>> => ({
  read: (view, p) => ({ index: index(view, p) }),
  write: (view, p, device, token, f) => (u32(f.index) ? encode(view, p, device, token, f.index) : 0),
});

interface Areas {
  readonly descriptor_addr: bigint;
  readonly driver_addr: bigint;
  readonly device_addr: bigint;
}

export const fitAreas = (f: Areas): boolean => u64(f.descriptor_addr) && u64(f.driver_addr) && u64(f.device_addr);

type QueueStateCodec = Pick<
  typeof c.GET_VQUEUE_response,
  'index' | 'max_size' | 'cur_size' | 'descriptor_addr' | 'driver_addr' | 'device_addr' | 'encode'
>;

/** Queue state up to pr28, which does not tell whether the queue is enabled. */
export const queueState = ({
  index,
  max_size,
  cur_size,
  descriptor_addr,
  driver_addr,
  device_addr,
  encode,
}: QueueStateCodec): Fill<FieldsOf<'GET_VQUEUE', 'response'>> => ({
  read: (view, p) => ({
    index: index(view, p),
    max_size: max_size(view, p),
    cur_size: cur_size(view, p),
    enabled: null,
    descriptor_addr: descriptor_addr(view, p),
    driver_addr: driver_addr(view, p),
    device_addr: device_addr(view, p),
  }),
  write: (view, p, device, token, f) =>
    u32(f.index) && u32(f.max_size) && u32(f.cur_size) && fitAreas(f)
      ? encode(view, p, device, token, f.index, f.max_size, f.cur_size, f.descriptor_addr, f.driver_addr, f.device_addr)
      : 0,
});

type QueueSetupCodec = Pick<
  typeof c.SET_VQUEUE_request,
  'index' | 'size' | 'descriptor_addr' | 'driver_addr' | 'device_addr' | 'encode'
>;

/** Queue set-up up to pr28. */
export const queueSetup = ({
  index,
  size,
  descriptor_addr,
  driver_addr,
  device_addr,
  encode,
}: QueueSetupCodec): Fill<FieldsOf<'SET_VQUEUE', 'request'>> => ({
  read: (view, p) => ({
    index: index(view, p),
    size: size(view, p),
    descriptor_addr: descriptor_addr(view, p),
    driver_addr: driver_addr(view, p),
    device_addr: device_addr(view, p),
    enable: null,
  }),
  write: (view, p, device, token, f) => {
    // SET_VQUEUE itself activates the queue here (R29); asking for one that stays off cannot be said.
    if (f.enable === false) return 0;
    return u32(f.index) && u32(f.size) && fitAreas(f)
      ? encode(view, p, device, token, f.index, f.size, f.descriptor_addr, f.driver_addr, f.device_addr)
      : 0;
  },
});
