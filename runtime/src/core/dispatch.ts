import { compiled } from './compiled.js';
import { sorted } from './sorted.js';
import type { Machine } from './table.js';

/** Takes one event in a state: the next state, or null where no row fits. `context` is changed in place. */
export type Dispatch<State, Context, Event, Effect> = (
  state: State,
  context: Context,
  event: Event,
  emit: (effect: Effect) => void,
) => State | null;

/**
 * `step` of a table for where a million steps a second are taken: the effects go to `emit` as they come, and nothing is
 * allocated. Row order stays priority order. A program that may not make code of text (`node
 * --disallow-code-generation-from-strings`, a page's Content-Security-Policy) has the rows looked for in lists instead, at
 * about a fifth more per request.
 */
export function dispatcher<State extends string, Context, Event extends { readonly type: string }, Effect>(
  machine: Machine<State, Context, Event, Effect>,
): Dispatch<State, Context, Event, Effect> {
  try {
    return compiled(machine);
  } catch (reason) {
    if (reason instanceof EvalError) return sorted(machine);
    throw reason;
  }
}
