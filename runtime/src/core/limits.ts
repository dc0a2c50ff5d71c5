/** Bounds on what a peer can make us keep, wait for or repeat. All times in milliseconds. All are our choice. */
export interface Limits {
  readonly maxInFlightPerBus: number;
  readonly maxInFlightPerDevice: number;
  readonly maxWaiting: number;
  readonly maxZombies: number;
  readonly tokenQuarantine: number;
  readonly maxDevices: number;
  readonly maxEnumerationPages: number;
  readonly reorderBuffer: number;
  readonly eventsPerTurn: number;
  readonly requestTimeout: number;
  /** For requests that wait until the device is quiet: a reset of device, queue or bus. */
  readonly resetTimeout: number;
  readonly retryDelays: readonly number[];
  readonly pingInterval: number;
  readonly pingMisses: number;
  readonly partialMessage: number;
  readonly linkTimeout: number;
  readonly drainTimeout: number;
  readonly configReadAttempts: number;
  readonly configWriteRetries: number;
  readonly resetPollInterval: number;
  readonly resetPollLimit: number;
  readonly queueQuiesce: number;
}

export const DEFAULT_LIMITS: Limits = {
  maxInFlightPerBus: 1024,
  maxInFlightPerDevice: 32,
  maxWaiting: 1024,
  maxZombies: 1024,
  tokenQuarantine: 1024,
  maxDevices: 65536,
  maxEnumerationPages: 8192,
  reorderBuffer: 32,
  eventsPerTurn: 256,
  requestTimeout: 1000,
  resetTimeout: 6000,
  retryDelays: [50, 200],
  pingInterval: 1000,
  pingMisses: 3,
  partialMessage: 10_000,
  linkTimeout: 5000,
  drainTimeout: 5000,
  configReadAttempts: 8,
  configWriteRetries: 3,
  resetPollInterval: 10,
  resetPollLimit: 10_000,
  queueQuiesce: 5000,
};
