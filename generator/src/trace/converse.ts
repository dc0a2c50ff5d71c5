import { readCapture } from '../capture/lines.js';
import { textLines } from '../capture/reader.js';
import type { IrStore } from '../store.js';
import type { Conversation } from './conversation.js';
import { Listener } from './listener.js';

export interface ConverseOptions {
  /** Dialect of frames that neither their line nor the capture's header names. */
  readonly dialect?: string | undefined;
  /** Rule profile to judge by, whatever the capture says. */
  readonly profile?: string | undefined;
}

/**
 * Turns a capture into a conversation: text, or the bytes of a file in any form. Raw bytes are cut into messages by the
 * dialect of `options`. Whatever the capture holds, it is described and never thrown.
 */
export function converse(store: IrStore, capture: string | Uint8Array, options: ConverseOptions = {}): Conversation {
  const listener = new Listener(store, options);
  const { index } = store.dialect(options.dialect ?? '') ?? {};
  const { lines, counted } =
    typeof capture === 'string'
      ? { lines: textLines(capture), counted: 'line' as const }
      : readCapture(capture, { index });
  for (const line of lines) listener.line(line);
  return {
    header: listener.header,
    dialect: listener.dialect,
    profile: listener.profile,
    items: listener.items,
    lines: lines.length,
    counted,
  };
}
