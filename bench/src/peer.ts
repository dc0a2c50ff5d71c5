import { KINDS, type Kind, type Records } from './messages.js';

/**
 * What somebody might use instead, behind one interface. Only `encode`, and `decode` with `read`, are timed, so that a library is
 * given its best case: inputs are prepared and opened, readers and output buffers made beforehand.
 */
export interface PeerCodec<K extends Kind = Kind> {
  /** `own`: the library cannot write the bytes of the wire, and is checked by what it reads back. */
  readonly layout: 'wire' | 'own';
  /** What its encoder takes; by default the record itself. */
  readonly prepare?: (record: Records[K]) => unknown;
  /** Encodes; null where the library only decodes. */
  readonly encode: ((given: never) => unknown) | null;
  /** The encoded bytes, owned; by default a copy of the Uint8Array that `encode` returns. */
  readonly bytes?: (given: never) => Uint8Array;
  /** What a program would hold of a message it received; by default the bytes. */
  readonly open?: (bytes: Uint8Array) => unknown;
  readonly decode: (opened: never) => unknown;
  /** Reads every field and folds it; by default as from a plain object of the fields. */
  readonly read?: (decoded: never) => number;
  /** The fields by name, to compare each with the record; by default what was decoded. */
  readonly plain?: (decoded: never) => Readonly<Record<string, unknown>>;
}

export interface Peer {
  readonly name: string;
  readonly codecs: { readonly [K in Kind]: PeerCodec<K> };
}

/** A codec per kind, for libraries that are told the layout as data. */
export const eachKind = (make: (kind: Kind) => PeerCodec<Kind>): Peer['codecs'] =>
  Object.fromEntries(KINDS.map((kind) => [kind, make(kind)])) as unknown as Peer['codecs'];

export const owned = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes);
export const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes);
