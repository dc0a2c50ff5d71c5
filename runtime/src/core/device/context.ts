import type { DialectName } from '../../wire/dialect.js';
import type { DeviceInfo, TransportMessage } from '../../wire/message.js';
import { type DeviceConfigContext, deviceConfig } from '../config/device-config.js';
import { DEFAULT_LIMITS, type Limits } from '../limits.js';
import { FeatureBit, hasFeature } from './feature-bits.js';
import type { QueueContext, QueueLife } from './queue-lifecycle.js';
import type { MemoryRange } from './queue-setup.js';
import { DeviceStatus, phaseOf } from './status-bits.js';
import { checksGeneration, room, TEXTS } from './texts.js';

/** What a device is, as its owner declares it. */
export interface DeviceSetup {
  /** Number on the bus. */
  readonly device: number;
  readonly dialect: DialectName;
  readonly transportFeatures?: number;
  /** Bytes with header; the same in both directions. */
  readonly maxMessageSize: number;
  readonly device_id: number;
  readonly vendor_id: number;
  readonly device_uuid?: Uint8Array | null;
  /** Offered features, 32 to a block. */
  readonly features: readonly number[];
  /** `[bit, needs]`: feature `bit` cannot be chosen without feature `needs`. */
  readonly dependencies?: readonly (readonly [bit: number, needs: number])[];
  /** Largest size of each queue; 0 where a number has no queue. */
  readonly queues: readonly number[];
  readonly admin?: { readonly start: number; readonly count: number };
  readonly config?: Uint8Array;
  readonly writable?: readonly { readonly offset: number; readonly length: number }[];
  readonly generation?: number;
  readonly shm?: readonly { readonly index: number; readonly length: bigint; readonly address: bigint }[];
  readonly memory?: readonly MemoryRange[] | null;
  readonly limits?: Limits;
}

export interface Queue extends QueueContext {
  life: QueueLife;
}

/** What a request is waiting for; `serving` when for nothing. */
export type DeviceState =
  | 'serving'
  | 'resetting'
  | 'activating'
  | 'suspending'
  | 'resuming'
  | 'applying'
  | 'stopping'
  | 'removed';

export interface DeviceContext {
  setup: DeviceSetup;
  readonly limits: Limits;
  state: DeviceState;
  status: number;
  /** Goes up with every reset: what was asked before it is answered in vain. */
  epoch: number;
  /** What the driver chose, in as many blocks as are offered; null before SET_DRIVER_FEATURES. */
  chosen: number[] | null;
  /** The driver set a bit beyond what is offered. */
  chosenBeyond: boolean;
  /** By number; a queue that was never set is not here. */
  queues: Map<number, Queue>;
  /** Queues whose EVENT_AVAIL came before DRIVER_OK. */
  remembered: Set<number>;
  acceptsAvail: boolean;
  config: DeviceConfigContext;
  /** The request whose answer is due; everything behind it is in `deferred`. */
  answering: TransportMessage | null;
  deferred: TransportMessage[];
  /** SET_DEVICE_STATUS in progress: what is asked, what was set when it came, and where the list goes on. */
  write: { readonly wanted: number; readonly before: number; next: number } | null;
  /** The queue whose reset is being answered. */
  stoppingQueue: number | null;
}

/** What of the configuration depends on what the bus has agreed on. */
const onThisBus = ({ dialect, maxMessageSize, transportFeatures = 0 }: DeviceSetup) => ({
  checked: checksGeneration(dialect, transportFeatures),
  room: room(dialect, maxMessageSize, 'GET_CONFIG'),
  eventRoom: room(dialect, maxMessageSize, 'EVENT_CONFIG'),
});

/** The bus has agreed on these limits, before any driver has begun. `maxMessageSize` in bytes with header. */
export function agreeOn(c: DeviceContext, limits: Pick<DeviceSetup, 'maxMessageSize' | 'transportFeatures'>): void {
  c.setup = { ...c.setup, ...limits };
  Object.assign(c.config, onThisBus(c.setup));
}

export function deviceContext(setup: DeviceSetup): DeviceContext {
  return {
    setup,
    limits: setup.limits ?? DEFAULT_LIMITS,
    state: 'serving',
    status: 0,
    epoch: 0,
    chosen: null,
    chosenBeyond: false,
    queues: new Map(),
    remembered: new Set(),
    acceptsAvail: true,
    config: deviceConfig({
      bytes: setup.config ?? new Uint8Array(0),
      writable: setup.writable,
      generation: setup.generation,
      ...onThisBus(setup),
    }),
    answering: null,
    deferred: [],
    write: null,
    stoppingQueue: null,
  };
}

/** The answer to GET_DEVICE_INFO. */
export const deviceInfo = (setup: DeviceSetup): DeviceInfo => ({
  device_id: setup.device_id,
  vendor_id: setup.vendor_id,
  device_uuid: setup.device_uuid ?? null,
  num_feature_blocks: setup.features.length,
  odd_feature_bits: 0,
  config_size: setup.config?.length ?? 0,
  max_virtqueues: setup.queues.length,
  admin_vq_start: setup.admin?.start ?? 0,
  admin_vq_count: setup.admin?.count ?? 0,
});

/** The answer for a number that has no device, in texts that give one. Spec (rfc3): GET_DEVICE_INFO, all fields zero. */
export const NO_DEVICE_INFO: DeviceInfo = {
  device_id: 0,
  vendor_id: 0,
  device_uuid: null,
  num_feature_blocks: 0,
  odd_feature_bits: 0,
  config_size: 0,
  max_virtqueues: 0,
  admin_vq_start: 0,
  admin_vq_count: 0,
};

export const phase = (c: DeviceContext) => phaseOf(c.status);
export const negotiated = (c: DeviceContext, bit: number): boolean =>
  (c.status & DeviceStatus.FEATURES_OK) !== 0 && hasFeature(c.chosen ?? [], bit);
export const maxQueueSize = (c: DeviceContext, index: number): number => c.setup.queues[index] ?? 0;

/** What a queue is judged by at this moment. */
export const around = (c: DeviceContext, index: number) => ({
  maxSize: maxQueueSize(c, index),
  packed: negotiated(c, FeatureBit.RING_PACKED),
  memory: c.setup.memory ?? null,
  phase: phase(c),
  enableFlag: TEXTS[c.setup.dialect].enableFlag,
  ringReset: negotiated(c, FeatureBit.RING_RESET),
});

/** The queue of this number, made when it is first set. Only numbers the device has may be asked for. */
export function queueAt(c: DeviceContext, index: number): Queue {
  let queue = c.queues.get(index);
  if (queue === undefined) {
    queue = { life: 'unset', setup: null, enabled: false };
    c.queues.set(index, queue);
  }
  return queue;
}

/** Who may hear of a configuration change now: nobody before a driver has begun, and nobody while suspended. */
export const audience = (c: DeviceContext): 'driver' | 'quiet' | 'silent' => {
  if (c.state === 'resetting' || c.status === 0) return 'silent';
  return c.status & DeviceStatus.SUSPEND ? 'quiet' : 'driver';
};
