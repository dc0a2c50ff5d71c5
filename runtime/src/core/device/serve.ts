import type { TransportMessage } from '../../wire/message.js';
import { reply } from './answer.js';
import { stepConfig } from './config-changes.js';
import { around, type DeviceContext, deviceInfo, maxQueueSize, negotiated, phase } from './context.js';
import type { Emit } from './contract.js';
import { FeatureBit } from './feature-bits.js';
import { chooseFeatures, featureWindow, windowFits } from './features.js';
import { stepQueue } from './queue-changes.js';
import { queueState } from './queue-setup.js';
import { columnOf, REQUESTS, type Row } from './requests.js';
import { TEXTS } from './texts.js';

type Request<Name extends TransportMessage['name']> = Extract<
  TransportMessage,
  { readonly name: Name; readonly kind: 'request' }
>;
type Serve = (c: DeviceContext, message: TransportMessage, emit: Emit) => void;

const answers: { readonly [Name in Row]?: (c: DeviceContext, request: Request<Name>, emit: Emit) => void } = {
  GET_DEVICE_INFO: (c, request, emit) => reply(request, { name: request.name, fields: deviceInfo(c.setup) }, emit),
  GET_DEVICE_FEATURES: (c, request, emit) => {
    if (windowFits(c, request.fields)) {
      reply(request, { name: request.name, fields: featureWindow(c, request.fields) }, emit);
    } else emit({ type: 'drop', code: 'bad_value', message: request });
  },
  GET_CONFIG: (c, request, emit) => stepConfig(c, { type: 'get', range: request.fields }, emit),
  GET_DEVICE_STATUS: (c, request, emit) => reply(request, { name: request.name, fields: { status: c.status } }, emit),
  GET_VQUEUE: (c, request, emit) => {
    const { index } = request.fields;
    const queue = c.queues.get(index);
    const enabled = TEXTS[c.setup.dialect].enableFlag ? (queue?.enabled ?? false) : null;
    const fields = queueState(index, maxQueueSize(c, index), queue?.setup ?? null, enabled);
    reply(request, { name: request.name, fields }, emit);
  },
  GET_SHM: (c, request, emit) => {
    const { index } = request.fields;
    const region = c.setup.shm?.find((r) => r.index === index);
    const fields = { index, length: region?.length ?? 0n, address: region?.address ?? 0n };
    reply(request, { name: request.name, fields }, emit);
  },
};

/** What the matrix says of each message, and how it is answered where it says so. */
const CELLS = new Map(
  Object.entries(REQUESTS).map(([name, cells]) => [name, { cells, answer: answers[name as Row] as Serve }]),
);

/** The answer of a request that has no effect. */
const nothing: Serve = (_c, message, emit) =>
  reply(message, { name: message.name as 'SET_DRIVER_FEATURES' | 'SET_VQUEUE' | 'RESET_VQUEUE', fields: {} }, emit);

const store = (c: DeviceContext, request: Request<'SET_DRIVER_FEATURES'>, emit: Emit): void => {
  const window = { block_index: request.fields.block_index, num_blocks: request.fields.features.length };
  if (!windowFits(c, window)) {
    emit({ type: 'drop', code: 'bad_value', message: request });
    return;
  }
  chooseFeatures(c, request.fields);
  nothing(c, request, emit);
};

const refuse = (c: DeviceContext, request: Request<'SET_CONFIG'>, emit: Emit): void => {
  const fields = { generation: c.config.generation, offset: request.fields.offset, data: new Uint8Array(0) };
  reply(request, { name: 'SET_CONFIG', fields }, emit);
};

const toQueue = (c: DeviceContext, request: Request<'SET_VQUEUE'> | Request<'RESET_VQUEUE'>, emit: Emit): void => {
  const { index } = request.fields;
  if (maxQueueSize(c, index) === 0) {
    // Not in the tables for RESET_VQUEUE; SET_VQUEUE fails 12.1, and nothing may be kept for a number that is no queue.
    emit({ type: 'count', code: request.name === 'SET_VQUEUE' ? 'rejected' : 'range' });
    nothing(c, request, emit);
  } else if (request.name === 'SET_VQUEUE') {
    stepQueue(c, index, { type: 'setVqueue', setup: request.fields, around: around(c, index) }, emit);
  } else {
    stepQueue(c, index, { type: 'resetVqueue', around: around(c, index) }, emit);
  }
};

/** Does what the matrix says about one request. What takes time leaves `c.state` at what is waited for. */
export const serve: Serve = (c, message, emit) => {
  const row = CELLS.get(message.name);
  switch (row?.cells[columnOf(phase(c))]) {
    case 'answer':
      row!.answer(c, message, emit);
      break;
    case 'noneCounted':
      emit({ type: 'count', code: 'bad_state' });
      nothing(c, message, emit);
      break;
    case 'none':
      nothing(c, message, emit);
      break;
    case 'store':
      store(c, message as Request<'SET_DRIVER_FEATURES'>, emit);
      break;
    case 'refuse':
      refuse(c, message as Request<'SET_CONFIG'>, emit);
      break;
    case 'config':
      stepConfig(c, { type: 'set', wanted: (message as Request<'SET_CONFIG'>).fields }, emit);
      break;
    case 'queue':
      toQueue(c, message as Request<'SET_VQUEUE'>, emit);
      break;
    default:
      emit({ type: 'drop', code: 'unknown_msg', message });
  }
};

/** EVENT_AVAIL: the one message that is no request, and is never kept waiting. */
export function avail(
  c: DeviceContext,
  message: Extract<TransportMessage, { readonly name: 'EVENT_AVAIL' }>,
  emit: Emit,
): void {
  const { vq_index: index, next_offset, next_wrap } = message.fields;
  if (maxQueueSize(c, index) === 0) {
    emit({ type: 'drop', code: 'range', message });
    return;
  }
  const cell = c.acceptsAvail ? REQUESTS.EVENT_AVAIL[columnOf(phase(c))] : 'ignore';
  if (cell === 'remember') c.remembered.add(index);
  if (cell !== 'kick') return;
  // The position is a hint at most: the ring stays the truth, whatever is said here.
  if ((next_offset !== 0 || next_wrap !== 0) && !negotiated(c, FeatureBit.NOTIFICATION_DATA)) {
    emit({ type: 'count', code: 'bad_value' });
  }
  if (c.queues.has(index)) stepQueue(c, index, { type: 'avail' }, emit);
}
