import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Timers } from '../../runtime/dist/bus/timers.js';
import { runs } from './support/properties.js';
import { HandClock } from './support/shell-clock.js';

/** Lets time pass to the next timer that runs out by then, as a program does: whatever was to be done soon is done first. */
function fire(clock: HandClock, until: number): boolean {
  while (clock.turn());
  return clock.fire(until);
}

describe('timers', () => {
  it('keep nothing of those that were cancelled, whatever their durations were', () => {
    const clock = new HandClock();
    const fired: number[] = [];
    const timers = new Timers<number>(clock, (key) => fired.push(key));
    for (let i = 0; i < 10_000; i++) {
      timers.arm(i, 1000 + i / 7);
      timers.cancel(i);
    }
    expect(timers.size).toBe(0);
    expect(clock.timers.size).toBeLessThanOrEqual(1);
    while (fire(clock, 1e9));
    expect(clock.timers.size).toBe(0);
    expect(fired).toEqual([]);
  });

  it('do not tell of one that somebody who was told before has cancelled or armed anew', () => {
    const clock = new HandClock();
    const fired: string[] = [];
    const timers: Timers<string> = new Timers(clock, (key) => {
      fired.push(`${key} ${clock.time}`);
      if (key !== 'first') return;
      timers.cancel('second');
      timers.arm('third', 5);
    });
    timers.arm('first', 10);
    timers.arm('second', 10);
    timers.arm('third', 10);
    timers.arm('fourth', 10);
    while (fire(clock, 100));
    expect(fired).toEqual(['first 10', 'fourth 10', 'third 15']);
  });

  it('never ask the clock for a wait of less than nothing, however long a turn has taken', () => {
    const clock = new HandClock();
    const fired: string[] = [];
    const timers = new Timers<string>(clock, (key) => fired.push(key));
    timers.arm('first', 10);
    while (clock.turn());
    // The process is held up; in the next turn, before the clock is heard, another is armed.
    clock.time = 25;
    timers.arm('second', 10);
    while (clock.fire(25));
    while (fire(clock, 100));
    expect(fired).toEqual(['first', 'second']);
  });

  it('go on with the others when one throws', () => {
    const clock = new HandClock();
    const fired: string[] = [];
    const timers = new Timers<string>(clock, (key) => {
      if (key === 'bad') throw new Error('bad');
      fired.push(key);
    });
    timers.arm('bad', 10);
    timers.arm('good', 10);
    expect(() => fire(clock, 100)).toThrow('bad');
    while (fire(clock, 100));
    expect(fired).toEqual(['good']);
  });

  it('take waits that are none, endless ones, and ones longer than a clock can', () => {
    const clock = new HandClock();
    const fired: string[] = [];
    const timers = new Timers<string>(clock, (key) => fired.push(key));
    timers.arm('endless', Number.POSITIVE_INFINITY);
    timers.arm('no number', Number.NaN);
    timers.arm('past', -5);
    timers.arm('long', 2 ** 40);
    while (fire(clock, 10));
    expect(fired).toEqual(['no number', 'past']);
    for (const timer of clock.timers) expect(timer.due - clock.time).toBeLessThan(2 ** 31);
    timers.clear();
    expect(timers.size).toBe(0);
    expect(clock.timers.size).toBe(0);
  });

  it('count from the end of the turn they are armed in, for one look at the clock', () => {
    const clock = new HandClock();
    let looks = 0;
    const watched = {
      now: () => {
        looks++;
        return clock.now();
      },
      after: clock.after.bind(clock),
      soon: clock.soon.bind(clock),
    };
    const fired: string[] = [];
    const timers = new Timers<string>(watched, (key) => fired.push(`${key} ${clock.time}`));
    timers.arm('first', 10);
    clock.time = 3;
    timers.arm('second', 10);
    timers.arm('short', 5);
    timers.arm('gone', 1);
    timers.cancel('gone');
    while (clock.turn());
    expect([looks, clock.turns.length]).toEqual([1, 0]);
    while (fire(clock, 100));
    expect(fired).toEqual(['short 8', 'first 13', 'second 13']);
  });

  it('run out in the order they are due, once, when or after they are due, in every order of calls', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('arm' as const), key: fc.nat(9), ms: fc.constantFrom(0, 1, 5, 10, 50, 200, 7.5) }),
      fc.record({ do: fc.constant('cancel' as const), key: fc.nat(9) }),
      // The last is a clock that jumps.
      fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(0, 1, 3, 10, 1000) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.boolean(), (steps, jumps) => {
        const clock = new HandClock();
        const due = new Map<number, number>();
        let last = -1;
        const timers = new Timers<number>(clock, (key) => {
          const at = due.get(key);
          if (at === undefined || at > clock.time || at < last) throw new Error(`${key} at ${clock.time}, due ${at}`);
          last = at;
          due.delete(key);
        });
        for (const s of steps) {
          if (s.do === 'arm') {
            timers.arm(s.key, s.ms);
            due.set(s.key, clock.time + s.ms);
          } else if (s.do === 'cancel') {
            timers.cancel(s.key);
            due.delete(s.key);
          } else {
            while (clock.turn());
            if (jumps) clock.time += s.ms;
            const until = clock.time + (jumps ? 0 : s.ms);
            last = -1;
            while (fire(clock, until));
            clock.time = until;
            for (const at of due.values()) if (at < until) throw new Error(`forgotten at ${until}, due ${at}`);
          }
          if (timers.size !== due.size) throw new Error(`${timers.size} run, ${due.size} should`);
        }
      }),
      runs(),
    );
  });
});
