import { type Dispatch, dispatcher } from '../core/dispatch.js';
import type { Machine } from '../core/table.js';
import { rethrowLater } from './rethrow.js';

/**
 * A machine at work: it keeps the state, takes one event at a time and has the effects of each performed before the next,
 * whatever these set off meanwhile. What an effect throws surfaces later; the effects behind it are performed all the same.
 */
export class Actor<State extends string, Context, Event extends { readonly type: string }, Effect> {
  readonly context: Context;
  readonly #dispatch: Dispatch<State, Context, Event, Effect>;
  readonly #perform: (effect: Effect) => void;
  readonly #unfit: (event: Event) => void;
  readonly #moved: ((before: State, after: State, event: Event) => void) | null;
  readonly #emit: (effect: Effect) => void;
  readonly #waiting: Event[] = [];
  /** Effects of the event that is being taken; the room is kept, an event has two or three. */
  readonly #effects: (Effect | undefined)[] = [];
  #count = 0;
  #busy = false;
  #state: State;

  /** `unfit` is told of events no row fits; `moved` of every change of state, before the effects. */
  constructor(
    machine: Machine<State, Context, Event, Effect>,
    context: Context,
    does: {
      readonly perform: (effect: Effect) => void;
      readonly unfit: (event: Event) => void;
      readonly moved?: (before: State, after: State, event: Event) => void;
    },
  ) {
    this.context = context;
    this.#dispatch = dispatcherOf(machine);
    this.#perform = does.perform;
    this.#unfit = does.unfit;
    this.#moved = does.moved ?? null;
    this.#state = machine.states[0]!;
    this.#emit = (effect) => {
      this.#effects[this.#count++] = effect;
    };
  }

  get state(): State {
    return this.#state;
  }

  /** Nothing is being worked on: an event would be taken at once. */
  get idle(): boolean {
    return !this.#busy;
  }

  tell(event: Event): void {
    if (this.#busy) {
      this.#waiting.push(event);
      return;
    }
    this.#busy = true;
    try {
      this.#take(event);
      while (this.#waiting.length > 0) this.#take(this.#waiting.shift()!);
    } finally {
      this.#busy = false;
    }
  }

  #take(event: Event): void {
    const before = this.#state;
    this.#count = 0;
    const after = this.#dispatch(before, this.context, event, this.#emit);
    if (after === null) {
      this.#unfit(event);
      return;
    }
    this.#state = after;
    if (after !== before && this.#moved !== null) this.#tellMove(before, after, event);
    // Nothing is emitted meanwhile: whatever is told now waits until these are performed.
    for (let i = 0; i < this.#count; i++) {
      const effect = this.#effects[i]!;
      this.#effects[i] = undefined;
      try {
        this.#perform(effect);
      } catch (reason) {
        rethrowLater(reason);
      }
    }
  }

  #tellMove(before: State, after: State, event: Event): void {
    try {
      this.#moved?.(before, after, event);
    } catch (reason) {
      rethrowLater(reason);
    }
  }
}

const DISPATCHERS = new WeakMap<object, unknown>();

/** A machine is sorted once, however many of its kind are at work. */
function dispatcherOf<State extends string, Context, Event extends { readonly type: string }, Effect>(
  machine: Machine<State, Context, Event, Effect>,
): Dispatch<State, Context, Event, Effect> {
  let known = DISPATCHERS.get(machine) as Dispatch<State, Context, Event, Effect> | undefined;
  if (known === undefined) {
    known = dispatcher(machine);
    DISPATCHERS.set(machine, known);
  }
  return known;
}
