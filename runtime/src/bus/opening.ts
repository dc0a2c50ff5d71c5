import { fault } from '../core/fault.js';
import { VirtioError } from './error.js';

const cancelled = (): VirtioError => new VirtioError(fault('cancelled', 'given up by the caller'));

/** Who waits for a bus to come up: told once, by `resolve`, by `reject` or by the signal. */
export class Opening {
  #waiting: { readonly resolve: () => void; readonly reject: (why: VirtioError) => void } | null = null;

  /** Somebody waits. */
  get pending(): boolean {
    return this.#waiting !== null;
  }

  /** Begins, and waits. By the signal it is rejected with `cancelled`, and `giveUp` told whether it had begun. */
  begin(begin: () => void, giveUp: (begun: boolean) => void, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) {
      giveUp(false);
      return Promise.reject(cancelled());
    }
    return new Promise((resolve, reject) => {
      const cancel = (): void => {
        this.reject(cancelled());
        giveUp(true);
      };
      const settle = (): void => {
        this.#waiting = null;
        signal?.removeEventListener('abort', cancel);
      };
      this.#waiting = {
        resolve: () => {
          settle();
          resolve();
        },
        reject: (why) => {
          settle();
          reject(why);
        },
      };
      signal?.addEventListener('abort', cancel, { once: true });
      begin();
    });
  }

  resolve(): void {
    this.#waiting?.resolve();
  }

  reject(why: VirtioError): void {
    this.#waiting?.reject(why);
  }
}
