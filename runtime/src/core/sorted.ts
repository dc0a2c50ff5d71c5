import type { Dispatch } from './dispatch.js';
import type { Machine, Row } from './table.js';

/** The rows of one state: those of event `types[i]` are `rows[i]`. */
interface OfState<R> {
  readonly state: string;
  readonly types: string[];
  readonly rows: R[][];
}

/**
 * A table whose rows are sorted by state and event once. States and events are looked for one by one: a few comparisons of
 * pointers cost less than a property whose name is not known when this is compiled, which all machines share.
 */
export function sorted<State extends string, Context, Event extends { readonly type: string }, Effect>(
  machine: Machine<State, Context, Event, Effect>,
): Dispatch<State, Context, Event, Effect> {
  type R = Row<State, Context, Event, Effect>;
  const index = machine.states.map((state): OfState<R> => {
    const own = machine.rows.filter((row) => row.from.includes(state));
    const types = [...new Set(own.map((row) => row.on))];
    return { state, types, rows: types.map((type) => own.filter((row) => row.on === type)) };
  });
  return (state, context, event, emit) => {
    let s = 0;
    while (index[s]!.state !== state) s++;
    const { types, rows: byType } = index[s]!;
    const { type } = event;
    let t = 0;
    while (t < types.length && types[t] !== type) t++;
    if (t === types.length) return null;
    const rows = byType[t]!;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      if (row.guard !== null && !row.guard.holds(context, event as never)) continue;
      if (row.act !== null) row.act(context, event as never, emit);
      const { to } = row;
      return typeof to === 'function' ? to(context) : (to ?? state);
    }
    return null;
  };
}
