import type { QueueState, TransportMessage } from '../../wire/message.js';
import { type CountCode, type Fault, type FaultCode, fault } from '../fault.js';
import { type Machine, table } from '../table.js';

export type VqueueState =
  | 'unset'
  | 'querying'
  | 'allocating'
  | 'setting'
  | 'verifying'
  | 'ready'
  | 'live'
  | 'resetting'
  | 'checking'
  | 'broken';

/** Where the three parts of a ring lie, as SET_VQUEUE names them. */
export interface Areas {
  readonly descriptor_addr: bigint;
  readonly driver_addr: bigint;
  readonly device_addr: bigint;
}

export interface VqueueContext {
  readonly device: number;
  readonly index: number;
  readonly packed: boolean;
  /** The dialect tells whether a queue is enabled. */
  readonly enableFlag: boolean;
  /** RING_RESET negotiated. */
  readonly ringReset: boolean;
  /** Quirk of devices that tell their largest size as the current one before any setup: judge by the addresses. */
  readonly sizeBeforeSetup: boolean;
  readonly pollInterval: number;
  /** FEATURES_OK confirmed; DRIVER_OK confirmed. */
  featuresOk: boolean;
  deviceLive: boolean;
  wanted: number;
  size: number;
  areas: Areas | null;
  /** Memory was given to the device and may not be freed. */
  lent: boolean;
  tries: number;
}

export type VqueueEvent =
  | { readonly type: 'setup'; readonly wanted: number }
  /** Answer to GET_VQUEUE. */
  | { readonly type: 'queue'; readonly fields: QueueState }
  /** Memory for `allocate`: zeroed and aligned; null when there is none. */
  | { readonly type: 'memory'; readonly areas: Areas | null }
  /** Answer to SET_VQUEUE; to RESET_VQUEUE. */
  | { readonly type: 'set' }
  | { readonly type: 'reset' }
  /** The driver as a whole has FEATURES_OK confirmed; DRIVER_OK. */
  | { readonly type: 'featuresOk' }
  | { readonly type: 'deviceLive' }
  /** EVENT_USED, or a poll. */
  | { readonly type: 'used' }
  /** The ring found something no device may do. */
  | { readonly type: 'ringFault'; readonly code: string }
  | { readonly type: 'resetQueue' }
  | { readonly type: 'timer' }
  | { readonly type: 'failed'; readonly fault: Fault }
  | { readonly type: 'deviceReset' }
  | { readonly type: 'removed' };

export type VqueueEffect =
  | { readonly type: 'send'; readonly message: TransportMessage }
  /** Zeroed memory for a ring of this size; answer `memory`. */
  | { readonly type: 'allocate'; readonly size: number; readonly packed: boolean }
  | { readonly type: 'examine' }
  | { readonly type: 'arm'; readonly ms: number }
  | { readonly type: 'cancel' }
  | { readonly type: 'up'; readonly what: 'ready' | 'live' | 'reset' | 'broken' }
  | { readonly type: 'fail'; readonly fault: Fault }
  /** Buffers outstanding end like this. */
  | { readonly type: 'return'; readonly code: 'reset' | 'removed' }
  /** The memory of the ring may be freed; `quarantine`: only once the bus says that the peer has lost access. */
  | { readonly type: 'release' | 'quarantine'; readonly areas: Areas }
  | { readonly type: 'failDevice'; readonly code: string }
  | { readonly type: 'count'; readonly code: CountCode };

type Context = VqueueContext;
type Emit = (effect: VqueueEffect) => void;

export const vqueueContext = (setup: {
  readonly device: number;
  readonly index: number;
  readonly packed: boolean;
  readonly enableFlag: boolean;
  readonly ringReset: boolean;
  readonly sizeBeforeSetup?: boolean;
  readonly pollInterval?: number;
}): VqueueContext => ({
  ...setup,
  sizeBeforeSetup: setup.sizeBeforeSetup ?? false,
  pollInterval: setup.pollInterval ?? 10,
  featuresOk: false,
  deviceLive: false,
  wanted: 0,
  size: 0,
  areas: null,
  lent: false,
  tries: 0,
});

const MAX_TRIES = 10;
const LARGEST = 32768;

// Token 0: the bus chooses it.
const request = (c: Context, message: Pick<TransportMessage, 'name' | 'fields'>, emit: Emit): void =>
  emit({ type: 'send', message: { ...message, kind: 'request', device: c.device, token: 0 } as TransportMessage });
const query = (c: Context, emit: Emit): void => request(c, { name: 'GET_VQUEUE', fields: { index: c.index } }, emit);

/** Size of the ring: what is wanted, within what the device and the ring format allow. Spec: split-ring.tex, a power of two. */
export const ringSize = (wanted: number, max: number, packed: boolean): number => {
  const size = Math.max(1, Math.min(wanted, max, LARGEST));
  return packed ? size : 2 ** Math.floor(Math.log2(size));
};

const blank = (q: QueueState): boolean => q.descriptor_addr === 0n && q.driver_addr === 0n && q.device_addr === 0n;
const echoes = (c: Context, q: QueueState): boolean => q.index === c.index;
const active = (c: Context, q: QueueState): boolean => q.cur_size > 0 && !(c.sizeBeforeSetup && blank(q));
const confirmed = (c: Context, q: QueueState): boolean =>
  echoes(c, q) &&
  q.cur_size === c.size &&
  q.descriptor_addr === c.areas?.descriptor_addr &&
  q.driver_addr === c.areas.driver_addr &&
  q.device_addr === c.areas.device_addr &&
  (!c.enableFlag || q.enabled === true);

const giveUp = (code: FaultCode, message: string) => (_c: Context, _e: unknown, emit: Emit) =>
  emit({ type: 'fail', fault: fault(code, message) });
const release = (c: Context, emit: Emit): void => {
  if (c.areas !== null) emit({ type: 'release', areas: c.areas });
  c.areas = null;
  c.lent = false;
  c.size = 0;
};

const T = table<VqueueState, Context, VqueueEvent, VqueueEffect>();
const ANY = [
  'unset',
  'querying',
  'allocating',
  'setting',
  'verifying',
  'ready',
  'live',
  'resetting',
  'checking',
  'broken',
] as const;

/** One virtqueue as its driver sees it, up to the ring. Spec: content.tex, Virtqueue Configuration; transport-msg.tex. */
export const vqueueMachine: Machine<VqueueState, VqueueContext, VqueueEvent, VqueueEffect> = {
  name: 'driver-vqueue',
  section: '13',
  states: ANY,
  rows: [
    T.row('unset', 'setup', 'unset', 'C', {
      when: ['memory of before is still with the device', (c) => c.lent],
      act: giveUp('bad_state', 'the queue has to be reset first'),
    }),
    T.row('unset', 'setup', 'querying', 'S4', {
      when: ['features_ok or live', (c) => c.featuresOk],
      act: (c, e, emit) => {
        c.wanted = e.wanted;
        query(c, emit);
      },
    }),
    T.row('unset', 'setup', 'unset', 'C', { act: giveUp('bad_state', 'features are not agreed yet') }),
    T.row('querying', 'queue', 'unset', 'C', {
      when: ['another index', (c, e) => !echoes(c, e.fields)],
      act: giveUp('mismatch', 'the answer names another queue'),
    }),
    T.row('querying', 'queue', 'allocating', 'S', {
      when: ['max_size > 0, cur_size = 0', (c, e) => e.fields.max_size > 0 && !active(c, e.fields)],
      act: (c, e, emit) => {
        c.size = ringSize(c.wanted, e.fields.max_size, c.packed);
        emit({ type: 'allocate', size: c.size, packed: c.packed });
      },
    }),
    T.row('querying', 'queue', 'unset', 'S3', {
      when: ['max_size 0', (_c, e) => e.fields.max_size === 0],
      act: giveUp('unsupported', 'the device has no such queue'),
    }),
    T.row('querying', 'queue', 'unset', 'S4', { act: giveUp('bad_state', 'the queue is active: reset it first') }),
    T.row('allocating', 'memory', 'unset', 'C', {
      when: ['there is none', (_c, e) => e.areas === null],
      act: giveUp('limit', 'no memory for the ring'),
    }),
    T.row('allocating', 'memory', 'setting', 'S', {
      act: (c, e, emit) => {
        c.areas = e.areas;
        // From here on the device may use it, whatever it answers.
        c.lent = true;
        const fields = { index: c.index, size: c.size, ...e.areas!, ...(c.enableFlag ? { enable: true } : {}) };
        request(c, { name: 'SET_VQUEUE', fields }, emit);
      },
    }),
    T.row('setting', 'set', 'verifying', 'S4', { act: (c, _e, emit) => query(c, emit) }),
    T.row('verifying', 'queue', (c) => (c.deviceLive ? 'live' : 'ready'), ['S4', 'S5'], {
      when: ['size and addresses equal, enabled where that is told', (c, e) => confirmed(c, e.fields)],
      act: (c, _e, emit) => emit({ type: 'up', what: c.deviceLive ? 'live' : 'ready' }),
    }),
    // The memory stays lent: what the device has understood instead, nobody knows.
    T.row('verifying', 'queue', 'unset', 'C', {
      act: giveUp('rejected', 'the device has not taken the queue as it was set'),
    }),
    T.row('ready', 'deviceLive', 'live', 'S', {
      act: (c, _e, emit) => {
        c.deviceLive = true;
        emit({ type: 'up', what: 'live' });
      },
    }),
    T.row(ANY, 'deviceLive', null, 'C', {
      act: (c) => {
        c.deviceLive = true;
      },
    }),
    T.row(ANY, 'featuresOk', null, 'C', {
      act: (c) => {
        c.featuresOk = true;
      },
    }),
    T.row('live', 'used', 'live', 'S', { act: (_c, _e, emit) => emit({ type: 'examine' }) }),
    T.row('live', 'ringFault', 'broken', 'C', {
      act: (_c, e, emit) => {
        emit({ type: 'up', what: 'broken' });
        emit({ type: 'failDevice', code: e.code });
      },
    }),
    T.row('live', 'resetQueue', 'resetting', 'S', {
      when: ['RING_RESET negotiated', (c) => c.ringReset],
      act: (c, _e, emit) => request(c, { name: 'RESET_VQUEUE', fields: { index: c.index } }, emit),
    }),
    // Not in the table: a setup the device took otherwise is undone the same way, so that its memory comes free.
    T.row('unset', 'resetQueue', 'resetting', 'C', {
      when: ['memory is with the device, RING_RESET negotiated', (c) => c.lent && c.ringReset],
      act: (c, _e, emit) => request(c, { name: 'RESET_VQUEUE', fields: { index: c.index } }, emit),
    }),
    T.row(['live', 'unset'], 'resetQueue', null, 'S', {
      act: giveUp('unsupported', 'only the device as a whole can be reset'),
    }),
    T.row('resetting', 'reset', 'checking', 'S', {
      act: (c, _e, emit) => {
        c.tries = 1;
        query(c, emit);
      },
    }),
    T.row('checking', 'queue', 'unset', 'S', {
      when: ['cur_size 0', (c, e) => echoes(c, e.fields) && !active(c, e.fields)],
      act: (c, _e, emit) => {
        emit({ type: 'return', code: 'reset' });
        release(c, emit);
        emit({ type: 'up', what: 'reset' });
      },
    }),
    T.row('checking', 'queue', 'checking', 'C', {
      when: ['fewer tries than the limit', (c) => c.tries < MAX_TRIES],
      act: (c, _e, emit) => {
        c.tries++;
        emit({ type: 'arm', ms: c.pollInterval });
      },
    }),
    T.row('checking', 'queue', 'broken', 'C', { act: (_c, _e, emit) => emit({ type: 'up', what: 'broken' }) }),
    T.row('checking', 'timer', 'checking', 'C', { act: (c, _e, emit) => query(c, emit) }),
    // Not in the table: a request that does not come back. Before the setup is sent nothing is lost; after it only a
    // reset tells what the device made of it.
    T.row('querying', 'failed', 'unset', 'C', { act: (_c, e, emit) => emit({ type: 'fail', fault: e.fault }) }),
    T.row(['setting', 'verifying'], 'failed', 'unset', 'C', {
      act: (_c, e, emit) => emit({ type: 'fail', fault: e.fault }),
    }),
    T.row(['resetting', 'checking'], 'failed', 'broken', 'C', {
      act: (_c, e, emit) => {
        emit({ type: 'fail', fault: e.fault });
        emit({ type: 'up', what: 'broken' });
      },
    }),
    T.row(ANY, 'deviceReset', 'unset', 'S', {
      act: (c, _e, emit) => {
        c.featuresOk = false;
        c.deviceLive = false;
        emit({ type: 'cancel' });
        emit({ type: 'return', code: 'reset' });
        release(c, emit);
      },
    }),
    T.row(ANY, 'removed', 'unset', 'C', {
      act: (c, _e, emit) => {
        c.featuresOk = false;
        c.deviceLive = false;
        emit({ type: 'cancel' });
        emit({ type: 'return', code: 'removed' });
        // Nobody has told us that the other side has let go: its bytes must not reach a new owner.
        if (c.areas !== null) emit({ type: 'quarantine', areas: c.areas });
        c.areas = null;
        c.lent = false;
        c.size = 0;
      },
    }),
    T.row('broken', 'setup', 'broken', 'C', {
      act: giveUp('bad_state', 'the queue is broken until the device is reset'),
    }),
    T.row('broken', 'resetQueue', 'broken', 'C', {
      act: giveUp('bad_state', 'the queue is broken until the device is reset'),
    }),
  ],
};
