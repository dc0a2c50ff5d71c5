import { WrongSubject } from '../codec-case.js';
import { LONG, QUICK } from '../measure.js';
import { answerParent } from '../processes.js';
import { measureWay, type WayRow } from './measure-way.js';
import { ways } from './plan.js';

/** Which of `ways`. */
export interface WayOrder {
  readonly index: number;
  readonly quick: boolean;
}

export type WayTold = { readonly row: WayRow } | { readonly wrong: string } | { readonly done: true };

/** Measures one way in a process that has seen no other. */
answerParent<WayOrder, WayTold>(async ({ index, quick }, tell) => {
  try {
    await tell({ row: measureWay(ways()[index]!, quick ? QUICK : LONG) });
  } catch (error) {
    if (!(error instanceof WrongSubject)) throw error;
    await tell({ wrong: error.message });
  }
});
