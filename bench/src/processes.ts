import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Row } from './task.js';

/** What a child is to measure. */
export interface Order {
  readonly subjects: readonly string[];
  readonly messages: readonly string[];
  /** Null for all there are. */
  readonly operations: readonly string[] | null;
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
  | Done;

type Done = { readonly done: true };

/** Measures in a fresh process: what one subject taught V8 must not help or hurt another. */
export async function inFreshProcess(
  order: Order,
  hear: (told: Exclude<Told, Done>) => void,
  node: string = process.execPath,
): Promise<void> {
  const reason = await askChild(new URL('./child.js', import.meta.url), order, hear, node);
  // A subject that takes its process down must not take what the others came to.
  if (reason !== null)
    hear({ wrong: { subject: order.together ? 'all in one process' : order.subjects.join(), reason } });
}

/**
 * Runs `script` in a process of its own, under the Node at the path `node`, gives it its order and hears what it tells; null, or
 * how it ended before it was done.
 */
export function askChild<O extends object, T extends object>(
  script: URL,
  order: O,
  hear: (told: Exclude<T, Done>) => void,
  node: string = process.execPath,
): Promise<string | null> {
  return new Promise((resolve) => {
    // The advanced form, which bigints need, is V8's own: only the same version is sure to read it.
    const serialization = node === process.execPath ? 'advanced' : 'json';
    const child = fork(fileURLToPath(script), [], { serialization, execPath: node });
    let done = false;
    child.on('message', (told: T) => {
      if ('done' in told) done = true;
      else hear(told as Exclude<T, Done>);
    });
    child.once('exit', (code, signal) => resolve(done ? null : `its process ended with ${signal ?? code}`));
    child.once('error', (error) => resolve(`its process did not start: ${error.message}`));
    // Where it cannot be sent because the process is gone, its end says why.
    child.send(order, () => {});
  });
}

/** The other end: does what the parent orders, and tells it what it came to. */
export function answerParent<O, T>(work: (order: O, tell: (told: T) => Promise<void>) => Promise<void>): void {
  process.once('message', async (order: O) => {
    const tell = (told: T | Done): Promise<void> => new Promise((sent) => void process.send?.(told, () => sent()));
    await work(order, tell);
    await tell({ done: true });
    process.exit(0);
  });
}
