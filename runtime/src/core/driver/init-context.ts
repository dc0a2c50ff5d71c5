import type { DialectName } from '../../wire/dialect.js';
import type { TransportMessage } from '../../wire/message.js';
import { room } from '../device/texts.js';
import { DEFAULT_LIMITS, type Limits } from '../limits.js';

export type InitState =
  | 'start'
  | 'resetting'
  | 'reset_poll'
  | 'acked'
  | 'driver'
  | 'offered'
  | 'chosen'
  | 'features_set'
  | 'features_try'
  | 'features_ok'
  | 'setup'
  | 'live_try'
  | 'live'
  | 'needs_reset'
  | 'suspect'
  | 'suspending'
  | 'suspended'
  | 'resuming'
  | 'broken'
  | 'lost'
  | 'gone';

/** Everywhere between the first request and the end. */
export const ACTIVE = [
  'resetting',
  'reset_poll',
  'acked',
  'driver',
  'offered',
  'chosen',
  'features_set',
  'features_try',
  'features_ok',
  'setup',
  'live_try',
  'live',
  'suspending',
  'suspended',
  'resuming',
] as const;

export interface InitContext {
  readonly device: number;
  readonly limits: Limits;
  /** Feature blocks the device announced, already checked against the limit of section 6.1. */
  readonly numBlocks: number;
  readonly supported: readonly number[];
  /** Blocks in one message. */
  readonly window: number;
  /** Queues are announced outside of messages on this bus. */
  readonly outOfBand: boolean;
  readonly policy: 'auto' | 'manual';
  /** Writing 0 to the status ends the peer (OP-TEE): whether the device is reset is only looked at. */
  readonly resetIsFatal: boolean;
  /** Last status the device told. */
  status: number;
  /** The value of the SET_DEVICE_STATUS that is out, or null. */
  setting: number | null;
  offered: number[];
  chosen: number[];
  /** Blocks of the choice already sent. */
  sent: number;
  /** When the polling that is going on began, by the clock of the timer events; null before the first of them. */
  since: number | null;
  /** When the device was reset because it asked for it; of the last 60 s. */
  resets: number[];
  /** The request that is out, if any. */
  last: TransportMessage | null;
  /** Where `suspect` came from, and the request whose fate is unknown. */
  before: InitState;
  doubted: TransportMessage | null;
  /** The request that was sent once more because of such a doubt, and how often in a row. */
  repeated: TransportMessage | null;
  repeats: number;
  /** How often somebody else has reset the device since it was live last. */
  lapses: number;
}

export function initContext(setup: {
  readonly device: number;
  readonly dialect: DialectName;
  readonly maxMessageSize: number;
  readonly numBlocks: number;
  readonly supported: readonly number[];
  readonly outOfBand?: boolean;
  readonly policy?: 'auto' | 'manual';
  readonly resetIsFatal?: boolean;
  readonly limits?: Limits;
}): InitContext {
  return {
    device: setup.device,
    limits: setup.limits ?? DEFAULT_LIMITS,
    numBlocks: setup.numBlocks,
    supported: setup.supported,
    window: Math.floor(room(setup.dialect, setup.maxMessageSize, 'GET_DEVICE_FEATURES') / 4),
    outOfBand: setup.outOfBand ?? false,
    policy: setup.policy ?? 'auto',
    resetIsFatal: setup.resetIsFatal ?? false,
    status: 0,
    setting: null,
    offered: [],
    chosen: [],
    sent: 0,
    since: null,
    resets: [],
    before: 'start',
    doubted: null,
    repeated: null,
    repeats: 0,
    lapses: 0,
    last: null,
  };
}
