/** Tasks that may follow each other before sockets and timers have their turn. */
const IN_A_ROW = 4096;

let inARow = 0;

const nextRow = (): void => {
  inARow = 0;
};

/**
 * Runs a task behind what runs now, before anything is read from a socket: a microtask. Two ends that answer each other for
 * ever would so never let anybody else run; after some thousands in a row a task waits for the others.
 */
export function soon(task: () => void): void {
  if (inARow === 0) setImmediate(nextRow).unref();
  if (inARow < IN_A_ROW) {
    inARow++;
    queueMicrotask(task);
  } else setImmediate(task);
}
