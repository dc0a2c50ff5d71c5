import { DIRECTIONS, type GpioDirection, GpioTrigger } from './layout.js';

const TRIGGERS: readonly number[] = Object.values(GpioTrigger);

/** One line: where it goes, its levels on both sides, and when it interrupts. */
export class GpioLine {
  #direction: GpioDirection = 'none';
  #output = 0;
  #input = 0;
  #trigger: number = GpioTrigger.NONE;
  /** An edge that the driver has not been told of. */
  #latched = false;

  get direction(): GpioDirection {
    return this.#direction;
  }

  /** What is on the line. */
  get level(): number {
    return this.#direction === 'out' ? this.#output : this.#input;
  }

  get enabled(): boolean {
    return this.#trigger !== GpioTrigger.NONE;
  }

  /** Whether the driver is to be interrupted as soon as it may be: levels count while they last, edges until told. */
  get due(): boolean {
    if (this.#trigger === GpioTrigger.HIGH) return this.#input === 1;
    if (this.#trigger === GpioTrigger.LOW) return this.#input === 0;
    return this.#latched;
  }

  /** The outside puts a level on the line. */
  drive(level: number): void {
    const edge = Number(level > this.#input) * GpioTrigger.RISING + Number(level < this.#input) * GpioTrigger.FALLING;
    this.#input = level;
    // The types of edges are bits, those of levels other bits.
    if ((this.#trigger & edge) !== 0) this.#latched = true;
  }

  /** The driver has been told. */
  told(): void {
    this.#latched = false;
  }

  setOutput(level: number): boolean {
    if (level > 1) return false;
    this.#output = level;
    return true;
  }

  /** False, and nothing changes, for what is no direction, or an output that interrupts. */
  setDirection(value: number): boolean {
    const direction = DIRECTIONS[value];
    if (direction === undefined || (direction === 'out' && this.enabled)) return false;
    if (direction === 'none') this.reset();
    this.#direction = direction;
    return true;
  }

  /**
   * False, and nothing changes, for what is no type, for an output, and for a line that interrupts by another type: that is
   * to be disabled first (Virtio 1.3, 5.18.6.8).
   */
  setTrigger(type: number): boolean {
    if (!TRIGGERS.includes(type)) return false;
    if (type !== GpioTrigger.NONE && (this.#direction === 'out' || (this.enabled && this.#trigger !== type)))
      return false;
    this.#trigger = type;
    if (type === GpioTrigger.NONE) this.#latched = false;
    return true;
  }

  /** Forgets all the driver has made of the line. */
  reset(): void {
    this.#direction = 'none';
    this.#output = 0;
    this.#trigger = GpioTrigger.NONE;
    this.#latched = false;
  }
}
