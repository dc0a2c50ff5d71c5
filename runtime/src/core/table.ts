/**
 * State machines as tables. A machine is a list of rows and plain data: `step` takes the first row whose state, event and
 * guard fit, in the order they are written, and returns what to do. Nothing here sleeps, reads a clock or touches a socket.
 */

/** Who says so: `S` the specification, `S3` `S4` `S5` one text of it, `P` published practice, `C` our choice. */
export type Source = 'S' | 'S3' | 'S4' | 'S5' | 'P' | 'C';

/** A condition of a row, with the words of the table beside it. */
export interface Guard<Context, Event> {
  readonly says: string;
  readonly holds: (context: Context, event: Event) => boolean;
}

type Typed = { readonly type: string };
type Of<Event extends Typed, Type> = Extract<Event, { readonly type: Type }>;

/** One row: in state `from`, on event `on`, if `guard` holds, go to `to` and do `act`. */
export interface Row<State extends string, Context, Event extends Typed, Effect> {
  readonly from: readonly State[];
  readonly on: Event['type'];
  readonly guard: Guard<Context, never> | null;
  /** `null`: the state stays. A function where the table names a state by what it was, as `recheck(previous)`. */
  readonly to: State | null | ((context: Context) => State);
  readonly act: ((context: Context, event: never, emit: (effect: Effect) => void) => void) | null;
  readonly source: readonly Source[];
}

export interface Machine<State extends string, Context, Event extends Typed, Effect> {
  readonly name: string;
  /** Section of the tables it is written from. */
  readonly section: string;
  readonly states: readonly State[];
  readonly rows: readonly Row<State, Context, Event, Effect>[];
}

/** What a step did; `row` is null where no row fits: no state change, no effect, and the caller counts `bad_state`. */
export interface Step<State extends string, Effect> {
  readonly state: State;
  readonly effects: readonly Effect[];
  readonly row: number | null;
}

/** Told about every guard that was asked, so that a test can see which rows were walked with which outcome. */
export type Observer = (row: number, held: boolean) => void;

/** Takes one event. `context` is changed in place by the row that fits; the effects come in the order they were emitted. */
export function step<State extends string, Context, Event extends Typed, Effect>(
  machine: Machine<State, Context, Event, Effect>,
  state: State,
  context: Context,
  event: Event,
  observe?: Observer,
): Step<State, Effect> {
  for (const [index, row] of machine.rows.entries()) {
    if (row.on !== event.type || !row.from.includes(state)) continue;
    const held = row.guard === null || row.guard.holds(context, event as never);
    observe?.(index, held);
    if (!held) continue;
    const effects: Effect[] = [];
    row.act?.(context, event as never, (effect) => effects.push(effect));
    const next = typeof row.to === 'function' ? row.to(context) : (row.to ?? state);
    return { state: next, effects, row: index };
  }
  return { state, effects: [], row: null };
}

/** Writes rows with the types of one machine filled in; the event of `when` and `act` is narrowed to the row's own. */
export function table<State extends string, Context, Event extends Typed, Effect>() {
  return {
    row<Type extends Event['type']>(
      from: State | readonly State[],
      on: Type,
      to: State | null | ((context: Context) => State),
      source: Source | readonly Source[],
      rest: {
        readonly when?: readonly [says: string, holds: (context: Context, event: Of<Event, Type>) => boolean];
        readonly act?: (context: Context, event: Of<Event, Type>, emit: (effect: Effect) => void) => void;
      } = {},
    ): Row<State, Context, Event, Effect> {
      return {
        from: typeof from === 'string' ? [from] : from,
        on,
        guard: rest.when === undefined ? null : { says: rest.when[0], holds: rest.when[1] as never },
        to,
        act: (rest.act as never) ?? null,
        source: typeof source === 'string' ? [source] : source,
      };
    },
  };
}
