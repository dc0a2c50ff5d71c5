import { type Machine, step, table } from '../table.js';
import { reply, send } from './answer.js';
import { stepConfig } from './config-changes.js';
import { around, audience, type DeviceContext, type DeviceState } from './context.js';
import type { DeviceEffect, DeviceEvent, Emit } from './contract.js';
import { needsReset } from './needs-reset.js';
import { stepQueue } from './queue-changes.js';
import { BEFORE_QUIET, runSteps, WHEN_QUIET } from './reset.js';
import { judge, type RuleObserver } from './rules.js';
import { avail, serve } from './serve.js';
import { STATUS_RULES } from './status.js';
import { DeviceStatus as S } from './status-bits.js';

type Context = DeviceContext;

/** Goes on with the status list, and answers when it has come to its end. */
export function goOnWithStatus(c: Context, emit: Emit, observe?: RuleObserver): void {
  c.write!.next = judge(STATUS_RULES, c.write!.next, c, emit, observe) ?? STATUS_RULES.length;
  if (c.state !== 'serving') return;
  c.write = null;
  reply(c.answering!, { name: 'SET_DEVICE_STATUS', fields: { status: c.status } }, emit);
}

function handle(c: Context, message: DeviceContext['deferred'][number], emit: Emit): void {
  c.answering = message;
  if (message.name === 'SET_DEVICE_STATUS' && message.kind === 'request') {
    c.write = { wanted: message.fields.status >>> 0, before: c.status, next: 0 };
    stepConfig(c, { type: 'statusWritten' }, emit);
    goOnWithStatus(c, emit);
  } else {
    serve(c, message, emit);
  }
  if (c.state === 'serving') c.answering = null;
}

/** What came while something was waited for, in its order: requests of one device are answered as they came (S4, S5). */
function catchUp(c: Context, emit: Emit): void {
  c.answering = null;
  while (c.state === 'serving' && c.deferred.length > 0) handle(c, c.deferred.shift()!, emit);
}

/** Ends a wait of the status list. */
function afterStatus(c: Context, emit: Emit): void {
  c.state = 'serving';
  goOnWithStatus(c, emit);
  if (c.state === 'serving') catchUp(c, emit);
}

function finishReset(c: Context, emit: Emit): void {
  emit({ type: 'cancel', timer: 'reset' });
  runSteps(WHEN_QUIET, c, emit);
  c.state = 'serving';
  reply(c.answering!, { name: 'SET_DEVICE_STATUS', fields: { status: 0 } }, emit);
  catchUp(c, emit);
}

function goLive(c: Context, emit: Emit): void {
  emit({ type: 'cancel', timer: 'handler' });
  // A fault that came while the handler started stands: no DRIVER_OK on top of it.
  if ((c.status & S.DEVICE_NEEDS_RESET) === 0) {
    c.status |= S.DRIVER_OK;
    emit({ type: 'up', what: 'live' });
    for (const index of c.queues.keys()) stepQueue(c, index, { type: 'enterLive', around: around(c, index) }, emit);
    for (const index of c.remembered) if (c.queues.has(index)) stepQueue(c, index, { type: 'avail' }, emit);
    c.remembered.clear();
  }
  afterStatus(c, emit);
}

function goSuspended(c: Context, emit: Emit): void {
  emit({ type: 'cancel', timer: 'handler' });
  if ((c.status & S.DEVICE_NEEDS_RESET) === 0) {
    c.status = (c.status & ~S.DRIVER_OK) | S.SUSPEND;
    emit({ type: 'up', what: 'suspended' });
  }
  afterStatus(c, emit);
}

function goOn(c: Context, emit: Emit): void {
  emit({ type: 'cancel', timer: 'handler' });
  if ((c.status & S.DEVICE_NEEDS_RESET) === 0) {
    c.status = (c.status & ~S.SUSPEND) | S.DRIVER_OK;
    emit({ type: 'up', what: 'live' });
    stepConfig(c, { type: 'resumed' }, emit);
    // What was announced in between was ignored.
    for (const [index, queue] of c.queues) if (queue.life === 'live') emit({ type: 'kick', index });
  }
  afterStatus(c, emit);
}

/** The handler could not do what the status list asked for. */
function giveUp(c: Context, cause: 'activation' | 'suspend', emit: Emit): void {
  emit({ type: 'cancel', timer: 'handler' });
  needsReset(c, cause, emit);
  afterStatus(c, emit);
}

/** Ends a configuration write with the bytes the handler gave, or with a refusal. */
function endWrite(c: Context, bytes: Uint8Array | null, emit: Emit): void {
  emit({ type: 'cancel', timer: 'handler' });
  c.state = 'serving';
  stepConfig(c, { type: 'applied', bytes, audience: audience(c) }, emit);
  catchUp(c, emit);
}

const T = table<DeviceState, Context, DeviceEvent, DeviceEffect>();
const ALIVE = ['serving', 'resetting', 'activating', 'suspending', 'resuming', 'applying', 'stopping'] as const;
const WAITING = ['resetting', 'activating', 'suspending', 'resuming', 'applying', 'stopping'] as const;
/** Not while resetting: what goes wrong then is over with the reset. */
const FALLIBLE = ['serving', 'activating', 'suspending', 'resuming', 'applying', 'stopping'] as const;
// What was handled may wait for something, or have ended a wait and begun another.
const asLeft = (c: Context): DeviceState => c.state;
const mine = (c: Context, e: { readonly epoch: number }): boolean => e.epoch === c.epoch;
const byHandler = (_c: Context, e: { readonly timer: string }): boolean => e.timer === 'handler';

/** A device on a transport: status, features, configuration, queues, reset. One request is in work at a time. */
export const deviceMachine: Machine<DeviceState, DeviceContext, DeviceEvent, DeviceEffect> = {
  name: 'device',
  section: '9',
  states: [...ALIVE, 'removed'],
  rows: [
    T.row('removed', 'message', null, 'S', {
      act: (_c, e, emit) => emit({ type: 'drop', code: 'no_device', message: e.message }),
    }),
    T.row(ALIVE, 'message', null, 'S', {
      when: ['an EVENT_AVAIL', (_c, e) => e.message.kind === 'event' && e.message.name === 'EVENT_AVAIL'],
      act: (c, e, emit) => avail(c, e.message as never, emit),
    }),
    T.row(ALIVE, 'message', null, 'S', {
      when: ['no request', (_c, e) => e.message.kind !== 'request'],
      act: (_c, e, emit) => emit({ type: 'drop', code: 'wrong_dir', message: e.message }),
    }),
    T.row('serving', 'message', asLeft, 'S', { act: (c, e, emit) => handle(c, e.message, emit) }),
    T.row(WAITING, 'message', null, ['S4', 'S5'], {
      when: ['room to keep it', (c) => c.deferred.length < c.limits.maxInFlightPerDevice],
      act: (c, e) => c.deferred.push(e.message),
    }),
    T.row(WAITING, 'message', null, 'C', {
      act: (_c, e, emit) => emit({ type: 'drop', code: 'limit', message: e.message }),
    }),

    T.row('resetting', 'quiesced', asLeft, 'S', {
      when: ['of this epoch', mine],
      act: (c, _e, emit) => finishReset(c, emit),
    }),
    // Answered all the same: a driver that cannot reset its device is stuck for good, and what still runs is detached.
    T.row('resetting', 'timer', asLeft, 'C', {
      when: ['the reset takes too long', (_c, e) => e.timer === 'reset'],
      act: (c, _e, emit) => {
        emit({ type: 'count', code: 'timeout' });
        finishReset(c, emit);
      },
    }),
    T.row('activating', 'activated', asLeft, 'S', {
      when: ['of this epoch, done', (c, e) => mine(c, e) && e.ok],
      act: (c, _e, emit) => goLive(c, emit),
    }),
    T.row('activating', 'activated', asLeft, ['S', 'C'], {
      when: ['of this epoch', mine],
      act: (c, _e, emit) => giveUp(c, 'activation', emit),
    }),
    T.row('activating', 'timer', asLeft, 'C', {
      when: ['the handler takes too long', byHandler],
      act: (c, _e, emit) => giveUp(c, 'activation', emit),
    }),
    T.row('suspending', 'suspended', asLeft, 'S', {
      when: ['of this epoch, done', (c, e) => mine(c, e) && e.ok],
      act: (c, _e, emit) => goSuspended(c, emit),
    }),
    T.row('suspending', 'suspended', asLeft, 'S', {
      when: ['of this epoch', mine],
      act: (c, _e, emit) => giveUp(c, 'suspend', emit),
    }),
    T.row('suspending', 'timer', asLeft, 'C', {
      when: ['the handler takes too long', byHandler],
      act: (c, _e, emit) => giveUp(c, 'suspend', emit),
    }),
    T.row('resuming', 'resumed', asLeft, 'S', {
      when: ['of this epoch, done', (c, e) => mine(c, e) && e.ok],
      act: (c, _e, emit) => goOn(c, emit),
    }),
    T.row('resuming', 'resumed', asLeft, 'S', {
      when: ['of this epoch', mine],
      act: (c, _e, emit) => giveUp(c, 'suspend', emit),
    }),
    T.row('resuming', 'timer', asLeft, 'C', {
      when: ['the handler takes too long', byHandler],
      act: (c, _e, emit) => giveUp(c, 'suspend', emit),
    }),
    T.row('applying', 'configApplied', asLeft, ['S', 'C'], {
      when: ['of this epoch', mine],
      act: (c, e, emit) => endWrite(c, e.bytes, emit),
    }),
    T.row('applying', 'timer', asLeft, 'C', {
      when: ['the handler takes too long', byHandler],
      act: (c, _e, emit) => {
        needsReset(c, 'handler', emit);
        endWrite(c, null, emit);
      },
    }),
    T.row('stopping', 'queueStopped', asLeft, 'S', {
      when: ['of this epoch and this queue', (c, e) => mine(c, e) && e.index === c.stoppingQueue],
      act: (c, _e, emit) => {
        c.state = 'serving';
        stepQueue(c, c.stoppingQueue!, { type: 'drained' }, emit);
        c.stoppingQueue = null;
        catchUp(c, emit);
      },
    }),
    T.row('stopping', 'timer', asLeft, 'C', {
      when: ['the queue takes too long', (_c, e) => e.timer === 'queue'],
      act: (c, _e, emit) => {
        c.state = 'serving';
        stepQueue(c, c.stoppingQueue!, { type: 'timer' }, emit);
        c.stoppingQueue = null;
        catchUp(c, emit);
      },
    }),

    T.row(ALIVE, 'configChanged', null, 'S', {
      act: (c, e, emit) => stepConfig(c, { type: 'update', changes: e.changes, audience: audience(c) }, emit),
    }),
    T.row(ALIVE, 'configEventSent', null, 'C', { act: (c, _e, emit) => stepConfig(c, { type: 'sent' }, emit) }),
    T.row(FALLIBLE, 'used', null, 'S', {
      when: [
        'DRIVER_OK, and the queue runs',
        (c, e) => (c.status & S.DRIVER_OK) !== 0 && c.queues.get(e.index)?.life === 'live',
      ],
      act: (c, e, emit) => send(c, 'EVENT_USED', { vq_index: e.index }, emit),
    }),
    T.row(FALLIBLE, 'queueFault', null, 'C', {
      when: ['the queue runs', (c, e) => c.queues.get(e.index)?.life === 'live'],
      act: (c, e, emit) => stepQueue(c, e.index, { type: 'fault' }, emit),
    }),
    T.row(FALLIBLE, 'broken', null, 'S', { act: (c, e, emit) => needsReset(c, e.cause, emit) }),
    T.row(ALIVE, 'removed', 'removed', 'C', {
      act: (c, _e, emit) => {
        for (const timer of ['handler', 'queue', 'reset'] as const) emit({ type: 'cancel', timer });
        runSteps(BEFORE_QUIET, c, emit);
        c.state = 'removed';
        c.answering = null;
        c.deferred = [];
        emit({ type: 'up', what: 'removed' });
      },
    }),
    T.row('removed', 'quiesced', null, 'C', {
      when: ['of this epoch', mine],
      act: (c, _e, emit) => {
        emit({ type: 'cancel', timer: 'reset' });
        runSteps(WHEN_QUIET.slice(0, 1), c, emit);
      },
    }),
    T.row('removed', 'timer', null, 'C', {
      when: ['the handler is not quiet in time', (_c, e) => e.timer === 'reset'],
      act: (c, _e, emit) => runSteps(WHEN_QUIET.slice(0, 1), c, emit),
    }),
  ],
};

/** One event of a device; `context` is changed in place. Events that fit no row change nothing and are counted. */
export function stepDevice(context: DeviceContext, event: DeviceEvent): readonly DeviceEffect[] {
  const result = step(deviceMachine, context.state, context, event);
  context.state = result.state;
  return result.row === null ? [{ type: 'count', code: 'bad_state' }] : result.effects;
}
