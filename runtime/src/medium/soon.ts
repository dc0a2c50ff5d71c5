import { rethrowLater } from '../bus/rethrow.js';

/** Tasks that may follow each other before sockets and timers have their turn. */
const IN_A_ROW = 4096;

let inARow = 0;

const nextRow = (): void => {
  inARow = 0;
};

/** What hangs on it runs as a microtask, for a third of the price of Node's queueMicrotask, which makes a resource of each. */
const NOW = Promise.resolve();

/**
 * Runs a task behind what runs now, before anything is read from a socket: a microtask. Two ends that answer each other for
 * ever would so never let anybody else run; after some thousands in a row a task waits for the others. What a task throws
 * surfaces as uncaught.
 */
export function soon(task: () => void): void {
  if (inARow === 0) setImmediate(nextRow).unref();
  if (inARow < IN_A_ROW) {
    inARow++;
    NOW.then(() => {
      try {
        task();
      } catch (reason) {
        rethrowLater(reason);
      }
    });
  } else setImmediate(task);
}
