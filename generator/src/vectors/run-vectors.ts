import { isDeepStrictEqual } from 'node:util';
import { DialectIndex } from '../interpret/dialect-index.js';
import type { FamilyIndex } from '../interpret/structs/family-index.js';
import { spellLayout } from '../interpret/structs/spell-layout.js';
import { fromHex } from '../interpret/values.js';
import type { DialectIR } from '../ir/types.js';
import { LineDecoder } from '../jsonl/decode-lines.js';
import { type Entry, textOf } from '../jsonl/entry.js';
import { framesOf } from '../jsonl/frames.js';
import { isLayoutEntry } from '../jsonl/layout-entry.js';
import { withoutReserved } from '../jsonl/spell-header.js';
import type { IrStore } from '../store.js';
import { difference, disagreements } from './agreement.js';
import { loadCodecs } from './codec-module.js';
import { interpreterSubject } from './interpreter-subject.js';
import { type FamilyModule, loadFamily } from './structs/family-module.js';
import { runStruct, structDisagreements } from './structs/run-structs.js';
import type { StructSubject } from './structs/struct-subject.js';
import { structSubjects } from './structs/subjects.js';
import type { Reading, Subject } from './subject.js';
import { allSubjects, EXPRESSES_LESS } from './subjects.js';

/** One comparison that did not come out as the vector says. */
export interface Failure {
  readonly vector: string;
  readonly subject: string;
  readonly what: string;
}

export interface DialectCount {
  vectors: number;
  checks: number;
  failed: number;
}

/** Outcome of a run: per dialect what was compared, and everything that differed. */
export interface VectorRun {
  readonly dialects: Map<string, DialectCount>;
  readonly failures: Failure[];
  /** Entries of dialects or protocols this schema does not have, by name. */
  readonly unknown: Map<string, number>;
}

/** Runs vector and trace entries through every implementation, and malformed ones through the layers. */
export class VectorRunner {
  readonly run: VectorRun = { dialects: new Map(), failures: [], unknown: new Map() };
  readonly #subjects = new Map<string, readonly Subject[]>();
  readonly #structSubjects = new Map<string, readonly StructSubject[]>();

  constructor(readonly store: IrStore) {}

  /** Every implementation of a dialect, for tests that bring their own bytes. */
  static readonly subjects = allSubjects;
  static readonly disagreements = disagreements;

  /** The same for structs. */
  static readonly structSubjects = async (
    index: FamilyIndex,
    module?: FamilyModule,
  ): Promise<readonly StructSubject[]> => structSubjects(index, module ?? (await loadFamily(index.ir)));
  static readonly structDisagreements = structDisagreements;

  /** How many vectors the interpreter gets wrong for dialects that exist in memory only. */
  static interpreterFailures(dialects: readonly DialectIR[], entries: readonly Entry[]): number {
    const indexes = new Map(dialects.map((ir) => [ir.dialect, new DialectIndex(ir)]));
    return entries.filter((entry) => {
      const index = indexes.get(textOf(entry, 'dialect') ?? '');
      const hex = fromHex(textOf(entry, 'hex') ?? '');
      if (index === undefined || !('bytes' in hex)) return false;
      const reading = interpreterSubject(index).decode(hex.bytes, index.byKey(keyOf(entry)));
      return 'error' in reading || reading.key !== keyOf(entry) || !isDeepStrictEqual(reading.fields, entry.fields);
    }).length;
  }

  /** Entries of one file; a trace's first line names the dialect of those after it. */
  async file(name: string, entries: readonly Entry[]): Promise<void> {
    let inherited: string | undefined;
    for (const [number, entry] of entries.entries()) {
      const frames = framesOf(entry);
      const given = textOf(entry, 'dialect') ?? inherited;
      if (textOf(entry, 'struct') !== undefined) {
        await this.#struct(name, number, entry);
        continue;
      }
      if (frames.length === 0) {
        inherited = given;
        continue;
      }
      if (given !== undefined && isLayoutEntry(entry) && (await this.#layout(name, number, entry, given))) continue;
      const found = given === undefined || isLayoutEntry(entry) ? null : this.store.dialect(given);
      if (found === null) {
        const key = given ?? textOf(entry, 'protocol') ?? textOf(entry, 'struct') ?? 'no dialect';
        this.run.unknown.set(key, (this.run.unknown.get(key) ?? 0) + 1);
        continue;
      }
      const label = `${name}[${number}] ${['name', 'message', 'kind', 'set']
        .map((k) => textOf(entry, k))
        .filter((t) => t !== undefined)
        .join(' ')}`;
      await this.#entry(
        label,
        entry,
        frames.map((f) => f.hex),
        found.index,
      );
    }
  }

  /** An entry of a file of structs, which names its protocol only by what it is called. */
  async #struct(file: string, number: number, entry: Entry): Promise<void> {
    const spelled = textOf(entry, 'struct') ?? '';
    const protocol = textOf(entry, 'protocol') ?? protocolOf(file);
    const named = this.store.struct(protocol, spelled);
    const bytes = fromHex(textOf(entry, 'hex') ?? '');
    if (named === null || !('bytes' in bytes)) {
      const key = `${protocol} ${spelled}`;
      this.run.unknown.set(key, (this.run.unknown.get(key) ?? 0) + 1);
      return;
    }
    const { index } = named;
    const expect = this.#counting(nameOf(index), `${file}[${number}] ${spelled}`);
    runStruct(index, named, await this.#subjectsOfFamily(index), entry, bytes.bytes, expect);
  }

  /** An entry of a memory layout; false where its dialect has no such layout. */
  async #layout(file: string, number: number, entry: Entry, dialect: string): Promise<boolean> {
    const message = textOf(entry, 'message') ?? '';
    const named = this.store.layout(dialect, message);
    const bytes = fromHex(textOf(entry, 'hex') ?? '');
    if (named === null || !('bytes' in bytes)) return false;
    const { index } = named;
    const label = [message, textOf(entry, 'set') ?? textOf(entry, 'name') ?? ''].join(' ').trim();
    const expect = this.#counting(nameOf(index), `${file}[${number}] ${label}`);
    if (textOf(entry, 'verdict') !== undefined) expect('layers', this.#verdict(entry), this.#verdict(entry) === '');
    runStruct(index, named, await this.#subjectsOfFamily(index), entry, bytes.bytes, expect, (shape, flat) =>
      shape === undefined ? flat : spellLayout(shape, flat),
    );
    return true;
  }

  async #subjectsOfFamily(index: FamilyIndex): Promise<readonly StructSubject[]> {
    const name = nameOf(index);
    let subjects = this.#structSubjects.get(name);
    if (subjects === undefined) {
      subjects = await VectorRunner.structSubjects(index);
      this.#structSubjects.set(name, subjects);
    }
    return subjects;
  }

  /** Counts a vector of a dialect or family, and every comparison that is made for it. */
  #counting(name: string, label: string): (subject: string, what: string, ok: boolean) => void {
    const count = this.run.dialects.get(name) ?? { vectors: 0, checks: 0, failed: 0 };
    this.run.dialects.set(name, count);
    count.vectors++;
    return (subject, what, ok) => {
      count.checks++;
      if (ok) return;
      count.failed++;
      this.run.failures.push({ vector: label, subject, what });
    };
  }

  async #entry(label: string, entry: Entry, frames: readonly string[], index: DialectIndex): Promise<void> {
    const expect = this.#counting(index.ir.dialect, label);
    const subjects = await this.#subjectsOf(index);
    if (textOf(entry, 'verdict') !== undefined) expect('layers', this.#verdict(entry), this.#verdict(entry) === '');
    for (const hex of frames) {
      const bytes = fromHex(hex);
      if (!('bytes' in bytes)) continue;
      this.#frame(entry, bytes.bytes, index, subjects, expect);
    }
  }

  #frame(
    entry: Entry,
    bytes: Uint8Array,
    index: DialectIndex,
    subjects: readonly Subject[],
    expect: (subject: string, what: string, ok: boolean) => void,
  ): void {
    const named = index.byKey(keyOf(entry));
    const readings = subjects.map((s) => s.decode(bytes, named));
    const oracle = readings[0] as Reading;
    const hex = Buffer.from(bytes).toString('hex');
    readings.forEach((reading, i) => {
      const name = subjects[i]?.name ?? '';
      if (i > 0)
        expect(
          name,
          `differs from the interpreter: ${difference(oracle, reading)}`,
          difference(oracle, reading) === '',
        );
      if (entry.fields !== undefined) {
        const same =
          !('error' in reading) &&
          isDeepStrictEqual(reading.fields, entry.fields) &&
          (entry.header === undefined ||
            isDeepStrictEqual(withoutReserved(index.ir.header, reading.header), entry.header));
        expect(name, `decodes to ${JSON.stringify(reading)}`, same);
      }
    });
    if ('error' in oracle || oracle.surplus > 0) return;
    const body = index.byKey(oracle.key);
    if (body === undefined) return;
    for (const subject of subjects) {
      const encoded = subject.encode(body, oracle.header, oracle.fields);
      // Neither arguments nor setters can give a header other type bits; reserved values have no argument.
      if (encoded === null && EXPRESSES_LESS.includes(subject.name)) continue;
      expect(subject.name, `encodes to ${encoded ?? 'nothing'}`, encoded === withoutPadding(hex, oracle.size));
    }
  }

  /** Empty where the right layer reports, else what was expected and what reported. */
  #verdict(entry: Entry): string {
    const answer = new LineDecoder(this.store).entry(entry);
    const findings = (answer.findings ?? []) as readonly { layer: string }[];
    const layers = new Set([...(answer.error === undefined ? [] : ['codec']), ...findings.map((f) => f.layer)]);
    const reported = layers.size === 0 ? 'none' : [...layers].join(', ');
    const layer = textOf(entry, 'layer') ?? 'codec';
    const ok = entry.verdict === 'accept' ? layers.size === 0 : layers.has(layer);
    return ok
      ? ''
      : `verdict ${String(entry.verdict)} wants ${entry.verdict === 'accept' ? 'no layer' : `layer ${layer}`} to report, reported: ${reported}`;
  }

  async #subjectsOf(index: DialectIndex): Promise<readonly Subject[]> {
    const known = this.#subjects.get(index.ir.dialect);
    if (known !== undefined) return known;
    const module = await loadCodecs(index.ir);
    const subjects = allSubjects(index, module);
    this.#subjects.set(index.ir.dialect, subjects);
    return subjects;
  }
}

const nameOf = ({ ir }: FamilyIndex): string => `${ir.protocol}/${ir.family}`;

/** Key of the body that an entry names. */
const keyOf = (entry: Entry): string => `${String(entry.class)}.${String(entry.message)}.${String(entry.kind)}`;

const withoutPadding = (hex: string, size: number): string => hex.slice(0, size * 2);

/** Vector files of structs carry no protocol: it follows from the file. */
export const protocolOf = (file: string): string => {
  const stem = (file.split('/').pop() ?? '').replace(/\.jsonl?$/, '');
  return stem === 'virtio-structs' ? 'virtio-core' : stem;
};
