import type { BareFrame } from '../capture/frames.js';
import { type Decoded, decode, isRefused } from '../interpret/decode.js';
import type { DialectIndex } from '../interpret/dialect-index.js';
import { spellAll } from '../interpret/values.js';
import type { BodyIR } from '../ir/types.js';
import type { Context } from '../rules/finding.js';
import { judge } from '../rules/judge.js';
import { type QuietCheck, quietCheck } from '../stream/quiet-check.js';
import { errorOf } from '../stream/shape-table.js';
import { NEUTRAL } from './neutral.js';

/** One kind of objection to a dialect, and where it was met first. */
export interface Objection {
  /** An error code of the codec, a rule, or `surplus`, `trailing`, `unasked`. */
  readonly code: string;
  count: number;
  /** Number of the frame, from 1 on. */
  readonly frame: number;
  /** The message the frame is in this dialect, or its type and id where it is none. */
  readonly message: string;
  readonly detail: string;
}

/** What one dialect makes of a capture. */
export interface Heard {
  readonly index: DialectIndex;
  /** From -1 (nothing is a message of this dialect) to 1 (everything is, without a flaw). */
  readonly score: number;
  readonly frames: number;
  /** Frames that hold a body, and those of them without any objection. */
  readonly read: number;
  readonly clean: number;
  readonly responses: number;
  /** Responses whose request stands before them: id, device, and token where there is one. */
  readonly answers: number;
  readonly objections: readonly Objection[];
  /** Message names with their class, as `transport.GET_CONFIG`. */
  readonly seen: ReadonlySet<string>;
}

/** What a flaw takes away from a frame that is read; a refused frame counts -1. */
const FLAW = 0.5;

interface Reading {
  readonly decoded: Decoded;
  readonly flaws: readonly Flaw[];
  readonly asked: Pending | null;
}

interface Flaw {
  readonly code: string;
  readonly detail: string;
}

interface Pending {
  readonly header: Readonly<Record<string, unknown>>;
  readonly token: unknown;
}

/**
 * Lets one dialect hear the frames. `byBytes` weighs a frame by its length: where the dialect itself cut the bytes into
 * frames, their number says nothing.
 */
export function hear(index: DialectIndex, frames: readonly BareFrame[], byBytes = false): Heard {
  return new Hearing(index, byBytes).all(frames);
}

class Hearing {
  readonly #objections = new Map<string, Objection>();
  readonly #seen = new Set<string>();
  /** Open requests by id and device. */
  readonly #open = new Map<string, Pending[]>();
  readonly #quiet: QuietCheck;
  #points = 0;
  #weight = 0;
  #read = 0;
  #clean = 0;
  #responses = 0;
  #answers = 0;

  constructor(
    readonly index: DialectIndex,
    readonly byBytes: boolean,
  ) {
    this.#quiet = quietCheck(index, NEUTRAL);
  }

  all(frames: readonly BareFrame[]): Heard {
    for (const frame of frames) this.#frame(frame);
    return {
      index: this.index,
      score: this.#weight === 0 ? -1 : this.#points / this.#weight,
      frames: frames.length,
      read: this.#read,
      clean: this.#clean,
      responses: this.#responses,
      answers: this.#answers,
      objections: [...this.#objections.values()].sort((a, b) => b.count - a.count || a.frame - b.frame),
      seen: this.#seen,
    };
  }

  #frame(frame: BareFrame): void {
    if (frame.fresh) this.#open.clear();
    const weight = this.byBytes ? frame.bytes.length : 1;
    this.#weight += weight;
    const known = this.#refusedBefore(frame.bytes);
    if (known !== null) {
      this.#points -= weight;
      known.count++;
      return;
    }
    const result = this.#readings(frame);
    if ('code' in result) {
      this.#points -= weight;
      this.#object(frame, result, result.name);
      return;
    }
    const { decoded, flaws, asked } = result;
    const { body } = decoded;
    this.#read++;
    this.#seen.add(`${body.class}.${body.message}`);
    if (body.kind === 'request') this.#ask(decoded);
    if (body.kind === 'response') {
      this.#responses++;
      if (asked !== null) {
        this.#answers++;
        this.#close(decoded, asked);
      }
    }
    if (flaws.length === 0) this.#clean++;
    this.#points += weight * Math.max(0, 1 - FLAW * flaws.length);
    for (const flaw of flaws) this.#object(frame, flaw, `${body.message} ${body.kind}`);
  }

  /** Most dialects refuse most frames for the same reason, which is told once. */
  #refusedBefore(bytes: Uint8Array): Objection | null {
    const body = this.#quiet.shape.check(viewOf(bytes), 0, bytes.length);
    return body < 0 ? (this.#objections.get(errorOf(body)) ?? null) : null;
  }

  /** The reading with the fewest flaws, where a header leaves open which body it announces. */
  #readings(frame: BareFrame): Reading | (Flaw & { readonly name: string }) {
    let announced: readonly BodyIR[] = [];
    const first = decode(this.index, frame.bytes, (bodies) => {
      announced = bodies;
      return bodies.slice(0, 1);
    });
    const others = announced.slice(1).map((body) => decode(this.index, frame.bytes, () => [body]));
    const read = [first, ...others].filter((d): d is Decoded => !isRefused(d)).map((d) => this.#reading(frame, d));
    const [best] = read.sort((a, b) => a.flaws.length - b.flaws.length);
    if (best !== undefined) return best;
    if (!isRefused(first)) return this.#reading(frame, first);
    const { code, message } = first.error;
    return { code, detail: message, name: this.#nameOf(frame.bytes, announced[0]) };
  }

  #reading(frame: BareFrame, decoded: Decoded): Reading {
    const { body, surplus, size } = decoded;
    const flaws: Flaw[] = [];
    if (surplus !== null)
      flaws.push({ code: 'surplus', detail: `${surplus.length} bytes within the message after its content` });
    const { fixedSize } = this.index.ir.framing;
    if (fixedSize !== null && frame.bytes.length > fixedSize)
      flaws.push({ code: 'frame_size', detail: `${frame.bytes.length} bytes, every frame has ${fixedSize}` });
    else if (frame.bytes.subarray(size).some((b) => b !== 0))
      flaws.push({ code: 'trailing', detail: `bytes after the ${size} that the header counts are not zero` });
    const asked = body.kind === 'response' ? this.#asked(decoded) : null;
    if (body.kind === 'response' && asked === null) flaws.push({ code: 'unasked', detail: 'no request before it' });
    const context: Context = asked === null ? {} : { request: asked.header };
    const { direction, bytes } = frame;
    const { index } = this;
    const findings =
      asked === null && this.#silent(frame, body)
        ? []
        : judge({ index, decoded, bytes, profile: NEUTRAL, direction, context, named: null });
    const rules = new Set<string>();
    for (const { rule, field, got, expected } of findings) {
      if (rules.has(rule)) continue;
      rules.add(rule);
      flaws.push({ code: rule, detail: `${field} is ${got}, expected ${expected}` });
    }
    return { decoded, flaws, asked };
  }

  /** Whether no rule about the message alone has anything to say, which is cheaper to find out than what they say. */
  #silent({ bytes, direction }: BareFrame, body: BodyIR): boolean {
    const { shape } = this.#quiet;
    const view = viewOf(bytes);
    const i = shape.check(view, 0, bytes.length);
    return this.index.ir.bodies[i] === body && this.#quiet.quiet(view, 0, bytes.length, i, direction, Number.NaN);
  }

  #key({ body, header }: Decoded): string {
    const device = this.index.deviceField === null ? '' : header[this.index.deviceField.name];
    return `${body.class} ${body.id} ${String(device)}`;
  }

  #token({ header }: Decoded): unknown {
    return this.index.tokenField === null ? null : header[this.index.tokenField.name];
  }

  #ask(decoded: Decoded): void {
    const key = this.#key(decoded);
    const asked: Pending = {
      header: { ...decoded.header, fields: spellAll(decoded.fields) },
      token: this.#token(decoded),
    };
    const open = this.#open.get(key);
    if (open === undefined) this.#open.set(key, [asked]);
    else if (open.push(asked) > MOST_OPEN) open.shift();
  }

  /** The request with this token, else the oldest one: some peers answer with another token. */
  #asked(decoded: Decoded): Pending | null {
    const open = this.#open.get(this.#key(decoded)) ?? [];
    return open.find(({ token }) => token === this.#token(decoded)) ?? open[0] ?? null;
  }

  #close(decoded: Decoded, asked: Pending): void {
    const open = this.#open.get(this.#key(decoded));
    open?.splice(open.indexOf(asked), 1);
  }

  #object({ number }: BareFrame, { code, detail }: Flaw, message: string): void {
    const there = this.#objections.get(code);
    if (there === undefined) this.#objections.set(code, { code, count: 1, frame: number, message, detail });
    else there.count++;
  }

  #nameOf(bytes: Uint8Array, body: BodyIR | undefined): string {
    if (body !== undefined) return `${body.message} ${body.kind}`;
    return bytes.length === 1 ? '1 byte' : `${bytes.length} bytes`;
  }
}

/** Requests of one id and device that may wait; a peer that never answers must not make every look longer. */
const MOST_OPEN = 64;

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
