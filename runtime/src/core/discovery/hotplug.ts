import type { DeviceInfo, TransportMessage } from '../../wire/message.js';
import type { CountCode, FaultCode } from '../fault.js';
import type { Limits } from '../limits.js';
import { type Machine, table } from '../table.js';
import { isInactive, isSame, isUsable } from './device-info.js';
import { type DeviceNotice, kindOf } from './device-news.js';

/**
 * One device number of a bus as the driver side knows it. READY is only a hint, which may be late or repeated: what is there
 * is asked with GET_DEVICE_INFO each time. Times in milliseconds.
 */
export type HotplugState = 'absent' | 'probing' | 'present' | 'bound' | 'recheck' | 'removing' | 'gone';

export interface HotplugContext {
  readonly number: number;
  readonly limits: Pick<Limits, 'maxDevices' | 'drainTimeout'>;
  /** Whether the bus gives 0x8001 and 0x8002 the meanings "will be removed" and "asks to be ejected". */
  readonly asks: boolean;
  /** Counts probes of a possibly new device; what belongs to an older one is void. */
  epoch: number;
  /** Of the device that was told upwards; null while there is none. */
  info: DeviceInfo | null;
  bound: boolean;
  /** What it was before the last second look. */
  previous: 'present' | 'bound';
  /** A GET_DEVICE_INFO is on its way. */
  asking: boolean;
  /** READY came when it could not be followed: ask once more afterwards. */
  again: boolean;
  /** bind came while the device was looked at again. */
  bindLater: boolean;
}

export type HotplugEvent =
  /** Listed by enumeration or platform data, or READY. */
  | { readonly type: 'ready' }
  | { readonly type: 'removed' }
  /** Any other state of EVENT_DEVICE. */
  | { readonly type: 'state'; readonly state: number }
  | { readonly type: 'response'; readonly info: DeviceInfo }
  | { readonly type: 'failed'; readonly code: FaultCode }
  | { readonly type: 'bind' }
  /** The caller gives the device back. */
  | { readonly type: 'remove' }
  | { readonly type: 'reset_done' }
  | { readonly type: 'timer'; readonly timer: 'removal' }
  /** The driver has let go of everything that belonged to the device. */
  | { readonly type: 'released' }
  | { readonly type: 'bus_down' };

export type HotplugUp =
  | { readonly type: 'added'; readonly number: number; readonly epoch: number; readonly info: DeviceInfo }
  /** `abortive`: a driver was bound and is to release everything, then say `released`. */
  | { readonly type: 'removed'; readonly number: number; readonly epoch: number; readonly abortive: boolean }
  | {
      readonly type: 'bus_state';
      readonly number: number;
      readonly state: number;
      readonly asks: 'finish' | 'eject' | null;
    };

export type HotplugEffect =
  /** A request: the correlation layer puts its token. */
  | { readonly type: 'request'; readonly message: TransportMessage }
  /** Gives up the request of this machine; its answer is not delivered any more. */
  | { readonly type: 'abandon' }
  /** New requests of the driver wait, until `resume`, `fail_requests` or the end of the device. */
  | { readonly type: 'hold' }
  | { readonly type: 'resume' }
  | { readonly type: 'fail_requests'; readonly code: FaultCode }
  | { readonly type: 'return_buffers'; readonly code: FaultCode }
  /** Run the initialisation (§8). */
  | { readonly type: 'initialise'; readonly epoch: number }
  /** Reset the device, then say `reset_done`. */
  | { readonly type: 'reset' }
  | { readonly type: 'arm'; readonly timer: 'removal'; readonly ms: number }
  | { readonly type: 'cancel'; readonly timer: 'removal' }
  | { readonly type: 'up'; readonly event: HotplugUp }
  | { readonly type: 'count'; readonly code: CountCode };

export interface HotplugOptions {
  readonly number: number;
  readonly limits: HotplugContext['limits'];
  readonly asks?: boolean;
}

export const newHotplug = ({ number, limits, asks = false }: HotplugOptions): HotplugContext => ({
  number,
  limits,
  asks,
  epoch: 0,
  info: null,
  bound: false,
  previous: 'present',
  asking: false,
  again: false,
  bindLater: false,
});

/** The event of this machine that an EVENT_DEVICE is. */
export function hotplugEvent({ state }: DeviceNotice): HotplugEvent {
  const kind = kindOf(state);
  return kind === 'ready' || kind === 'removed' ? { type: kind } : { type: 'state', state };
}

type Emit = (effect: HotplugEffect) => void;
type Act = (context: HotplugContext, event: HotplugEvent, emit: Emit) => void;

const ask: Act = (c, _e, emit) => {
  c.asking = true;
  c.again = false;
  emit({
    type: 'request',
    message: { name: 'GET_DEVICE_INFO', kind: 'request', device: c.number, token: 0, fields: {} },
  });
};

const probe: Act = (c, e, emit) => {
  c.epoch++;
  ask(c, e, emit);
};

/** Leaves nothing of the device: what REMOVED does, in whatever state it is. */
const withdraw: Act = (c, _e, emit) => {
  if (c.asking) emit({ type: 'abandon' });
  // Whoever asked has not to be its driver (5.2).
  if (c.info !== null) emit({ type: 'fail_requests', code: 'removed' });
  if (c.bound) emit({ type: 'return_buffers', code: 'removed' });
  if (c.info !== null) {
    emit({ type: 'up', event: { type: 'removed', number: c.number, epoch: c.epoch, abortive: c.bound } });
  }
  c.info = null;
  c.bound = false;
  c.asking = false;
  c.again = false;
  c.bindLater = false;
};

const remember: Act = (c) => {
  c.again = true;
};

const letGo: Act = (c, _e, emit) => {
  c.info = null;
  c.bound = false;
  c.again = false;
  c.bindLater = false;
  emit({ type: 'reset' });
  emit({ type: 'arm', timer: 'removal', ms: c.limits.drainTimeout });
};

const initialise: Act = (c, _e, emit) => {
  c.bound = true;
  c.bindLater = false;
  emit({ type: 'initialise', epoch: c.epoch });
};

/** Where a second look ends when the device is not what it was; whoever has no driver to wait for can be asked at once. */
const after = (c: HotplugContext): HotplugState => (c.previous === 'bound' ? 'gone' : c.asking ? 'probing' : 'absent');

/** A second look has shown another device, or nothing: `follow` asks what there is now, after the release of the old one. */
const replaced =
  (follow: boolean): Act =>
  (c, e, emit) => {
    const next = follow || c.again;
    c.asking = false;
    withdraw(c, e, emit);
    if (next && c.previous === 'bound') c.again = true;
    else if (next) probe(c, e, emit);
  };

const same = (c: HotplugContext, info: DeviceInfo): boolean => c.info !== null && isSame(c.info, info);

const { row } = table<HotplugState, HotplugContext, HotplugEvent, HotplugEffect>();
const ANY: readonly HotplugState[] = ['absent', 'probing', 'present', 'bound', 'recheck', 'removing', 'gone'];

export const hotplug: Machine<HotplugState, HotplugContext, HotplugEvent, HotplugEffect> = {
  name: 'hotplug',
  section: '6',
  states: ANY,
  rows: [
    row('absent', 'ready', 'probing', 'S', {
      when: ['number < maxDevices', (c) => c.number < c.limits.maxDevices],
      act: probe,
    }),
    row('absent', 'ready', null, 'C', { act: (_c, _e, emit) => emit({ type: 'count', code: 'limit' }) }),
    row('absent', 'removed', null, 'S4'),

    // Two rows for what the table says of READY while probing, "re-probe when the current probe ends". They stand first: the
    // answer that ends it may be of a device that is gone already.
    row('probing', 'response', null, 'C', {
      when: ['READY came meanwhile', (c) => c.again],
      act: ask,
    }),
    row('probing', 'failed', null, 'C', {
      when: ['READY came meanwhile', (c) => c.again],
      act: (c, e, emit) => {
        emit({ type: 'count', code: e.code });
        ask(c, e, emit);
      },
    }),
    row('probing', 'response', 'present', 'S', {
      when: ['device_id non-zero, 6.1 holds', (_c, e) => isUsable(e.info)],
      act: (c, e, emit) => {
        c.asking = false;
        c.info = e.info;
        emit({ type: 'up', event: { type: 'added', number: c.number, epoch: c.epoch, info: e.info } });
      },
    }),
    row('probing', 'response', 'absent', 'S3', {
      when: ['all fields zero', (_c, e) => isInactive(e.info)],
      act: (c) => {
        c.asking = false;
      },
    }),
    row('probing', 'response', 'absent', 'C', {
      act: (c, _e, emit) => {
        c.asking = false;
        emit({ type: 'count', code: 'bad_value' });
      },
    }),
    row('probing', 'failed', 'absent', 'C', {
      act: (c, e, emit) => {
        c.asking = false;
        emit({ type: 'count', code: e.code });
      },
    }),
    row('probing', 'ready', null, 'C', { act: remember }),
    row('probing', 'removed', 'absent', 'S', { act: withdraw }),

    row('present', 'bind', 'bound', 'S', { act: initialise }),
    row(['present', 'bound'], 'ready', 'recheck', ['S4', 'C'], {
      act: (c, e, emit) => {
        c.previous = c.bound ? 'bound' : 'present';
        emit({ type: 'hold' });
        ask(c, e, emit);
      },
    }),
    // As while probing. The table only counts the repetition, but where an answer and a READY overtake each other, the answer may
    // be of the old device and the READY of the new one.
    row('recheck', 'response', null, 'C', {
      when: ['same, but READY came meanwhile', (c, e) => c.again && same(c, e.info)],
      act: ask,
    }),
    row('recheck', 'response', (c) => (c.bound ? 'bound' : 'present'), 'C', {
      when: ['same UUID, device, vendor, feature count, config size, queue count', (c, e) => same(c, e.info)],
      act: (c, e, emit) => {
        c.asking = false;
        emit({ type: 'count', code: 'duplicate' });
        emit({ type: 'resume' });
        if (c.bindLater) initialise(c, e, emit);
      },
    }),
    row('recheck', 'response', after, 'C', {
      when: ['differs, not zero', (_c, e) => !isInactive(e.info)],
      act: replaced(true),
    }),
    row('recheck', 'response', after, 'C', { act: replaced(false) }),
    row('recheck', 'failed', after, 'C', {
      act: (c, e, emit) => {
        emit({ type: 'count', code: e.code });
        replaced(true)(c, e, emit);
      },
    }),
    row('recheck', 'removed', after, 'S', { act: withdraw }),
    row('recheck', 'ready', null, 'C', {
      act: (c, _e, emit) => {
        c.again = true;
        emit({ type: 'count', code: 'duplicate' });
      },
    }),
    row('present', 'removed', 'absent', 'S', { act: withdraw }),
    row('bound', 'removed', 'gone', 'S', { act: withdraw }),
    row('bound', 'remove', 'removing', 'C', { act: letGo }),
    row('removing', 'reset_done', 'gone', 'C', {
      act: (_c, _e, emit) => emit({ type: 'cancel', timer: 'removal' }),
    }),
    row('removing', 'timer', 'gone', 'C'),
    row('removing', 'removed', 'gone', 'C', {
      act: (c, _e, emit) => {
        c.again = false;
        emit({ type: 'cancel', timer: 'removal' });
        emit({ type: 'fail_requests', code: 'removed' });
      },
    }),
    row('gone', 'released', (c) => (c.asking ? 'probing' : 'absent'), ['S', 'C'], {
      act: (c, e, emit) => {
        if (c.again) probe(c, e, emit);
      },
    }),
    // In `removing` as well, which the table leaves out: a device that comes back before its reset is over would be missed.
    row(['gone', 'removing'], 'ready', null, 'C', { act: remember }),

    row(ANY, 'state', null, 'S', {
      when: ['0x0003..0x7FFF', (_c, e) => kindOf(e.state) === 'unknown'],
      act: (_c, _e, emit) => emit({ type: 'count', code: 'unknown' }),
    }),
    row(ANY, 'state', null, ['S', 'C'], {
      act: (c, { state }, emit) => {
        const asks = !c.asks ? null : state === 0x8001 ? 'finish' : state === 0x8002 ? 'eject' : null;
        emit({ type: 'up', event: { type: 'bus_state', number: c.number, state, asks } });
      },
    }),
    row(ANY, 'bus_down', 'absent', 'C', {
      act: (c, e, emit) => {
        withdraw(c, e, emit);
        emit({ type: 'cancel', timer: 'removal' });
      },
    }),

    // Not in the table. A caller cannot see a second look, and must not lose its bind or remove to one.
    row('recheck', 'bind', null, 'C', {
      when: ['p = present', (c) => !c.bound],
      act: (c) => {
        c.bindLater = true;
      },
    }),
    row('recheck', 'remove', 'removing', 'C', {
      when: ['p = bound', (c) => c.bound],
      act: (c, e, emit) => {
        c.asking = false;
        emit({ type: 'abandon' });
        emit({ type: 'resume' });
        letGo(c, e, emit);
      },
    }),
    // A repeated removal; and what came back has gone again.
    row('gone', 'removed', null, 'S4', {
      act: (c) => {
        c.again = false;
      },
    }),
  ],
};
