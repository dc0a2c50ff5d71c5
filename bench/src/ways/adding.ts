import { WrongSubject } from '../codec-case.js';
import { compiled } from '../compiled.js';
import { m1 } from '../corpus.js';
import type { Operation } from '../measure.js';
import { ITEMS, TITLES } from '../messages.js';
import { addOffsets } from './by-hand.js';
import type { Way } from './way.js';

type Adding = (view: DataView, end: number) => number;

/** One field of each EVENT_AVAIL of a stream added up, far above 2³¹, to a loop by hand that keeps its sum in an object. */
export function addingWay(way: string, add: Adding): Way {
  const messages = ITEMS.EVENT_AVAIL.length;
  return {
    message: TITLES.EVENT_AVAIL,
    op: 'decode',
    way,
    baseline: 'by hand, a loop, offset added to an object',
    ours: operation(add),
    hand: operation(addOffsets),
    mask: 0,
    perCall: messages,
    verify() {
      const expected = ITEMS.EVENT_AVAIL.reduce(
        (sum, { record }) => sum + (record as { next_offset: number }).next_offset,
        0,
      );
      for (const [name, f] of [
        ['by hand', addOffsets],
        [way, add],
      ] as const) {
        const got = f(m1, m1.byteLength);
        if (got !== expected)
          throw new WrongSubject(`${TITLES.EVENT_AVAIL} ${name}: offsets come to ${got}, expected ${expected}`);
      }
    },
  };
}

const operation = (add: Adding): Operation => compiled({ add, view: m1, end: m1.byteLength }, '() => add(view, end)');
