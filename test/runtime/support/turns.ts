import { setImmediate as turn } from 'node:timers/promises';

/** Waits for other turns of the event loop until something holds; the limit of the test ends what never does. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await turn();
}

/** Lets everything happen that is about to. */
export async function quiet(): Promise<void> {
  for (let i = 0; i < 50; i++) await turn();
}
