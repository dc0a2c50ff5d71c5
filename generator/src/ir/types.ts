/**
 * The resolved intermediate representation of one dialect: flat, self-contained, with absolute offsets.
 *
 * It is what `generated/ir/<protocol>/<dialect>.json` holds. Every back end, the interpreter and the rule engine are
 * pure functions of it; none of them ever looks at the YAML again. All offsets and sizes are in bytes and count from
 * the first byte of the message, header included.
 */
export const IR_FORMAT = 1;

/** Integer types on the wire. A plain name is little-endian; `be…` is big-endian; `s…` is two's complement. */
export type IntType = 'u8' | 'u16' | 'u24' | 'u32' | 'u64' | 's32' | 'be16' | 'be32';

/** Which of the three shapes a body has. An event has the response bit clear, like a request. */
export type BodyKind = 'request' | 'response' | 'event';

/** Who puts a body on the wire. */
export type Sender = 'driver' | 'device' | 'either';

/** What a header field means to the codec; everything else about it is an ordinary field. */
export type HeaderRole = 'type' | 'id' | 'device' | 'token' | 'size';

export interface DialectIR {
  readonly format: typeof IR_FORMAT;
  /** Hash over everything else in this document: `sha256:` and 64 hexadecimal digits. */
  readonly hash: string;
  readonly protocol: string;
  readonly dialect: string;
  /** The dialect this one extends, or null for the root of a lineage. */
  readonly parent: string | null;
  /** The dialect of another protocol whose messages are among the bodies, as `protocol/dialect`. */
  readonly carries: string | null;
  readonly title: string;
  readonly doc: string;
  readonly spec: string;
  /** Name of the rule profile that judges this dialect unless another is asked for. */
  readonly profile: string;
  /** Other names for exactly these bytes, sorted by name. */
  readonly aliases: readonly AliasIR[];
  readonly framing: FramingIR;
  /** Size limits the text states for a message, in bytes. */
  readonly limits: LimitsIR;
  readonly header: readonly IntFieldIR[];
  /** The message classes and the value of the class bits in the header's type field. */
  readonly classes: readonly ClassIR[];
  readonly ranges: readonly RangeIR[];
  readonly enums: readonly EnumIR[];
  /** Sorted by class, id and kind. */
  readonly bodies: readonly BodyIR[];
  /**
   * Messages (`class.MESSAGE`) that their lineage first had under another name, and that name: what keeps them one
   * message across dialects. A name that a renamed message left to a new one is told from it by `@dialect`.
   */
  readonly renamed?: readonly { readonly name: string; readonly was: string }[];
  readonly unresolved: readonly UnresolvedIR[];
}

export interface AliasIR {
  readonly name: string;
  readonly doc: string;
  readonly profile: string;
}

export interface FramingIR {
  /** Size of the header in bytes; payload starts here. */
  readonly headerSize: number;
  /** Every message has exactly this many bytes (null: the header's size field tells). */
  readonly fixedSize: number | null;
  /** Bits of the type field that tell class and response; all others are ignored on receive. */
  readonly typeMask: number;
  /** The bit of the type field that marks a response. */
  readonly responseBit: number;
}

export interface LimitsIR {
  readonly min: number | null;
  readonly max: number | null;
  readonly recommended: number | null;
}

export interface ClassIR {
  readonly name: string;
  /** Value of the class bits in the type field of this class's messages. */
  readonly type: number;
  readonly doc: string;
}

/** Who owns a range of message ids. */
export interface RangeIR {
  readonly class: string;
  readonly from: number;
  readonly to: number;
  readonly owner: string;
  readonly doc: string;
}

export interface EnumIR {
  readonly name: string;
  /** Values combine by OR (a flag set) instead of excluding each other. */
  readonly flags: boolean;
  /** Other values than the listed ones may occur. */
  readonly open: boolean;
  readonly doc: string;
  readonly spec: string;
  readonly values: readonly EnumValueIR[];
  readonly ranges: readonly EnumRangeIR[];
}

export interface EnumValueIR {
  readonly name: string;
  readonly value: number;
  readonly doc: string;
}

export interface EnumRangeIR {
  readonly from: number;
  readonly to: number;
  readonly owner: string;
  readonly doc: string;
}

/** One message body: what stands between header and end for one (class, id, kind). */
export interface BodyIR {
  /** `class.MESSAGE.kind`, for example `transport.SET_VQUEUE.request`. */
  readonly key: string;
  readonly class: string;
  readonly message: string;
  readonly kind: BodyKind;
  readonly id: number;
  /** Value of the header's type field: class bits and response bit. */
  readonly type: number;
  readonly from: Sender;
  /** May carry a device number although messages of its class are for no device. */
  readonly anyDevice: boolean;
  /** On the data path: dispatchers test it first. */
  readonly hot: boolean;
  readonly doc: string;
  readonly spec: string;
  /** The dialect whose file declares this body; with its protocol where that is another one. */
  readonly origin: string;
  /** Bytes of header and fixed part. A shorter message does not hold this body. */
  readonly minSize: number;
  /** Bytes of the largest possible message, or null when only the header's size field bounds it. */
  readonly maxSize: number | null;
  readonly fields: readonly FieldIR[];
  readonly constraints: readonly ConstraintIR[];
}

export type FieldIR = IntFieldIR | IntsFieldIR | BytesFieldIR;

interface FieldBase {
  readonly name: string;
  /** The name under which the lineage first had this field; absent where it is the same. What it is told by across dialects. */
  readonly was?: string;
  readonly offset: number;
  /** Written as zero by a sender that follows the text. */
  readonly reserved: boolean;
  readonly doc: string;
  readonly spec: string;
}

/** One integer, possibly split into named groups of bits. */
export interface IntFieldIR extends FieldBase {
  readonly kind: 'int';
  readonly type: IntType;
  readonly size: number;
  readonly enum: string | null;
  readonly bits: readonly BitsIR[];
  readonly role: HeaderRole | null;
}

/** An array of integers. */
export interface IntsFieldIR extends FieldBase {
  readonly kind: 'ints';
  readonly type: IntType;
  /** Size of one element in bytes. */
  readonly elementSize: number;
  readonly count: CountIR;
}

/** An array of bytes, spelled as lower-case hexadecimal digits in JSON. */
export interface BytesFieldIR extends FieldBase {
  readonly kind: 'bytes';
  readonly count: CountIR;
  readonly format: 'bytes' | 'uuid' | 'mac' | 'bitmap';
}

/** How many elements an array has. */
export type CountIR =
  | { readonly fixed: number }
  /** `field` holds the count in `unit`; for bits the array has ceil(count / 8) bytes. */
  | { readonly field: string; readonly unit: 'elements' | 'bytes' | 'bits' };

export interface BitsIR {
  readonly name: string;
  /** Least significant bit, 0 being the integer's lowest. */
  readonly lsb: number;
  readonly width: number;
  readonly reserved: boolean;
  readonly doc: string;
}

/** A condition the text puts on the values of a body, beyond its shape. */
export interface ConstraintIR {
  /** Field the finding points at. */
  readonly field: string;
  /** Closed expression over the fields of the body, in the constraint language. */
  readonly expression: string;
  readonly doc: string;
  readonly clause: string;
}

export interface UnresolvedIR {
  readonly id: string;
  readonly about: string;
  readonly readings: readonly { readonly source: string; readonly says: string }[];
  readonly chosen: string;
  readonly why: string;
}

/** The rules one kind of receiver, or one text, applies to messages whose shape is right. */
export interface ProfileIR {
  readonly name: string;
  readonly title: string;
  readonly doc: string;
  readonly spec: string;
  /** Whether reserved bits and fields that are not zero are reported. */
  readonly reserved: 'judged' | 'ignored';
  /** Whether the constraints of the dialect's schema are applied. */
  readonly constraints: 'judged' | 'ignored';
  /** Whether enumerated fields must hold an assigned or owned value. */
  readonly enums: 'judged' | 'ignored';
  /** `correlation`: requests and their responses non-zero, events zero. `opaque`: not judged. */
  readonly token: 'correlation' | 'opaque';
  /** Whether bus messages must carry device number 0. */
  readonly busDevice: 'zero' | 'ignored';
  /** Kinds of body whose size must be exact. */
  readonly exactSize: readonly BodyKind[];
  /** Whether bytes delivered after the message must be zero. */
  readonly padding: 'zero' | 'ignored';
  /** Whether a SET_CONFIG generation must match the device's. */
  readonly generation: 'strict' | 'negotiated' | 'ignored';
  /** Whether a device answers its requests in the order in which they were asked. */
  readonly answers: 'in_order' | 'any_order';
  /** Largest message this receiver takes, in bytes (null: none known). */
  readonly maxMessageSize: number | null;
  /** Largest device number this receiver takes (null: any). */
  readonly maxDevice: number | null;
  /** Bodies this receiver does not serve, by key. */
  readonly refuses: readonly { readonly key: string; readonly doc: string; readonly clause: string }[];
  /** Further constraints, by body key. */
  readonly rules: readonly (ConstraintIR & { readonly key: string })[];
}
