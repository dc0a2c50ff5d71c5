import type { ConfigData, TransportMessage } from '../../wire/message.js';
import type { CountCode, Fault } from '../fault.js';

/**
 * `merging`: a refused write waits for the caller to say what it wants to write over the bytes as they are now;
 * `refetching`: those bytes are being read; `asking`: the generation is being read before a first write.
 */
export type DriverConfigState = 'idle' | 'reading' | 'asking' | 'writing' | 'refetching' | 'merging';

export interface ReadOperation {
  readonly kind: 'read';
  readonly id: number;
  readonly offset: number;
  readonly length: number;
}

export interface WriteOperation {
  readonly kind: 'write';
  readonly id: number;
  readonly offset: number;
  readonly data: Uint8Array;
  /** Whether the caller can merge its wish with newer bytes. */
  readonly merge: boolean;
}

export type Operation = ReadOperation | WriteOperation;

export interface DriverConfigContext {
  readonly device: number;
  readonly size: number;
  /** Bytes of configuration that fit in one message. */
  readonly room: number;
  /** Whether the device checks the generation of a write; else 0 is sent. */
  readonly checked: boolean;
  readonly readAttempts: number;
  readonly writeRetries: number;
  readonly maxWaiting: number;
  /** The whole configuration as it was under `known`, or null. */
  cache: Uint8Array | null;
  /** Generation of what was read last; null before the first read. */
  known: number | null;
  current: Operation | null;
  waiting: Operation[];
  /** Of the read in progress: what has come, under which generation, and how often it was begun. */
  got: Uint8Array;
  gotGeneration: number | null;
  gotLength: number;
  attempts: number;
  /** An event came while the read was running. */
  disturbed: boolean;
  /** Generation of the newest event, null before the first. */
  announced: number | null;
  /** Bytes of the write in progress, as merged, and how often it was refused. */
  wanted: Uint8Array;
  refusals: number;
}

export type Announcement = ConfigData & { readonly device_status: number };

export type DriverConfigEvent =
  | { readonly type: 'read'; readonly id: number; readonly offset: number; readonly length: number }
  | {
      readonly type: 'write';
      readonly id: number;
      readonly offset: number;
      readonly data: Uint8Array;
      readonly merge: boolean;
    }
  /** Answer to GET_CONFIG and to SET_CONFIG. */
  | { readonly type: 'got'; readonly fields: ConfigData }
  | { readonly type: 'set'; readonly fields: ConfigData }
  /** The caller's bytes for `merge`, or null to give up. */
  | { readonly type: 'merged'; readonly data: Uint8Array | null }
  | { readonly type: 'event'; readonly fields: Announcement }
  /** The request in progress came to no good end. */
  | { readonly type: 'failed'; readonly fault: Fault };

export type DriverConfigEffect =
  | { readonly type: 'send'; readonly message: TransportMessage }
  /** The bytes and the one generation under which all of them were. */
  | { readonly type: 'done'; readonly id: number; readonly data: Uint8Array; readonly generation: number }
  | { readonly type: 'fail'; readonly id: number; readonly fault: Fault; readonly generation: number | null }
  /** Somebody else changed these bytes: what does the caller want to write now? Answer `merged`. */
  | { readonly type: 'merge'; readonly id: number; readonly data: Uint8Array; readonly generation: number }
  /** The configuration changed, nobody knows where. */
  | { readonly type: 'up'; readonly what: 'changed' | 'patched'; readonly generation: number }
  | { readonly type: 'count'; readonly code: CountCode };

export function driverConfig(setup: {
  readonly device: number;
  readonly size: number;
  readonly room: number;
  readonly checked: boolean;
  readonly readAttempts: number;
  readonly writeRetries: number;
  readonly maxWaiting: number;
}): DriverConfigContext {
  return {
    ...setup,
    cache: null,
    known: null,
    current: null,
    waiting: [],
    got: new Uint8Array(0),
    gotGeneration: null,
    gotLength: 0,
    attempts: 0,
    disturbed: false,
    announced: null,
    wanted: new Uint8Array(0),
    refusals: 0,
  };
}
