/** Devices that are looked at together; the others wait, so that a full bus does not fill the table of requests. */
const LOOKS = 16;

type Looked = () => void;

export interface LookQueueOptions {
  /** Asks what is there under a number; `looked` is called when that is known. */
  readonly look: (number: number, looked: Looked) => void;
  /** Whether the bus has ended: nothing is looked at any more. */
  readonly over: () => boolean;
  /** Nothing is left to look at. */
  readonly idle: () => void;
}

/** Device numbers to ask about, some at a time, and whom to tell when that is done. */
export class LookQueue {
  readonly #options: LookQueueOptions;
  readonly #waiting = new Map<number, Looked[]>();
  #next: Iterator<[number, Looked[]]> | null = null;
  #looking = 0;
  #handingOut = false;

  constructor(options: LookQueueOptions) {
    this.#options = options;
  }

  add(number: number, looked?: Looked): void {
    const waiting = this.#waiting.get(number) ?? [];
    if (looked !== undefined) waiting.push(looked);
    this.#waiting.set(number, waiting);
    this.#handOut();
  }

  addAll(numbers: readonly number[]): void {
    for (const number of numbers) this.#waiting.set(number, []);
    this.#handOut();
  }

  /** The number need not be looked at any more; whoever waited is told. */
  forget(number: number): void {
    for (const looked of this.#waiting.get(number) ?? []) looked();
    this.#waiting.delete(number);
  }

  /** Nothing is looked at any more; whoever waited is told. */
  end(): void {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const waiting of all) for (const looked of waiting) looked();
  }

  #handOut(): void {
    if (this.#handingOut || this.#options.over()) return;
    this.#handingOut = true;
    while (this.#looking < LOOKS) {
      // One walk goes on as long as there is something, past what was added meanwhile.
      this.#next ??= this.#waiting.entries();
      const { value } = this.#next.next();
      if (value === undefined) {
        this.#next = null;
        break;
      }
      const [number, waiting] = value;
      this.#waiting.delete(number);
      this.#looking++;
      this.#options.look(number, () => {
        this.#looking--;
        for (const looked of waiting) looked();
        this.#handOut();
      });
    }
    this.#handingOut = false;
    if (this.#looking === 0 && this.#waiting.size === 0) this.#options.idle();
  }
}
