import type { Dialect } from '../wire/dialect.js';
import type { Message } from '../wire/message.js';

/** One message in a line for people: who to whom, what, of which device, with which values. */
export function describe(dialect: Dialect, direction: 'sent' | 'received', bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const message = dialect.decode(view, 0, bytes.length);
  const arrow = direction === 'sent' ? 'drv → dev' : 'drv ← dev';
  if (!('kind' in message)) return `${arrow}  ${bytes.length} bytes that are no message`;
  const token = message.token === 0 ? '' : `#${message.token}`;
  const what = `${message.name}${message.kind === 'response' ? ' =' : ''}`;
  return `${arrow}  dev ${String(message.device).padEnd(2)} ${token.padEnd(5)} ${what.padEnd(22)} ${values(message)}`.trimEnd();
}

function values(message: Message): string {
  return Object.entries(message.fields)
    .map(([name, value]) => `${name}=${spelled(value)}`)
    .join(' ');
}

function spelled(value: unknown): string {
  if (value instanceof Uint8Array) {
    const hex = [...value.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    return value.length > 8 ? `${hex}…(${value.length})` : hex;
  }
  if (Array.isArray(value)) return value.map((word) => `0x${Number(word).toString(16)}`).join(',');
  return typeof value === 'bigint' ? `0x${value.toString(16)}` : String(value);
}
