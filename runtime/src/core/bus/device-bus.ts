import { type BusMessage, isBusMessage, type Message, type TransportMessage } from '../../wire/message.js';
import { answerGetDevices } from '../discovery/answer.js';
import { BUS_STATE } from '../discovery/device-news.js';
import type { FaultCode } from '../fault.js';
import { type Machine, table } from '../table.js';
import { type Agreement, common } from './agreement.js';

/** A bus instance as the device side has it: it answers for the bus and routes what is for a device. */
export type DeviceBusState = 'down' | 'listening' | 'negotiated' | 'up' | 'failed';

export interface DeviceBusContext {
  /** Whether a revision is negotiated in band before anything else. */
  readonly negotiates: boolean;
  /** Revisions we have. */
  readonly revisions: readonly number[];
  readonly ours: Omit<Agreement, 'revision'>;
  /** Whether EVENT_DEVICE waits until the driver side polls. */
  readonly polled: boolean;
  readonly headerSize: number;
  readonly granule: 1 | 8;
  /** Numbers of the devices that are present. */
  readonly devices: Set<number>;
  agreement: Agreement | null;
}

export type DeviceBusEvent =
  | { readonly type: 'open' }
  /** A medium that needs no version messages, or stays connected over a bus reset, says so again after the reset. */
  | { readonly type: 'connected' }
  | ({ readonly type: 'version_request' } & Agreement)
  /** A request or event that passed intake. */
  | { readonly type: 'received'; readonly message: Message }
  | { readonly type: 'added'; readonly device: number }
  | { readonly type: 'removed'; readonly device: number }
  | { readonly type: 'bus_reset' }
  | { readonly type: 'medium_lost' }
  | { readonly type: 'medium_error' }
  | { readonly type: 'close' };

export type DeviceBusEffect =
  | { readonly type: 'limits'; readonly agreement: Agreement }
  | { readonly type: 'accept'; readonly agreement: Agreement }
  /** No to a version; `highest` is the best we have, for media whose answer can tell it. */
  | { readonly type: 'refuse'; readonly revision: number; readonly highest: number }
  | { readonly type: 'send'; readonly message: BusMessage }
  /** To be told when the driver side polls. */
  | { readonly type: 'record'; readonly number: number; readonly state: number }
  /** For the device machine; it answers a request exactly once. */
  | { readonly type: 'route'; readonly message: TransportMessage }
  /** Resets every device, as if its status were written 0; what follows waits for it. */
  | { readonly type: 'reset_devices' }
  /** Gives back areas, grants and whatever else of the driver's memory is mapped. */
  | { readonly type: 'release_memory' }
  /** Answers the bus reset request. */
  | { readonly type: 'reset_done' }
  | { readonly type: 'close_medium' }
  | { readonly type: 'up'; readonly event: { readonly type: 'error'; readonly code: FaultCode } }
  | { readonly type: 'count'; readonly code: FaultCode };

export type DeviceBusOptions = Omit<DeviceBusContext, 'devices' | 'agreement'> & {
  readonly devices?: Iterable<number>;
};

export const newDeviceBus = ({ devices = [], ...options }: DeviceBusOptions): DeviceBusContext => ({
  ...options,
  devices: new Set(devices),
  agreement: null,
});

type Emit = (effect: DeviceBusEffect) => void;

const highest = (c: DeviceBusContext): number => Math.max(0, ...c.revisions);

function settle(c: DeviceBusContext, agreement: Agreement, emit: Emit): void {
  c.agreement = agreement;
  emit({ type: 'limits', agreement });
}

function refuse(c: DeviceBusContext, e: { readonly revision: number }, emit: Emit): void {
  emit({ type: 'refuse', revision: e.revision, highest: highest(c) });
}

type Received = { readonly message: Message };
const asks = (name: 'GET_DEVICES' | 'PING', { message }: Received): boolean =>
  message.name === name && message.kind === 'request';

/** A number nobody has may still be asked for its info: whether zeros or silence is the answer is the dialect's rule (§9.2). */
const routable = (c: DeviceBusContext, message: Message): message is TransportMessage =>
  !isBusMessage(message) && (c.devices.has(message.device) || message.name === 'GET_DEVICE_INFO');

/** Whether the machine does nothing with a message that it receives but hand it on to its device. */
export const routes = (
  state: DeviceBusState,
  context: DeviceBusContext,
  message: Message,
): message is TransportMessage => state === 'up' && routable(context, message);

function answerDevices(c: DeviceBusContext, { message }: Received, emit: Emit): void {
  if (message.name !== 'GET_DEVICES' || message.kind !== 'request') return;
  const maxSize = c.agreement?.maxSize ?? c.ours.maxSize;
  const page = answerGetDevices(c.devices, message.fields, { ...c, maxSize });
  if (page === null) emit({ type: 'count', code: 'bad_value' });
  else emit({ type: 'send', message: { ...message, kind: 'response', fields: page } });
}

function echo(_c: DeviceBusContext, { message }: Received, emit: Emit): void {
  if (message.name === 'PING') emit({ type: 'send', message: { ...message, kind: 'response' } });
}

function route(_c: DeviceBusContext, { message }: Received, emit: Emit): void {
  if (!isBusMessage(message)) emit({ type: 'route', message });
}

function serve(c: DeviceBusContext, e: Received, emit: Emit): void {
  if (asks('GET_DEVICES', e)) answerDevices(c, e, emit);
  else if (asks('PING', e)) echo(c, e, emit);
  else if (routable(c, e.message)) route(c, e, emit);
}

function tell(c: DeviceBusContext, number: number, state: number, emit: Emit): void {
  const fields = { device_number: number, device_bus_state: state };
  if (c.polled) emit({ type: 'record', number, state });
  else emit({ type: 'send', message: { name: 'EVENT_DEVICE', kind: 'event', device: 0, token: 0, fields } });
}

function forget(c: DeviceBusContext, emit: Emit): void {
  c.agreement = null;
  emit({ type: 'reset_devices' });
  emit({ type: 'release_memory' });
}

const { row } = table<DeviceBusState, DeviceBusContext, DeviceBusEvent, DeviceBusEffect>();

export const deviceBus: Machine<DeviceBusState, DeviceBusContext, DeviceBusEvent, DeviceBusEffect> = {
  name: 'device bus',
  section: '2.1',
  states: ['down', 'listening', 'negotiated', 'up', 'failed'],
  rows: [
    row('down', 'open', 'listening', 'C'),
    row('listening', 'connected', 'up', 'S', {
      when: ['no in-band negotiation on this bus', (c) => !c.negotiates],
      act: (c, _e, emit) => settle(c, common(highest(c), c.ours, c.ours), emit),
    }),
    row('listening', 'version_request', 'negotiated', 'P', {
      when: ['supported', (c, e) => c.revisions.includes(e.revision)],
      act: (c, e, emit) => {
        const agreement = common(e.revision, c.ours, e);
        emit({ type: 'accept', agreement });
        settle(c, agreement, emit);
      },
    }),
    // Always a refusal: an acceptance of the highest we have would settle the driver on it while we still listen.
    row(['listening', 'negotiated'], 'version_request', null, 'P', {
      when: ['not supported', (c, e) => !c.revisions.includes(e.revision)],
      act: refuse,
    }),
    row('negotiated', 'received', 'up', 'C', { act: serve }),
    row(['negotiated', 'up'], 'version_request', null, 'P', { act: refuse }),
    row('listening', 'received', null, 'S', {
      when: ['transport message, negotiation required', (c, e) => c.negotiates && !isBusMessage(e.message)],
      act: (_c, _e, emit) => emit({ type: 'count', code: 'bad_state' }),
    }),
    row('up', 'received', null, 'S', { when: ['GET_DEVICES', (_c, e) => asks('GET_DEVICES', e)], act: answerDevices }),
    row('up', 'received', null, 'S', { when: ['PING', (_c, e) => asks('PING', e)], act: echo }),
    row('up', 'added', null, 'S4', {
      act: (c, e, emit) => {
        c.devices.add(e.device);
        tell(c, e.device, BUS_STATE.READY, emit);
      },
    }),
    row('up', 'removed', null, 'S4', {
      act: (c, e, emit) => {
        if (c.devices.delete(e.device)) tell(c, e.device, BUS_STATE.REMOVED, emit);
      },
    }),
    row('up', 'received', null, 'S', { when: ['device present', (c, e) => routable(c, e.message)], act: route }),
    // Wider than the table, which has `up` only: what was agreed on could else never be changed before the first message.
    row(['negotiated', 'up'], 'bus_reset', 'listening', 'P', {
      act: (c, _e, emit) => {
        forget(c, emit);
        emit({ type: 'reset_done' });
      },
    }),
    // Wider than the table, which has `up` only: the driver of the next connection would be refused for ever as a second one.
    row(['negotiated', 'up'], 'medium_lost', 'listening', 'C', { act: (c, _e, emit) => forget(c, emit) }),

    // Not in the table: what changes while no driver looks is in the first enumeration; and how a bus ends or fails.
    row(['down', 'listening', 'negotiated', 'failed'], 'added', null, 'C', {
      act: (c, e) => void c.devices.add(e.device),
    }),
    row(['down', 'listening', 'negotiated', 'failed'], 'removed', null, 'C', {
      act: (c, e) => void c.devices.delete(e.device),
    }),
    row('listening', 'medium_error', 'failed', 'C', {
      act: (_c, _e, emit) => emit({ type: 'up', event: { type: 'error', code: 'bus_down' } }),
    }),
    row('failed', 'open', 'listening', 'C'),
    row(['listening', 'negotiated', 'up'], 'close', 'down', 'C', {
      act: (c, _e, emit) => {
        forget(c, emit);
        emit({ type: 'close_medium' });
      },
    }),
  ],
};
