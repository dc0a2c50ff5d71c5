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
  if (result instanceof Promise) result.then(done, failed);
  else done(result);
}
