import type { DialectIndex } from '../interpret/dialect-index.js';
import type { IntFieldIR } from '../ir/types.js';
import type { Direction } from '../rules/finding.js';
import type { Pairs } from './pairs.js';
import { codeOf, readNumber } from './read-number.js';

const NEITHER = 0;
const REQUEST = 1;
const RESPONSE = 2;

/** Reads off a message what ties it to its partner: who asks, class, id, device and token. */
export class PairReader {
  readonly #kinds: Uint8Array;
  readonly #base: Float64Array;
  readonly #deviceAt: number;
  readonly #deviceType: number;
  readonly #tokenAt: number;
  readonly #tokenType: number;

  constructor(
    { ir, deviceField, tokenField }: DialectIndex,
    readonly pairs: Pairs,
  ) {
    const classes = ir.classes.map((c) => c.name);
    this.#kinds = Uint8Array.from(ir.bodies, (b) =>
      b.kind === 'request' ? REQUEST : b.kind === 'response' ? RESPONSE : NEITHER,
    );
    // Class and id above 32 bits of device and token, and below two bits for the side that asks.
    this.#base = Float64Array.from(ir.bodies, (b) => (classes.indexOf(b.class) * 256 + b.id) * 2 ** 34);
    [this.#deviceAt, this.#deviceType] = placeOf(deviceField);
    [this.#tokenAt, this.#tokenType] = placeOf(tokenField);
  }

  /** Hears of the message at `p`, which holds body `i`. */
  hear(view: DataView, p: number, i: number, direction: Direction | null): void {
    const kind = this.#kinds[i];
    if (kind === NEITHER) return;
    const device = this.#deviceAt < 0 ? 0 : readNumber(view, p + this.#deviceAt, this.#deviceType) % 0x10000;
    const token = this.#tokenAt < 0 ? 0 : readNumber(view, p + this.#tokenAt, this.#tokenType) % 0x10000;
    const driver = (direction === 'driver->device') === (kind === REQUEST);
    const asker = direction === null ? 2 : driver ? 0 : 1;
    const key = (this.#base[i] as number) + asker * 2 ** 32 + device * 0x10000 + token;
    if (kind === REQUEST) this.pairs.ask(key, this.#tokenAt >= 0);
    else this.pairs.answer(key);
  }
}

/** Where a field of up to 16 bits stands; of a wider one, its lower bits tell. */
const placeOf = (field: IntFieldIR | null): [number, number] =>
  field === null ? [-1, 0] : [field.offset, codeOf(field.type)];
