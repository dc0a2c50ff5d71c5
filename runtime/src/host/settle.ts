/** Tells how something ended that may take time or not: at once where it did not, so that nothing waits for nothing. */
export function settle<T>(
  run: () => T | Promise<T>,
  done: (value: T) => void,
  failed: (reason: unknown) => void,
): void {
  let result: T | Promise<T>;
  try {
    result = run();
  } catch (reason) {
    failed(reason);
    return;
  }
  if (isThenable(result)) Promise.resolve(result).then(done, failed);
  else done(result);
}

/** Not `instanceof Promise`: a promise of another realm or library would be taken for a value, and its rejection for nobody's. */
function isThenable<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
