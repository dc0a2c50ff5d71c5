/** Where a medium's timers come from; a test brings its own. */
export interface Clock {
  /** Calls `call` once, `ms` milliseconds from now, unless what it returns is called first. */
  after(ms: number, call: () => void): () => void;
}

/** The clock on the wall. Its timers alone do not keep a process alive. */
export const REAL_CLOCK: Clock = {
  after(ms, call) {
    const timer = setTimeout(call, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
