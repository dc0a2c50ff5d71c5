import { DialectIndex } from '../../interpret/dialect-index.js';
import { FamilyIndex } from '../../interpret/structs/family-index.js';
import { fromHex } from '../../interpret/values.js';
import type { DialectIR, ProfileIR } from '../../ir/types.js';
import { type Entry, objectOf, surplusOf, textOf } from '../../jsonl/entry.js';
import { isLayoutEntry } from '../../jsonl/layout-entry.js';
import type { IrStore } from '../../store.js';
import { protocolOf } from '../run-vectors.js';
import { dialectMutants } from './dialect-mutants.js';
import { embeddedVectors } from './embedded-vectors.js';
import { familyMutants } from './family-mutants.js';
import { type Hunt, hunt } from './hunt.js';
import { type LayoutSheet, layoutTrials } from './layout-trial.js';
import { type Judges, messageTrial, verdictTrial } from './message-trial.js';
import { type Rules, ruleMutants } from './rule-mutants.js';
import { bytesTrial, choiceTrial, layoutTrial, placeTrial, type StructVector } from './struct-trial.js';
import { holds, type Trial, withoutHeader } from './trial.js';

/** Everything there is to tell mutants of one dialect by. */
interface DialectPool {
  readonly index: DialectIndex;
  readonly bytes: Trial<DialectIndex>[];
  readonly layout: Trial<DialectIndex>[];
  /** Malformed messages: slower, so that they are asked last. */
  readonly verdicts: Trial<Judges>[];
  /** Profiles that the malformed messages are judged by. */
  readonly profiles: Map<string, ProfileIR>;
}

interface FamilyPool {
  readonly index: FamilyIndex;
  readonly vectors: { readonly vector: StructVector; readonly key: string }[];
  /** Vectors of memory layouts, which spell values like messages do and say nothing of offsets. */
  readonly layouts: Trial<FamilyIndex>[];
}

export interface MutationReport {
  /** `v1-2026`, `blk`. */
  readonly name: string;
  readonly vectors: number;
  readonly wire: Hunt;
  /** Mutants of constraints, enumerations and reserved values; null for structs, whose rules nothing judges. */
  readonly rules: Hunt | null;
  /** Vectors that do not even hold for the IR itself, so that they can tell nothing. */
  readonly broken: readonly string[];
}

/** Asks the vectors of files which mutants of the IR they tell from the original. */
export class MutationRunner {
  readonly #dialects = new Map<string, DialectPool>();
  readonly #families = new Map<string, FamilyPool>();

  constructor(readonly store: Pick<IrStore, 'dialect' | 'profile' | 'struct' | 'layout'>) {}

  /** Entries of one file. Frames without fields or a verdict say nothing that a mutant could contradict. */
  file(name: string, entries: readonly Entry[]): void {
    for (const [i, entry] of entries.entries()) {
      if (textOf(entry, 'struct') !== undefined) this.#struct(name, `${name}[${i}]`, entry);
      else if (isLayoutEntry(entry)) this.#layout(`${name}[${i}]`, entry);
      else this.#message(`${name}[${i}]`, entry);
    }
  }

  /** A list of layouts: it states, without bytes, where fields are and what types they have. */
  layouts(name: string, sheet: LayoutSheet): void {
    for (const [dialect, stated] of Object.entries(sheet.dialects)) {
      const found = this.store.dialect(dialect);
      if (found !== null) this.#pool(found.index).layout.push(...layoutTrials(stated, `${name} ${dialect}`));
    }
  }

  /** Dialects and families that have vectors. */
  get names(): string[] {
    const dialects = [...this.#dialects].filter(([, pool]) => pool.bytes.length > 0).map(([name]) => name);
    return [...dialects, ...this.#families.keys()];
  }

  /** Runs the mutants of one dialect or family; `each` hears of every mutant. */
  report(name: string, each?: () => void): MutationReport {
    const dialect = this.#dialects.get(name);
    if (dialect !== undefined) return this.#dialect(name, dialect, each);
    const family = this.#families.get(name);
    if (family === undefined) throw new Error(`no vectors of "${name}"`);
    return familyReport(name, family, each);
  }

  #dialect(name: string, { index, ...own }: DialectPool, each?: () => void): MutationReport {
    // What is carried inside has the bytes of the dialect it comes from, bar the header's names.
    const inside = this.#dialects.get(index.ir.carries?.split('/')[1] ?? '');
    const keys = new Set(index.ir.bodies.map((b) => b.key));
    const carried = (of: 'bytes' | 'layout') => (inside?.[of] ?? []).filter((t) => keys.has(t.key)).map(withoutHeader);
    const bytes = sound([...own.bytes, ...carried('bytes')], index);
    const layout = sound([...own.layout, ...carried('layout')], index);
    const { profiles } = own;
    const verdicts = sound(own.verdicts, { index, profiles });
    const byWire = verdicts.good.map((trial) => ({
      ...trial,
      withoutHeader: undefined,
      holds: (changed: DialectIndex) => trial.holds({ index: changed, profiles }),
    }));
    const indexOf = (ir: DialectIR): DialectIndex => new DialectIndex(ir);
    const trials = { bytes: bytes.good, layout: layout.good, verdicts: byWire };
    const rules = { bytes: [], layout: [], verdicts: verdicts.good };
    const judges = (changed: Rules): Judges => ({ index: indexOf(changed.ir), profiles: changed.profiles });
    return {
      name,
      vectors: bytes.good.length + verdicts.good.length,
      wire: hunt(dialectMutants(index.ir), indexOf, trials, each),
      rules: hunt(ruleMutants({ ir: index.ir, profiles }), judges, rules, each),
      broken: [...bytes.broken, ...layout.broken, ...verdicts.broken],
    };
  }

  #pool(index: DialectIndex): DialectPool {
    const { dialect } = index.ir;
    const pool = this.#dialects.get(dialect) ?? { index, bytes: [], layout: [], verdicts: [], profiles: new Map() };
    this.#dialects.set(dialect, pool);
    return pool;
  }

  #message(label: string, entry: Entry): void {
    const given = textOf(entry, 'dialect');
    const found = given === undefined ? null : this.store.dialect(given);
    if (found === null) return;
    const { index } = found;
    const { protocol, carries } = index.ir;
    const profile = textOf(entry, 'profile') ?? found.profile;
    const verdict = verdictTrial(entry, label, profile);
    // What is carried may be judged by the rules of its own protocol.
    const rules = this.store.profile(protocol, profile) ?? this.store.profile(carries?.split('/')[0] ?? '', profile);
    if (verdict !== null && rules !== null) this.#pool(index).profiles.set(profile, rules);
    const trial = verdict === null ? messageTrial(entry, label) : null;
    if (verdict !== null) this.#pool(index).verdicts.push(verdict);
    if (trial !== null) this.#pool(index).bytes.push(trial);
  }

  #struct(file: string, label: string, entry: Entry): void {
    const struct = textOf(entry, 'struct') ?? '';
    const named = this.store.struct(textOf(entry, 'protocol') ?? protocolOf(file), struct);
    const hex = fromHex(textOf(entry, 'hex') ?? '');
    const fields = objectOf(entry, 'fields');
    if (named === null || !('bytes' in hex) || fields === undefined) return;
    const [offsets, types] = [objectOf(entry, 'offsets') ?? {}, objectOf(entry, 'types') ?? {}];
    const surplus = surplusOf(entry);
    const vector = { struct, label: `${label} ${struct}`, bytes: hex.bytes, fields, offsets, types, surplus };
    this.#familyPool(named.index).vectors.push({ vector, key: named.struct.name });
  }

  #layout(label: string, entry: Entry): void {
    const message = textOf(entry, 'message') ?? '';
    const named = this.store.layout(textOf(entry, 'dialect') ?? '', message);
    const hex = fromHex(textOf(entry, 'hex') ?? '');
    const fields = objectOf(entry, 'fields');
    if (named === null || !('bytes' in hex) || fields === undefined) return;
    const place = { offsets: {}, types: {}, surplus: surplusOf(entry) };
    const vector = { struct: message, label: `${label} ${message}`, bytes: hex.bytes, fields, ...place };
    this.#familyPool(named.index).layouts.push(layoutTrial(vector, named.struct.name));
  }

  #familyPool(index: FamilyIndex): FamilyPool {
    const { family } = index.ir;
    const pool = this.#families.get(family) ?? { index, vectors: [], layouts: [] };
    this.#families.set(family, pool);
    return pool;
  }
}

function familyReport(name: string, { index, vectors, layouts }: FamilyPool, each?: () => void): MutationReport {
  const trialsOf = (of: FamilyPool['vectors']) => ({
    bytes: sound(
      of.map(({ vector, key }) => bytesTrial(vector, key)),
      index,
    ),
    layout: sound(
      of.map(({ vector, key }) => placeTrial(vector, key)),
      index,
    ),
  });
  const own = trialsOf(vectors);
  const spelled = sound(layouts, index);
  // What follows from a vector without being said by it counts only where it is so.
  const cut = trialsOf(embedded(index, vectors));
  const chosen = vectors.map(({ vector, key }) => choiceTrial(vector, key));
  const trials = {
    bytes: [...own.bytes.good, ...spelled.good, ...cut.bytes.good, ...sound(chosen, index).good],
    layout: [...own.layout.good, ...cut.layout.good],
    verdicts: [],
  };
  const wire = hunt(familyMutants(index.ir), (ir) => new FamilyIndex(ir), trials, each);
  const broken = [...own.bytes.broken, ...spelled.broken, ...own.layout.broken];
  return { name, vectors: own.bytes.good.length + spelled.good.length, wire, rules: null, broken };
}

/** Vectors of structs that stand in others alone; those that merely have the same names have other types. */
function embedded(index: FamilyIndex, vectors: FamilyPool['vectors']): FamilyPool['vectors'] {
  const all = vectors.map(({ vector }) => vector);
  return index.ir.structs
    .filter((struct) => !vectors.some(({ key }) => key === struct.name))
    .flatMap((struct) => embeddedVectors(index, struct, all).map((vector) => ({ vector, key: struct.name })))
    .filter(({ vector, key }) => holds(placeTrial(vector, key), index));
}

/** The trials that hold for the IR itself, and the labels of those that do not. */
function sound<Index>(trials: readonly Trial<Index>[], index: Index) {
  const good = trials.filter((trial) => holds(trial, index));
  const broken = trials.filter((trial) => !good.includes(trial)).map((trial) => trial.label);
  return { good, broken };
}
