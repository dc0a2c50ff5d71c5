import { isOldPcap, isPcapng } from '../pcapng/format.js';

/** What a capture is written in. `text` has JSON or hexadecimal digits, line by line; `pcap` is the old format, which is not read. */
export type Form = 'empty' | 'text' | 'raw' | 'pcapng' | 'pcap';

/** Told by the first bytes of a capture; a few thousand are enough. */
export function formOf(head: Uint8Array): Form {
  if (head.length === 0) return 'empty';
  if (isPcapng(head)) return 'pcapng';
  if (isOldPcap(head)) return 'pcap';
  return isText(head) ? 'text' : 'raw';
}

/** Whether a text begins with an object: then lines are JSON, and elsewhere hexadecimal digits. */
export const isJson = (text: string): boolean => /^\uFEFF?(\s*#.*\r?\n|\s)*\{/.test(text);

/** What a text of ours has: printable characters, and bytes beyond ASCII that may be UTF-8. */
function isText(bytes: Uint8Array): boolean {
  let high = 0;
  for (const b of bytes) {
    if (b < 0x20 && b !== 0x09 && b !== 0x0a && b !== 0x0d) return false;
    if (b >= 0x7f) high++;
  }
  // A remark may have a dash or a µ; a message that happens to have no small bytes has more of them than a text.
  return high * 4 <= bytes.length && (high === 0 || bytes.includes(0x7b));
}
