import type { DialectIR } from '../ir/types.js';
import type { Pairs } from './pairs.js';

/** Where something was met first: the byte of a raw input, or the line of a text. */
export interface Place {
  readonly input: string;
  readonly offset?: number;
  readonly line?: number;
}

export interface Seen {
  count: number;
  readonly first: Place;
}

export interface BodyCount {
  readonly dialect: string;
  readonly key: string;
  readonly messages: number;
  readonly bytes: number;
}

/** What a summary counts. Counting a message allocates nothing; only a new error code or rule does. */
export class Tally {
  messages = 0;
  bytes = 0;
  /** Lines of text inputs, whatever they hold. */
  lines = 0;
  readonly refused = new Map<string, Seen>();
  readonly findings = new Map<string, Seen>();
  /** Requests and responses, where they are counted too. */
  pairs: Pairs | null = null;
  readonly #dialects = new Map<DialectIR, { messages: Float64Array; bytes: Float64Array }>();

  readonly #structs = new Map<string, BodyCount>();

  /** The counters of a dialect, one slot per body in the order of its IR. */
  countersOf(ir: DialectIR): { readonly messages: Float64Array; readonly bytes: Float64Array } {
    let counters = this.#dialects.get(ir);
    if (counters === undefined) {
      counters = { messages: new Float64Array(ir.bodies.length), bytes: new Float64Array(ir.bodies.length) };
      this.#dialects.set(ir, counters);
    }
    return counters;
  }

  refuse(code: string, where: () => Place): void {
    see(this.refused, code, where);
  }

  find(rule: string, where: () => Place): void {
    see(this.findings, rule, where);
  }

  /** A struct or memory layout of `family`, by the name of its shape. */
  struct(family: string, name: string, bytes: number): void {
    const key = `${family} ${name}`;
    const before = this.#structs.get(key);
    this.#structs.set(key, {
      dialect: family,
      key: name,
      messages: (before?.messages ?? 0) + 1,
      bytes: (before?.bytes ?? 0) + bytes,
    });
  }

  /** Bodies that occurred, the frequent ones first. */
  get bodies(): BodyCount[] {
    const found: BodyCount[] = [...this.#structs.values()];
    for (const [ir, counters] of this.#dialects) {
      ir.bodies.forEach(({ key }, i) => {
        const messages = counters.messages[i] ?? 0;
        if (messages > 0) found.push({ dialect: ir.dialect, key, messages, bytes: counters.bytes[i] ?? 0 });
      });
    }
    return found.sort((a, b) => b.messages - a.messages);
  }

  get clean(): boolean {
    return this.refused.size === 0 && this.findings.size === 0;
  }
}

function see(map: Map<string, Seen>, name: string, where: () => Place): void {
  const seen = map.get(name);
  if (seen === undefined) map.set(name, { count: 1, first: where() });
  else seen.count++;
}
