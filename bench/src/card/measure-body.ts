import { WrongSubject } from '../codec-case.js';
import { askChild } from '../processes.js';
import type { CardOrder, CardTold } from './child.js';
import type { Plan } from './plan.js';
import type { Costs } from './subject.js';

/** Measures a body once, in a process of its own. `control`: the functions of `hand.ts` for it instead of the generated ones. */
export async function measureBody(plan: Plan, quick: boolean, control: string | null = null): Promise<Costs> {
  let costs: Costs | null = null;
  let wrong: string | null = null;
  const order: CardOrder = { plan, quick, control };
  const ended = await askChild<CardOrder, CardTold>(new URL('./child.js', import.meta.url), order, (told) => {
    if ('costs' in told) costs = told.costs;
    else wrong = told.wrong;
  });
  if (costs === null) throw new WrongSubject(wrong ?? `${plan.title}: ${ended}`);
  return costs;
}
