import { describe, expect, it } from 'vitest';
import { loopback } from '../../runtime/dist/medium/loopback.js';
import { Heard, message } from './support/medium-contract.js';

describe('the loopback', () => {
  it('delivers by pump() alone where nothing schedules, one round at a time', () => {
    const { ends, pump } = loopback({ schedule: null });
    const [a, b] = ends;
    const atA = new Heard(a);
    const atB = new Heard(b);
    atA.onMessage = (bytes) => a.send(bytes);
    atB.onMessage = (bytes) => {
      b.send(bytes);
      expect(pump()).toBe(0);
    };
    a.send(message(8, 1));
    for (let round = 0; round < 10; round++) expect(pump()).toBe(1);
    expect([atA.messages.length, atB.messages.length]).toEqual([5, 5]);
  });

  it('schedules one task for many messages', () => {
    const tasks: (() => void)[] = [];
    const [a, b] = loopback({ schedule: (task) => tasks.push(task) }).ends;
    const atB = new Heard(b);
    for (let i = 0; i < 10; i++) a.send(message(8, i));
    expect(tasks.length).toBe(1);
    tasks[0]!();
    expect(atB.messages.length).toBe(10);
    expect(tasks.length).toBe(1);
  });

  it('holds its backlog and one message for an end without receiver', () => {
    const { ends, pump } = loopback({ schedule: null, backlog: 0 });
    const [a, b] = ends;
    const atA = new Heard(a);
    expect([a.send(message(8, 1)), a.send(message(8, 2))]).toEqual(['sent', 'full']);
    expect(pump()).toBe(0);
    new Heard(b);
    expect(pump()).toBe(1);
    expect(atA.writables).toBe(1);
    expect(a.send(message(8, 3))).toBe('sent');
  });
});
