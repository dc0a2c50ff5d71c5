import type * as c from '@virtio-wire/codecs/virtio-msg/rfc3';
import type { FieldsOf, Fill, Parts } from '../body.js';
import { copy } from '../bytes.js';
import { u16, u32 } from '../width.js';

export const ping = ({
  data,
  encode,
}: Pick<typeof c.PING_request, 'data' | 'encode'>): Fill<FieldsOf<'PING', 'request'>> => ({
  read: (view, p) => ({ data: data(view, p) }),
  write: (view, p, device, token, f) => (u32(f.data) ? encode(view, p, device, token, f.data) : 0),
});

export const deviceWindow = ({
  offset,
  count,
  encode,
}: Parts<typeof c.GET_DEVICES_request>): Fill<FieldsOf<'GET_DEVICES', 'request'>> => ({
  read: (view, p) => ({ offset: offset(view, p), count: count(view, p) }),
  write: (view, p, device, token, f) =>
    u16(f.offset) && u16(f.count) ? encode(view, p, device, token, f.offset, f.count) : 0,
});

type PageCodec = Pick<
  typeof c.GET_DEVICES_response,
  'offset' | 'count' | 'next_offset' | 'bitmap_offset' | 'bitmap_length' | 'encode'
>;

/** A page of the device list up to pr28: offset, count, next_offset. */
export const devicePage = ({
  offset,
  count,
  next_offset,
  bitmap_offset,
  bitmap_length,
  encode,
}: PageCodec): Fill<FieldsOf<'GET_DEVICES', 'response'>> => ({
  read: (view, p) => ({
    offset: offset(view, p),
    count: count(view, p),
    next_offset: next_offset(view, p),
    bitmap: copy(view, bitmap_offset(p), bitmap_length(view, p)),
  }),
  write: (view, p, device, token, f) =>
    u16(f.offset) && u16(f.count) && u16(f.next_offset)
      ? encode(view, p, device, token, f.offset, f.count, f.next_offset, f.bitmap)
      : 0,
  tail: bitmap_length,
  tailOf: (f) => f.bitmap.length,
});
