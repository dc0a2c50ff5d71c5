import { header } from '@virtio-wire/codecs/virtio-msg/rfc3';

const { dev_num, msg_id, msg_size, token, type } = header;

/** Every field of a header, from its two words, added up. */
export const headerSum = (w0: number, w1: number): number =>
  type(w0) + msg_id(w0) + dev_num(w0) + token(w1) + msg_size(w1);
