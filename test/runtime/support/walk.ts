import type { Machine } from '../../../runtime/dist/core/table.js';
import { step } from '../../../runtime/dist/core/table.js';

type Typed = { readonly type: string };

export interface Walk<State extends string, Context, Event extends Typed> {
  /** Where to begin; contexts are plain data and are cloned before every step. */
  readonly starts: readonly { readonly state: State; readonly context: Context }[];
  /** Events worth trying in a state; they may look at the context, for example to answer what was asked. */
  readonly events: (state: State, context: Context) => readonly Event[];
  /** Longest path from a start. */
  readonly depth: number;
  /** Most situations looked at; a table that needs more is told about, not searched for ever. */
  readonly budget?: number;
}

export interface Coverage {
  /** Rows never taken, guards never seen with one of their outcomes, and what the table does not say of itself, in words. */
  readonly missing: readonly string[];
  readonly steps: number;
}

/**
 * Walks a table breadth first from its starts, with every event in every situation it comes to, and tells which rows were
 * not taken and which guards were not seen to hold and to fail.
 */
export function walk<State extends string, Context, Event extends Typed, Effect>(
  machine: Machine<State, Context, Event, Effect>,
  plan: Walk<State, Context, Event>,
  check: (
    before: { state: State; context: Context },
    event: Event,
    effects: readonly Effect[],
    after: { state: State; context: Context },
  ) => void = () => {},
): Coverage {
  const held = new Set<number>();
  const failed = new Set<number>();
  const seen = new Set<string>();
  let frontier = plan.starts.map((s) => ({ state: s.state, context: structuredClone(s.context) }));
  let steps = 0;
  for (let depth = 0; depth < plan.depth && frontier.length > 0; depth++) {
    const next: typeof frontier = [];
    for (const situation of frontier) {
      for (const event of plan.events(situation.state, situation.context)) {
        if (++steps > (plan.budget ?? 200_000))
          throw new Error(`${machine.name}: more than ${plan.budget ?? 200_000} steps; narrow the events`);
        const context = structuredClone(situation.context);
        const result = step(machine, situation.state, context, event, (row, outcome) =>
          (outcome ? held : failed).add(row),
        );
        const after = { state: result.state, context };
        check(situation, event, result.effects, after);
        const key = `${after.state} ${JSON.stringify(context, (_k, v) => (typeof v === 'bigint' ? `${v}n` : v instanceof Map || v instanceof Set ? [...v] : v))}`;
        if (seen.has(key)) continue;
        seen.add(key);
        next.push(after);
      }
    }
    frontier = next;
  }
  const missing = machine.rows.flatMap((row, i) => {
    const label = `${machine.name} row ${i}: ${row.from.join(', ')} on ${row.on}${row.guard === null ? '' : ` if ${row.guard.says}`}`;
    return [
      ...(held.has(i) ? [] : [`${label}: never taken`]),
      ...(row.guard !== null && !failed.has(i) ? [`${label}: its guard never failed`] : []),
    ];
  });
  return { missing: [...missing, ...unsaid(machine)], steps };
}

const SOURCES = ['S', 'S3', 'S4', 'S5', 'P', 'C'];

/** What a table owes its reader: which section it is, who says so of each row, and each guard in words. */
function unsaid<State extends string, Context, Event extends Typed, Effect>(
  machine: Machine<State, Context, Event, Effect>,
): string[] {
  const known: readonly string[] = machine.states;
  return [
    ...(/^[a-z][a-z -]*$/.test(machine.name) && /^\d+(\.\d+)*$/.test(machine.section) ? [] : ['its name or section']),
    ...machine.rows.flatMap((row, i) => {
      const sourced = row.source.length > 0 && row.source.every((s) => SOURCES.includes(s));
      const placed = row.from.length > 0 && row.from.every((s) => known.includes(s));
      const worded = row.guard === null || row.guard.says.length > 0;
      return sourced && placed && worded ? [] : [`${machine.name} row ${i}: its source, states or words`];
    }),
  ];
}
