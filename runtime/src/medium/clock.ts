import { soon } from './soon.js';

/** Where timers and turns come from; a test brings its own. */
export interface Clock {
  /** Milliseconds since any moment; never goes back. */
  now(): number;
  /** Calls `call` once, `ms` milliseconds from now, unless what it returns is called first. */
  after(ms: number, call: () => void): () => void;
  /** Calls `call` behind what runs now, before anything else is read from a medium. */
  soon(call: () => void): void;
  /** Calls `call` after others had their turn: what is waiting on sockets and timers goes first. */
  later(call: () => void): void;
}

/**
 * The clock on the wall. Its timers alone do not keep a process alive. A timer that runs out lets sockets go first: a process
 * that was held up finds its timers overdue and the answers they wait for unread, and Node would run the timers first.
 */
export const REAL_CLOCK: Clock = {
  now: () => performance.now(),
  after(ms, call) {
    let turn: NodeJS.Immediate | undefined;
    const timer = setTimeout(() => {
      turn = setImmediate(call);
    }, ms);
    timer.unref();
    return () => {
      clearTimeout(timer);
      clearImmediate(turn);
    };
  },
  soon,
  later: setImmediate,
};
