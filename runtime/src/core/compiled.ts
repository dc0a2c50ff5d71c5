import type { Dispatch } from './dispatch.js';
import type { Machine } from './table.js';

/**
 * A table as a function of its own: a switch over states, in each a switch over events, and in each the rows that fit, in
 * their order.
 *
 *     case 'open': switch (event.type) {
 *       case 'answer':
 *         if (guard0(context, event)) { act0(context, event, emit); return 'sent'; }
 *         act1(context, event, emit); return 'answered';
 *     }
 *
 * What is gained is that a guard or an action has a place of its own where it is called, so that an engine compiles it into
 * that place; called out of one loop that all tables share, each is a jump to somewhere else. The text consists of numbers
 * of rows and of names of the table, quoted.
 *
 * @throws {EvalError} where the program may not make code of text.
 */
export function compiled<State extends string, Context, Event extends { readonly type: string }, Effect>(
  machine: Machine<State, Context, Event, Effect>,
): Dispatch<State, Context, Event, Effect> {
  const { rows } = machine;
  const parts = rows.flatMap(({ guard, act, to }, i) => [
    ...(guard === null ? [] : [`const guard${i} = rows[${i}].guard.holds;`]),
    ...(act === null ? [] : [`const act${i} = rows[${i}].act;`]),
    ...(typeof to === 'function' ? [`const to${i} = rows[${i}].to;`] : []),
  ]);
  const text = `'use strict';
${parts.join('\n')}
return (state, context, event, emit) => {
  switch (state) {
${machine.states.map((state) => ofState(machine, state)).join('\n')}
  }
  return null;
};`;
  return new Function('rows', text)(rows) as Dispatch<State, Context, Event, Effect>;
}

type AnyMachine = Pick<Machine<string, never, { readonly type: string }, never>, 'name'> & {
  readonly rows: readonly {
    readonly from: readonly string[];
    readonly on: string;
    readonly guard: unknown;
    readonly act: unknown;
    readonly to: unknown;
  }[];
};

function ofState({ rows }: AnyMachine, state: string): string {
  const own = [...rows.entries()].filter(([, { from }]) => from.includes(state));
  const events = [...new Set(own.map(([, { on }]) => on))];
  const cases = events.map((on) => {
    const lines = own.filter(([, row]) => row.on === on).map(([i, row]) => ofRow(i, row, state));
    return `      case ${quoted(on)}:\n${lines.join('\n')}\n        return null;`;
  });
  return `    case ${quoted(state)}: switch (event.type) {\n${cases.join('\n')}\n    } return null;`;
}

function ofRow(i: number, { guard, act, to }: AnyMachine['rows'][number], state: string): string {
  const asked = guard === null ? '' : `if (guard${i}(context, event)) `;
  const done = act === null ? '' : `act${i}(context, event, emit); `;
  const next = typeof to === 'function' ? `to${i}(context)` : quoted((to as string | null) ?? state);
  return `        ${asked}{ ${done}return ${next}; }`;
}

const quoted = (name: string): string => JSON.stringify(name);
