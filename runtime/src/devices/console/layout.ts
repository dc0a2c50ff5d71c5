/** Device id of a console (Virtio 1.3, 5.3.1). */
export const CONSOLE = 3;

/** Virtio 1.3, 5.3.3. */
export const ConsoleFeature = { SIZE: 0, EMERG_WRITE: 2 } as const;

/** Virtqueues of port 0 (Virtio 1.3, 5.3.2). */
export const ConsoleQueue = { RECEIVE: 0, TRANSMIT: 1 } as const;

/** In characters; 0 by 0 where nobody knows. */
export interface ConsoleSize {
  readonly cols: number;
  readonly rows: number;
}
