import type { Paint } from '../diagnostics/render-text.js';
import type { IrStore } from '../store.js';
import { type ConverseOptions, converse } from './converse.js';
import { type Figures, figuresOf } from './figures.js';
import { renderItems } from './render.js';
import { renderFigures, renderHeader } from './render-header.js';
import { renderOptions, unTied } from './render-options.js';
import { toJson } from './to-json.js';

export type { Conversation, Item } from './conversation.js';
export { type ConverseOptions, converse } from './converse.js';
export { type Figures, figuresOf, type RuleCount } from './figures.js';
export { Teller } from './teller.js';

export interface TraceOptions extends ConverseOptions {
  /** Name of the capture, for the first line of the text. */
  readonly name?: string | undefined;
  /** Columns a line may have; 120 unless told, and never fewer than 80. */
  readonly width?: number | undefined;
  /** Show every repetition instead of a count. */
  readonly all?: boolean | undefined;
  /** Decoration of the text; none unless told. */
  readonly paint?: Paint | undefined;
}

export interface Traced {
  /** The conversation as people read it, without a line break at its end. */
  readonly text: string;
  readonly json: Record<string, unknown>;
  readonly counts: Figures;
}

/**
 * Reads a capture and tells it as a conversation: text (JSON lines, see the vector files, or lines of hexadecimal digits),
 * or the bytes of a file, which may be pcapng or raw messages as well. Never throws on what the capture holds: a line or
 * block that cannot be read is reported under its number, and the rest is told.
 */
export function traceFile(store: IrStore, capture: string | Uint8Array, options: TraceOptions = {}): Traced {
  const conversation = converse(store, capture, options);
  const counts = figuresOf(conversation);
  const render = renderOptions(options);
  const parts = [
    renderHeader(conversation, counts, store, options.name, render),
    renderItems(conversation, render),
    renderFigures(counts, render),
  ];
  const told = parts
    .flatMap((lines) => (lines.length === 0 ? [] : [lines.join('\n').replace(/^\n+/, '')]))
    .join('\n\n');
  return { text: unTied(told), json: toJson(conversation, counts), counts };
}
