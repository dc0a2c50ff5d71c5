import type { CaptureLine } from '../capture/lines.js';
import type { IrStore } from '../store.js';
import { columnsOf } from './columns.js';
import type { Conversation, Item } from './conversation.js';
import { FigureCounter, type Figures } from './figures.js';
import type { TraceOptions } from './index.js';
import { Listener } from './listener.js';
import { renderItems } from './render.js';
import { renderFigures, renderHeader } from './render-header.js';
import { renderOptions, unTied } from './render-options.js';
import { itemJson } from './to-json.js';

/** Items that wait behind a request without an answer before it is told as one; the answer may still come. */
const HELD = 256;
/** What is remembered of a capture of any size. A request that so many others have overtaken has no answer. */
const BOUNDS = { open: 4096, asked: 1 << 16 };
/** Frames that are listed per rule. */
const LISTED = 64;

/**
 * Tells a capture as a conversation while it is read, in constant memory: what `traceFile` tells, but that nothing waits
 * for the end. Repetitions are folded within what comes at once, and an answer that comes late is told where it comes.
 */
export class Teller {
  readonly #listener: Listener;
  readonly #counter = new FigureCounter({ frames: LISTED, latencies: 'counted' });
  readonly #render: ReturnType<typeof renderOptions>;
  #columns: ReturnType<typeof columnsOf> | undefined;
  #lines = 0;
  #opened = false;

  constructor(
    readonly store: IrStore,
    readonly options: TraceOptions = {},
  ) {
    this.#listener = new Listener(store, options, BOUNDS);
    this.#render = renderOptions(options);
  }

  /** What can be told after these lines. `counted` is what they are. */
  hear(lines: readonly CaptureLine[]): readonly Item[] {
    this.#lines += lines.length;
    for (const line of lines) this.#listener.line(line);
    return this.#taken(HELD);
  }

  /** The capture is over: what still waits has no answer. */
  end(): readonly Item[] {
    return this.#taken(0);
  }

  get figures(): Figures {
    return this.#counter.figures(this.#lines);
  }

  /** Items as people read them, behind a paragraph about the capture the first time; lines that end in a break. */
  text(items: readonly Item[], counted: Conversation['counted']): string {
    if (items.length === 0) return '';
    this.#columns = columnsOf(items, this.#render.width, this.#columns);
    const head = this.#opened
      ? []
      : [...renderHeader(this.#listener, null, this.store, this.options.name, this.#render), ''];
    const told = renderItems({ items, counted }, this.#render, this.#columns);
    // A section begins with a blank line, which nothing stands before here.
    const lines = this.#opened ? told : told.join('\n').replace(/^\n+/, '').split('\n');
    this.#opened = true;
    return `${unTied([...head, ...lines].join('\n'))}\n`;
  }

  /** The closing lines. */
  textOfEnd(): string {
    const head = this.#opened ? [] : renderHeader(this.#listener, null, this.store, this.options.name, this.#render);
    return `${unTied([...head, '', ...renderFigures(this.figures, this.#render)].join('\n'))}\n`;
  }

  /** Items as lines of JSON, behind one about the capture the first time. */
  json(items: readonly Item[], counted: Conversation['counted']): string {
    if (items.length === 0) return '';
    const { header, dialect, profile } = this.#listener;
    const head = this.#opened ? [] : [{ header, dialect, profile, counted }];
    this.#opened = true;
    return [...head, ...items.map(itemJson)].map((value) => `${JSON.stringify(value)}\n`).join('');
  }

  jsonOfEnd(): string {
    return `${JSON.stringify({ figures: this.figures })}\n`;
  }

  #taken(held: number): readonly Item[] {
    const items = this.#listener.take(held);
    this.#counter.add(items);
    return items;
  }
}
