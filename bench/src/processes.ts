import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Row } from './task.js';

/** What a child is to measure. */
export interface Order {
  readonly subjects: readonly string[];
  readonly messages: readonly string[];
  readonly quick: boolean;
  readonly together: boolean;
}

export interface Missing {
  readonly subject: string;
  readonly reason: string;
}

/** What a child tells. */
export type Told =
  | { readonly now: string }
  | { readonly row: Row }
  | { readonly unavailable: Missing }
  | { readonly wrong: Missing }
  | { readonly done: true };

/** Measures in a fresh process: what one subject taught V8 must not help or hurt another. */
export function inFreshProcess(order: Order, hear: (told: Told) => void): Promise<void> {
  return new Promise((resolve) => {
    const child = fork(fileURLToPath(new URL('./child.js', import.meta.url)), [], { serialization: 'advanced' });
    let done = false;
    child.on('message', (told: Told) => {
      if ('done' in told) done = true;
      else hear(told);
    });
    // A subject that takes its process down must not take what the others came to.
    child.once('exit', (code, signal) => {
      const reason = `its process ended with ${signal ?? code}`;
      if (!done) hear({ wrong: { subject: order.together ? 'all in one process' : order.subjects.join(), reason } });
      resolve();
    });
    child.send(order);
  });
}
