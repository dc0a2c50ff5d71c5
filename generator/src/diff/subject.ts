import type { DialectIndex } from '../interpret/dialect-index.js';
import type { FamilyIndex } from '../interpret/structs/family-index.js';
import type { ConstraintIR, EnumIR } from '../ir/types.js';
import type { Reading } from './item.js';
import type { Slot } from './slot.js';
import type { Trial } from './trial.js';

/** What may be compared: a dialect of messages with another one, a family of structs with another one. */
export type Comparable = DialectIndex | FamilyIndex;

/** A message body or one shape of a struct: what stands in bytes as one piece. */
export interface Unit {
  readonly key: string;
  /** The key under which its lineage first had it: what makes two units one. */
  readonly identity: string;
  readonly slots: readonly Slot[];
  /** Byte its slots count from: the end of the header, or 0. */
  readonly start: number;
  readonly rules: readonly ConstraintIR[];
  /** What else tells it: id, type bits, values of a tag; compared one by one, as text. */
  readonly facts: readonly Fact[];
}

export interface Fact {
  readonly name: string;
  readonly value: string;
  /** What kind of change it is when it differs, and on which axis. */
  readonly axis: 'wire' | 'meaning';
}

/** One side of a comparison: everything the comparison and the trials need of a dialect or family, and nothing else. */
export interface Subject {
  /** `virtio-msg/rfc3`. */
  readonly name: string;
  readonly header: readonly Slot[];
  readonly units: readonly Unit[];
  readonly enums: readonly EnumIR[];
  /** Bytes of a unit with the values of a trial, by the reference interpreter; null where it cannot be written so. */
  write(unit: Unit, trial: Trial): Uint8Array | null;
  /** By which of its units this side would read one that it does not have; null where it would go by the bytes alone. */
  standIn(unit: Unit): Unit | null;
  /** How this side reads bytes. `expected` is asked only where the bytes do not tell. */
  read(bytes: Uint8Array, expected: Unit | null): Reading;
}
