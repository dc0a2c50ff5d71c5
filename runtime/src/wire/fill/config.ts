import type * as c from '@virtio-wire/codecs/virtio-msg/rfc3';
import type { FieldsOf, Fill, Parts } from '../body.js';
import { copy } from '../bytes.js';
import { u32 } from '../width.js';

export const configRange = ({
  offset,
  length,
  encode,
}: Parts<typeof c.GET_CONFIG_request>): Fill<FieldsOf<'GET_CONFIG', 'request'>> => ({
  read: (view, p) => ({ offset: offset(view, p), length: length(view, p) }),
  write: (view, p, device, token, f) =>
    u32(f.offset) && u32(f.length) ? encode(view, p, device, token, f.offset, f.length) : 0,
});

type ConfigCodec = Pick<
  typeof c.GET_CONFIG_response,
  'generation' | 'offset' | 'data_offset' | 'data_length' | 'encode'
>;

/** A piece of the configuration space: GET_CONFIG response, SET_CONFIG both ways. Its length is that of the data. */
export const configData = ({
  generation,
  offset,
  data_offset,
  data_length,
  encode,
}: ConfigCodec): Fill<FieldsOf<'SET_CONFIG', 'request'>> => ({
  read: (view, p) => ({
    generation: generation(view, p),
    offset: offset(view, p),
    data: copy(view, data_offset(p), data_length(view, p)),
  }),
  write: (view, p, device, token, f) =>
    u32(f.generation) && u32(f.offset) ? encode(view, p, device, token, f.generation, f.offset, f.data) : 0,
  tail: data_length,
  tailOf: (f) => f.data.length,
});

export const configEvent = ({
  device_status,
  generation,
  offset,
  data_offset,
  data_length,
  encode,
}: Parts<typeof c.EVENT_CONFIG_event>): Fill<FieldsOf<'EVENT_CONFIG', 'event'>> => ({
  read: (view, p) => ({
    device_status: device_status(view, p),
    generation: generation(view, p),
    offset: offset(view, p),
    data: copy(view, data_offset(p), data_length(view, p)),
  }),
  write: (view, p, device, token, f) =>
    u32(f.device_status) && u32(f.generation) && u32(f.offset)
      ? encode(view, p, device, token, f.device_status, f.generation, f.offset, f.data)
      : 0,
  tail: data_length,
  tailOf: (f) => f.data.length,
});
