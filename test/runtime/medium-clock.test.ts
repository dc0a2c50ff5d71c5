import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { REAL_CLOCK } from '../../runtime/dist/medium/clock.js';

const folder = mkdtempSync(join(tmpdir(), 'medium-clock-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Holds up the whole process. */
const hold = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the clock on the wall', () => {
  it('lets an answer that came while the process was held up be heard before the timer that waits for it', async () => {
    const server = createServer();
    server.listen(join(folder, 'bus'));
    await once(server, 'listening');
    const near = connect(join(folder, 'bus'));
    const [[far]] = (await Promise.all([once(server, 'connection'), once(near, 'connect')])) as [[Socket], unknown];
    for (let i = 0; i < 5; i++) {
      const order: string[] = [];
      near.once('data', () => order.push('answer'));
      await turn();
      const over = new Promise<void>((resolve) => {
        REAL_CLOCK.after(1, () => {
          order.push('timer');
          resolve();
        });
      });
      far.write('x');
      hold(20);
      await over;
      expect(order).toEqual(['answer', 'timer']);
    }
    near.destroy();
    far.destroy();
    server.close();
  });

  it('calls nothing that was cancelled, not even when its time has come already', async () => {
    const called: string[] = [];
    const cancels = [
      REAL_CLOCK.after(0, () => called.push('at once')),
      REAL_CLOCK.after(1000, () => called.push('late')),
    ];
    // Behind the first timer, as both are overdue, and before the turn in which it would be called.
    const behind = new Promise<void>((resolve) => setTimeout(resolve, 0));
    hold(20);
    await behind;
    for (const cancel of cancels) cancel();
    for (let i = 0; i < 10; i++) await turn();
    expect(called).toEqual([]);
  });
});
