import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IdMap } from '../../runtime/dist/core/id-map.js';
import { runs } from './support/properties.js';

describe('a map of numbers handed out one after the other', () => {
  it('keeps those that outlive 4096 others, and gives all of them in their order', () => {
    const map = new IdMap<string>();
    for (const id of [1, 2, 4097, 8193, 8194]) map.set(id, `of ${id}`);
    expect(map.size).toBe(5);
    expect(map.values()).toEqual(['of 1', 'of 2', 'of 4097', 'of 8193', 'of 8194']);
    expect([map.get(4097), map.get(12289), map.get(3)]).toEqual(['of 4097', undefined, undefined]);
    expect([map.delete(1), map.delete(1), map.delete(8193), map.delete(8193)]).toEqual([true, false, true, false]);
    expect([map.get(1), map.get(4097), map.size]).toEqual([undefined, 'of 4097', 3]);
    map.clear();
    expect([map.size, map.values(), map.get(2), map.get(4097)]).toEqual([0, [], undefined, undefined]);
  });

  it('does what a Map does, whatever is taken out when', () => {
    const step = fc.constantFrom(1, 1, 2, 4095, 4096, 8192);
    const act = fc.oneof(
      step.map((by) => ({ do: 'add' as const, by })),
      fc.nat(40).map((n) => ({ do: 'delete' as const, n })),
      fc.nat(20).map((n) => ({ do: n === 0 ? ('clear' as const) : ('look' as const) })),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const map = new IdMap<number>();
        const model = new Map<number, number>();
        const given: number[] = [];
        let id = 0;
        for (const a of acts) {
          if (a.do === 'add') {
            id += a.by;
            given.push(id);
            map.set(id, -id);
            model.set(id, -id);
          } else if (a.do === 'delete') {
            const gone = given[a.n % Math.max(1, given.length)] ?? 1;
            expect(map.delete(gone)).toBe(model.delete(gone));
          } else if (a.do === 'clear') {
            map.clear();
            model.clear();
          } else expect(map.values()).toEqual([...model.values()]);
          expect(map.size).toBe(model.size);
        }
        for (const one of given) expect(map.get(one)).toBe(model.get(one));
      }),
      runs(),
    );
  });
});
