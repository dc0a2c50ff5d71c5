import type * as c from '@virtio-wire/codecs/virtio-msg/rfc3';
import type { FieldsOf, Fill } from '../body.js';
import { u32 } from '../width.js';

const U32_MAX = 0xffff_ffffn;

/** A shared memory region up to pr28, with 32 bits for length and address. */
export const region32 = ({
  index,
  length,
  address,
  encode,
}: Pick<typeof c.GET_SHM_response, 'index' | 'length' | 'address' | 'encode'>): Fill<
  FieldsOf<'GET_SHM', 'response'>
> => ({
  read: (view, p) => ({
    index: index(view, p),
    length: BigInt(length(view, p)),
    address: BigInt(address(view, p)),
  }),
  write: (view, p, device, token, f) => {
    if (!u32(f.index) || f.length < 0n || f.length > U32_MAX || f.address < 0n || f.address > U32_MAX) return 0;
    return encode(view, p, device, token, f.index, Number(f.length), Number(f.address));
  },
});
