import type { Place } from '../diagnostics/diagnostic.js';
import type { BodyKind, Sender } from '../ir/types.js';

/** A LaTeX source: its path as shown to people, and its text. */
export interface SpecText {
  readonly file: string;
  readonly text: string;
}

/** The classes of messages that the text of virtio-msg defines. */
export type TextClass = 'transport' | 'bus';

/** Something in the text that cannot be read as it was meant. The rest is read all the same. */
export interface Problem {
  readonly place: Place;
  readonly message: string;
  readonly hint: string;
}

/** What a text says about the length of a field, in bytes. `max` is null where it depends on the message. */
export interface StatedSize {
  readonly text: string;
  readonly min: number;
  readonly max: number | null;
}

/** One line of a layout; offsets count from the start of the payload. */
export interface TextRow {
  readonly place: Place;
  /** Null where the line cannot be read, or its table has no such column. */
  readonly offset: number | null;
  readonly size: StatedSize | null;
  readonly content: string;
  /** Reported as a problem: it stands for one field, whichever that is. */
  readonly broken: boolean;
}

/** `any`: the text does not say which of the three, as the ERROR message of early texts. */
export interface TextBody {
  readonly kind: BodyKind | 'any';
  readonly place: Place;
  /** Empty where the text says that there is no payload. */
  readonly rows: readonly TextRow[];
}

export interface TextMessage {
  readonly class: TextClass;
  readonly name: string;
  readonly place: Place;
  readonly bodies: readonly TextBody[];
}

/** A line of a table of message ids. */
export interface TextId {
  readonly class: TextClass;
  /** Null where the text reserves the number. */
  readonly name: string | null;
  readonly id: number;
  readonly sender: Sender | null;
  readonly place: Place;
}

/** A line of a table of constants: `DEVICE_BUS_STATE_ADDED`. */
export interface TextConstant {
  readonly name: string;
  readonly value: number;
  readonly place: Place;
}

/** What was read from all the files together. */
export interface TextModel {
  readonly files: readonly string[];
  readonly messages: readonly TextMessage[];
  readonly ids: readonly TextId[];
  /** Listings of the common header; offsets count from its start. */
  readonly headers: readonly TextBody[];
  readonly constants: readonly TextConstant[];
  readonly problems: readonly Problem[];
}
