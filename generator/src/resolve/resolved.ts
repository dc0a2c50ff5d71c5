import type { BodyKind, Sender } from '../ir/types.js';
import type { DialectSource } from '../language/dialect.js';
import type { EnumerationSource } from '../language/enumeration.js';
import type { FieldSource } from '../language/field.js';
import type { BodySource } from '../language/message.js';
import type { Path, SourceFile } from '../read/source-file.js';

/** Where in which file something is declared; inherited things keep the place in the parent's file. */
export interface Origin {
  readonly source: SourceFile;
  readonly path: Path;
  readonly protocol: string;
  readonly dialect: string;
}

export interface Declared<T> {
  readonly value: T;
  readonly origin: Origin;
}

export interface ResolvedMessage {
  readonly class: string;
  readonly name: string;
  /** What it is called where its lineage first has it; `@dialect` behind a name that another message has taken along. */
  readonly identity: string;
  readonly id: Declared<number>;
  readonly from: Sender;
  readonly anyDevice: boolean;
  readonly hot: boolean;
  readonly doc: string;
  readonly spec: string;
  /** Where this dialect last says something about the message. */
  readonly origin: Origin;
  readonly bodies: ReadonlyMap<BodyKind, Declared<BodySource>>;
}

/** A dialect with everything it inherits, still without offsets. */
export interface ResolvedDialect {
  readonly value: DialectSource;
  readonly source: SourceFile;
  readonly parent: ResolvedDialect | null;
  /** The dialect of another protocol whose messages travel between its own. */
  readonly carried: ResolvedDialect | null;
  readonly framing: Declared<NonNullable<DialectSource['framing']>> | null;
  readonly limits: Declared<NonNullable<DialectSource['limits']>> | null;
  readonly header: Declared<readonly FieldSource[]> | null;
  readonly classes: Declared<NonNullable<DialectSource['classes']>> | null;
  readonly ranges: Declared<NonNullable<DialectSource['ranges']>> | null;
  /** Of classes and ranges only what this lineage states itself, without those of the carried dialect. */
  readonly ownClasses: Declared<NonNullable<DialectSource['classes']>> | null;
  readonly ownRanges: Declared<NonNullable<DialectSource['ranges']>> | null;
  readonly enums: ReadonlyMap<string, Declared<EnumerationSource>>;
  /** By `class.NAME`. */
  readonly messages: ReadonlyMap<string, ResolvedMessage>;
}
