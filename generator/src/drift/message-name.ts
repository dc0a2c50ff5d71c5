import type { TextClass } from './text-model.js';

const PREFIX: readonly (readonly [TextClass, RegExp])[] = [
  ['bus', /^(VIRTIO_)?BUS_MSG_/],
  ['transport', /^VIRTIO_MSG_/],
];

/** A message as headings and tables spell it: `VIRTIO_MSG_GET_VQUEUE`, `BUS_MSG_PING`, or its bare name; null for prose. */
export function messageName(text: string): { name: string; class: TextClass | null } | null {
  const word = text.trim();
  if (!/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/.test(word) || word.length > 64) return null;
  for (const [of, prefix] of PREFIX) if (prefix.test(word)) return { name: word.replace(prefix, ''), class: of };
  return { name: word, class: null };
}
