import { readFileSync } from 'node:fs';
import { type Drift, type DriftFinding, drift } from '@virtio-wire/generator';
import { expect } from 'vitest';
import { indexOf } from './dialects.js';
import { path, shipped } from './schema.js';

export const irOf = (name: string) => indexOf(name).ir;

/** Lines of a real revision, see its first line. */
export const FIXTURE = 'test/fixtures/drift/rfc3-tables.tex';
export const rfc3 = readFileSync(path(FIXTURE), 'utf8');

export const against = (text: string, dialect = 'rfc3'): Promise<Drift> =>
  drift([{ file: 'spec.tex', text }], irOf(dialect));

/** The same with the lines of the schema, which costs their reading. */
export const placed = (text: string, dialect: string): Promise<Drift> =>
  drift([{ file: 'spec.tex', text }], irOf(dialect), shipped());

/** A finding as one line: `49 name GET_DEVICE_INFO.response.vendor_id`. */
export const brief = (f: DriftFinding): string => {
  const of = [f.message, f.body, f.field].filter((part) => part !== null).join('.');
  return `${f.place.line} ${f.kinds.join('+')}${of === '' ? '' : ` ${of}`}`;
};

export const found = async (text: string, dialect?: string): Promise<string[]> =>
  (await against(text, dialect)).findings.map(brief);

/** The text of the real revision with one thing changed, which has to be there. */
export function changed(from: string, to: string): string {
  expect(rfc3).toContain(from);
  return rfc3.replace(from, () => to);
}

export const lineOf = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split('\n').length;
