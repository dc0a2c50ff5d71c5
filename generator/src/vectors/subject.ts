import type { Spelled } from '../interpret/values.js';
import type { BodyIR } from '../ir/types.js';

/** What one implementation makes of a message, spelled as the vector files spell it. */
export type Reading =
  | {
      readonly key: string;
      readonly header: Record<string, Spelled>;
      readonly fields: Record<string, Spelled>;
      readonly size: number;
      readonly surplus: number;
    }
  | {
      readonly error: {
        readonly code: string;
        readonly field: string;
        readonly offset: number;
        readonly expected: number | string;
        readonly got: number | string;
      };
    };

/** One way to decode and encode the messages of a dialect: the interpreter, the object codec, the view codec, the flyweight. */
export interface Subject {
  readonly name: string;
  /** `named` settles which body is meant where the header leaves it open. */
  decode(bytes: Uint8Array, named?: BodyIR): Reading;
  /** Hexadecimal digits of the message, or null where this implementation cannot express it. */
  encode(
    body: BodyIR,
    header: Readonly<Record<string, Spelled>>,
    fields: Readonly<Record<string, Spelled>>,
  ): string | null;
}

/** The bodies a header announces, or of several only the one that is named. */
export const settle = (announced: readonly BodyIR[], named: BodyIR | undefined): readonly BodyIR[] =>
  named !== undefined && announced.length > 1 && announced.includes(named) ? [named] : announced;
