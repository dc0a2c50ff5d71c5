import { isOldPcap, isPcapng } from '../pcapng/format.js';

/**
 * What a capture is written in. `text` has JSON or hexadecimal digits, line by line; `pcap` is the old format and `utf16` a
 * text as some shells of Windows redirect it: neither is read.
 */
export type Form = 'empty' | 'text' | 'raw' | 'pcapng' | 'pcap' | 'utf16';

/** First bytes that tell the form: a message as short as a header already holds bytes that no text has. */
export const LOOKED_AT = 1 << 12;

/** Told by the first bytes of a capture; `LOOKED_AT` of them are enough. */
export function formOf(head: Uint8Array): Form {
  if (head.length === 0) return 'empty';
  if (isPcapng(head)) return 'pcapng';
  if (isOldPcap(head)) return 'pcap';
  if (isUtf16(head)) return 'utf16';
  return isText(head) ? 'text' : 'raw';
}

/** Whether a text begins with an object, blank lines and remarks aside: then lines are JSON, and elsewhere digits. */
export function isJson(text: string): boolean {
  for (const line of text.replace(/^\uFEFF/, '').split('\n')) {
    const content = line.trim();
    if (content !== '' && !content.startsWith('#')) return content.startsWith('{');
  }
  return false;
}

/** How to go on with a file that is not read. */
export const UNREAD = {
  pcap: {
    code: 'old_pcap',
    what: 'in the old pcap format',
    hint: 'convert it: "editcap -F pcapng OLD NEW" (Wireshark)',
  },
  utf16: {
    code: 'utf16',
    what: 'text in UTF-16',
    hint: 'convert it: "iconv -f UTF-16 -t UTF-8 OLD > NEW", or write it as UTF-8 in the first place',
  },
} as const;

export const isUnread = (form: string): form is keyof typeof UNREAD => Object.hasOwn(UNREAD, form);

/** The mark of either byte order, and a character of ASCII behind it. */
const isUtf16 = ([a, b, c, d]: Uint8Array): boolean =>
  (a === 0xff && b === 0xfe && d === 0 && c !== 0) || (a === 0xfe && b === 0xff && c === 0 && d !== 0);

/** What a text of ours has: printable characters, and bytes beyond ASCII that may be UTF-8. */
function isText(bytes: Uint8Array): boolean {
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  let high = 0;
  for (let i = marked; i < bytes.length; i++) {
    const b = bytes[i] as number;
    if (b < 0x20 && b !== 0x09 && b !== 0x0a && b !== 0x0d) return false;
    if (b >= 0x7f) high++;
  }
  // A remark may have a dash or a µ; a message that happens to have no small bytes has more of them than a text.
  return high * 4 <= bytes.length && (high === 0 || bytes.includes(0x7b) || bytes.includes(0x23));
}
