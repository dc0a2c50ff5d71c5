import type { RequestMessage, ResponseMessage } from '../core/correlation/effect.js';
import { fault } from '../core/fault.js';
import { VirtioError } from './error.js';
import type { RequestDesk } from './request-desk.js';

/** Sends a request and promises its answer. Rejected with a `VirtioError`, `cancelled` by the signal. `timeout` in milliseconds. */
export function promisedAnswer<Name extends RequestMessage['name']>(
  desk: RequestDesk,
  request: Extract<RequestMessage, { readonly name: Name }>,
  { signal, timeout }: { readonly signal?: AbortSignal; readonly timeout?: number },
): Promise<Extract<ResponseMessage, { readonly name: Name }>> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(new VirtioError(fault('cancelled', 'given up by the caller')));
      return;
    }
    const cancel = (): void => desk.cancel(id);
    const id = desk.submit(
      request,
      (response, why) => {
        signal?.removeEventListener('abort', cancel);
        if (response !== null) resolve(response as never);
        else reject(new VirtioError(why ?? fault('bad_state', 'no reason given')));
      },
      timeout,
    );
    signal?.addEventListener('abort', cancel, { once: true });
  });
}
