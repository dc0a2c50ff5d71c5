import type { Source } from '../table.js';

/**
 * Conditions that are judged one after the other from the top, every one that holds being carried out, until one of them
 * ends the list. A table picks one row; a list goes through all of them.
 */
export interface Rule<Context, Effect> {
  readonly says: string;
  readonly holds: (context: Context) => boolean;
  /** `end` leaves the list; `wait` leaves it until somebody else is done, to go on behind this rule. */
  readonly act: (context: Context, emit: (effect: Effect) => void) => 'next' | 'end' | 'wait';
  readonly source: readonly Source[];
}

/** Told about every condition that was judged. */
export type RuleObserver = (rule: number, held: boolean) => void;

/** Goes through `rules` from number `from`; returns where to go on, or null when the list has come to its end. */
export function judge<Context, Effect>(
  rules: readonly Rule<Context, Effect>[],
  from: number,
  context: Context,
  emit: (effect: Effect) => void,
  observe?: RuleObserver,
): number | null {
  for (let i = from; i < rules.length; i++) {
    const rule = rules[i]!;
    const held = rule.holds(context);
    observe?.(i, held);
    if (!held) continue;
    const outcome = rule.act(context, emit);
    if (outcome === 'end') return null;
    if (outcome === 'wait') return i + 1;
  }
  return null;
}
