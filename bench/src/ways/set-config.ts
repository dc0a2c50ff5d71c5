import { header, SET_CONFIG_request } from '@virtio-wire/codecs/virtio-msg/rfc3';
import * as ours from '../ours-header.js';

const { headerSum } = ours;
const { word0, word1 } = header;
const { check, data_view, generation, offset } = SET_CONFIG_request;

/** SET_CONFIG with a `Uint8Array` made of its payload; in place it is in `ours-control.ts`. */
export function decodeConfigView(v: DataView, p: number, end: number): number {
  if (check(v, p, end) !== 0) return -1;
  const data = data_view(v, p);
  const n = data.length;
  const known = generation(v, p);
  const from = offset(v, p);
  const first = data[0]!;
  const last = data[n - 1]!;
  return (headerSum(word0(v, p), word1(v, p)) + known + from + n + first + last) | 0;
}
