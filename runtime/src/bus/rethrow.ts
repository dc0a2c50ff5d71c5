/**
 * Lets an error of somebody's callback surface as uncaught, behind what runs now: a bus has to finish what it is doing, or one
 * bad callback would end the service for everybody else.
 */
export function rethrowLater(reason: unknown): void {
  queueMicrotask(() => {
    throw reason;
  });
}

/** Tells whoever watches; what that throws surfaces later. */
export function tellWatcher<News>(watch: ((news: News) => void) | undefined, news: News): void {
  try {
    watch?.(news);
  } catch (reason) {
    rethrowLater(reason);
  }
}
