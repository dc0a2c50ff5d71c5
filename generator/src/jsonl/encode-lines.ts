import { knownNames } from '../diagnostics/did-you-mean.js';
import { encode, type Given } from '../interpret/encode.js';
import { toHex } from '../interpret/values.js';
import type { Finding } from '../rules/finding.js';
import type { IrStore } from '../store.js';
import { type EntryError, entryError, resolveEntry } from './decode-entry.js';
import type { LineOptions } from './decode-lines.js';
import { type Defaults, defaultsFrom, type Entry, objectOf, textOf } from './entry.js';
import { encodeLayoutEntry, isLayoutEntry } from './layout-entry.js';
import { parseLine } from './parse-line.js';
import { encodeStructEntry, isStructEntry } from './struct-entry.js';

/** Encodes line after line; one line in, one line out, in order, whatever the input. */
export class LineEncoder {
  readonly counts = { lines: 0, refused: 0, findings: 0 };
  #defaults: Defaults;

  constructor(
    readonly store: IrStore,
    readonly options: LineOptions = {},
  ) {
    this.#defaults = { dialect: options.dialect, context: {} };
  }

  line(text: string): string {
    this.counts.lines++;
    const parsed = parseLine(text);
    if (!('entry' in parsed)) {
      this.counts.refused++;
      return JSON.stringify(parsed);
    }
    return JSON.stringify(this.entry(parsed.entry));
  }

  /** The entry with `hex` and `size`, or with an `error` that names the field. Lines without names and fields pass through. */
  entry(entry: Entry): Entry {
    if (textOf(entry, 'message') === undefined && entry.fields === undefined && !isStructEntry(entry)) {
      if (textOf(entry, 'dialect') !== undefined) this.#defaults = defaultsFrom(entry, this.#defaults);
      return entry;
    }
    const result = this.#encode(entry);
    if ('error' in result) this.counts.refused++;
    else this.counts.findings += result.findings?.length ?? 0;
    const { hex: _hex, size: _size, error: _error, findings: _findings, ...kept } = entry;
    return { ...kept, ...result };
  }

  #encode(entry: Entry): { hex: string; size: number; findings?: readonly Finding[] } | { error: EntryError } {
    if (isStructEntry(entry)) return encodeStructEntry(this.store, entry);
    if (isLayoutEntry(entry)) return encodeLayoutEntry(this.store, entry, this.#defaults);
    const resolved = resolveEntry(this.store, entry, this.#defaults, this.options.profile);
    if ('error' in resolved) return resolved;
    const { index } = resolved;
    const className = textOf(entry, 'class');
    const message = textOf(entry, 'message') ?? '';
    const kind = textOf(entry, 'kind');
    const bodies = index.ir.bodies.filter(
      (b) => b.message === message && (className ?? b.class) === b.class && (kind ?? b.kind) === b.kind,
    );
    const body = bodies[0];
    if (body === undefined) {
      const wanted = [className, message, kind].filter((part) => part !== undefined).join('.');
      return {
        error: entryError(
          'unknown_message',
          'message',
          wanted,
          knownNames(
            wanted,
            index.ir.bodies.map((b) => b.key),
          ),
        ),
      };
    }
    if (bodies.length > 1) {
      const candidates = bodies.map((b) => b.key);
      return {
        error: { ...entryError('ambiguous', 'message', message, `one of ${candidates.join(', ')}`), candidates },
      };
    }
    for (const key of ['header', 'fields']) {
      if (entry[key] !== undefined && objectOf(entry, key) === undefined) {
        return {
          error: entryError('bad_value', key, JSON.stringify(entry[key]) ?? 'nothing', 'an object of named values'),
        };
      }
    }
    const result = encode(
      index,
      body,
      (objectOf(entry, 'header') ?? {}) as Given,
      (objectOf(entry, 'fields') ?? {}) as Given,
    );
    if ('error' in result) return { error: result.error };
    const findings = result.differs.map(
      (d): Finding => ({
        rule: `header-${d.field}`,
        layer: 'rules',
        field: d.field,
        offset: d.offset,
        got: d.got,
        expected: d.expected,
        clause: 'R1, R3',
      }),
    );
    return { hex: toHex(result.bytes), size: result.size, ...(findings.length === 0 ? {} : { findings }) };
  }
}
