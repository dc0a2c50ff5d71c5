import type { Tracer } from '../bus/tracer.js';
import type { Dialect } from '../wire/dialect.js';
import { describe } from './conversation.js';

/** What the demo tells while it runs. */
export interface Audience {
  /** A line of the conversation. */
  line?(text: string): void;
  /** A frame for a capture: milliseconds since the beginning, direction, bytes. */
  frame?(t: number, dir: 'driver->device' | 'device->driver', bytes: Uint8Array): void;
}

/** Messages of one step that are shown; a file takes thousands, which look alike. */
const SHOWN = 12;

/** Passes on what a bus says, the beginning of each step in words. */
export class Telling implements Tracer {
  readonly #dialect: Dialect;
  readonly #audience: Audience;
  readonly #begun = performance.now();
  #shown = 0;
  #hidden = 0;
  /** Messages of all steps, both ways. */
  messages = 0;
  bytes = 0;

  constructor(dialect: Dialect, audience: Audience) {
    this.#dialect = dialect;
    this.#audience = audience;
  }

  /** A new step begins: its first messages are shown again. */
  step(): void {
    if (this.#hidden > 0) this.#audience.line?.(`  … ${this.#hidden} more messages`);
    this.#shown = 0;
    this.#hidden = 0;
  }

  frame(direction: 'sent' | 'received', bytes: Uint8Array): void {
    this.messages++;
    this.bytes += bytes.length;
    const t = performance.now() - this.#begun;
    this.#audience.frame?.(t, direction === 'sent' ? 'driver->device' : 'device->driver', bytes);
    if (this.#shown === SHOWN) {
      this.#hidden++;
      return;
    }
    this.#shown++;
    this.#audience.line?.(`  ${describe(this.#dialect, direction, bytes)}`);
  }
}
