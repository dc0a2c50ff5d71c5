import { WrongSubject } from '../codec-case.js';
import { type Effort, QUICK } from '../measure.js';
import { answerParent } from '../processes.js';
import type { Plan } from './plan.js';
import { type Costs, costOf, generated, handStyle, WRITTEN } from './subject.js';

/** What to measure: the generated functions against the derived baseline, or `hand.ts` against it. */
export interface CardOrder {
  readonly plan: Plan;
  readonly quick: boolean;
  readonly control: string | null;
}

export type CardTold = { readonly costs: Costs } | { readonly wrong: string } | { readonly done: true };

/** There are hundreds of bodies. */
const HASTY: Effort = { samples: 11, sampleMs: 2, warmMs: 40 };

/** Measures one body in a process that has seen no other. */
answerParent<CardOrder, CardTold>(async ({ plan, quick, control }, tell) => {
  try {
    const subject = control === null ? await generated(plan) : WRITTEN[control]!;
    const who = control === null ? 'generated' : 'hand.ts';
    await tell({ costs: costOf(plan, who, subject, handStyle(plan), quick ? HASTY : QUICK) });
  } catch (error) {
    if (!(error instanceof WrongSubject)) throw error;
    await tell({ wrong: error.message });
  }
});
