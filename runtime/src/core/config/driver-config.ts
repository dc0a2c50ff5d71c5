import type { ConfigData, ConfigRange } from '../../wire/message.js';
import { type Fault, type FaultCode, fault } from '../fault.js';
import { type Machine, table } from '../table.js';
import type {
  Announcement,
  DriverConfigContext,
  DriverConfigEffect,
  DriverConfigEvent,
  DriverConfigState,
  Operation,
  ReadOperation,
  WriteOperation,
} from './driver-config-contract.js';

type Context = DriverConfigContext;
type Emit = (effect: DriverConfigEffect) => void;

const NONE = new Uint8Array(0);
// The counter wraps and may start anywhere: it is compared for equality, and its successor is taken modulo 2^32.
const after = (generation: number): number => (generation + 1) >>> 0;

// Token 0: the bus chooses it.
const get = (c: Context, range: ConfigRange): DriverConfigEffect => ({
  type: 'send',
  message: { name: 'GET_CONFIG', kind: 'request', device: c.device, token: 0, fields: range },
});
const set = (c: Context, fields: ConfigData): DriverConfigEffect => ({
  type: 'send',
  message: { name: 'SET_CONFIG', kind: 'request', device: c.device, token: 0, fields },
});

const nextChunk = (c: Context, read: ReadOperation): ConfigRange => ({
  offset: read.offset + c.gotLength,
  length: Math.min(c.room, read.length - c.gotLength),
});

const beginRead = (c: Context, read: ReadOperation, emit: Emit): void => {
  c.got = new Uint8Array(read.length);
  c.gotGeneration = null;
  c.gotLength = 0;
  c.disturbed = false;
  emit(get(c, nextChunk(c, read)));
};

const sendWrite = (c: Context, write: WriteOperation, emit: Emit): void =>
  emit(set(c, { generation: c.checked ? c.known! : 0, offset: write.offset, data: c.wanted }));

/** Starts an operation and names the state it runs in. One operation at a time: a write between two chunks would tear a read. */
function start(c: Context, operation: Operation, emit: Emit): DriverConfigState {
  c.current = operation;
  if (operation.kind === 'read') {
    c.attempts = 1;
    beginRead(c, operation, emit);
    return 'reading';
  }
  c.wanted = operation.data.slice();
  c.refusals = 0;
  if (c.checked && c.known === null) {
    // A read of no bytes tells the generation.
    emit(get(c, { offset: 0, length: 0 }));
    return 'asking';
  }
  sendWrite(c, operation, emit);
  return 'writing';
}

const end = (c: Context, emit: Emit): void => {
  c.current = null;
  c.got = NONE;
  c.wanted = NONE;
  const next = c.waiting.shift();
  if (next !== undefined) start(c, next, emit);
};

/** The state the current operation is in after `end` may have begun another. */
const running = (c: Context): DriverConfigState => {
  if (c.current === null) return 'idle';
  if (c.current.kind === 'read') return 'reading';
  return c.checked && c.known === null ? 'asking' : 'writing';
};

const fail = (c: Context, code: FaultCode, message: string, emit: Emit, generation: number | null = null): void => {
  emit({ type: 'fail', id: c.current!.id, fault: fault(code, message), generation });
  end(c, emit);
};

const readOf = (c: Context): ReadOperation => c.current as ReadOperation;
const writeOf = (c: Context): WriteOperation => c.current as WriteOperation;

/** Why an operation cannot be begun at all, or null. */
function refusal(
  c: Context,
  e: { readonly offset: number; readonly length: number; readonly write: boolean },
): Fault | null {
  const whole = Number.isInteger(e.offset) && Number.isInteger(e.length) && e.offset >= 0 && e.length >= 0;
  if (!whole || e.offset + e.length > c.size || (e.write && e.length === 0)) {
    return fault('range', `bytes ${e.offset}..${e.offset + e.length} of a configuration of ${c.size}`);
  }
  if (e.write ? e.length > c.room : e.length > 0 && c.room === 0) {
    return fault('too_big', `${e.length} bytes, and ${c.room} fit in a message of this bus`);
  }
  if (c.waiting.length >= c.maxWaiting) return fault('limit', `${c.maxWaiting} operations are waiting already`);
  return null;
}

const submit = (c: Context, operation: Operation, emit: Emit): void => {
  if (c.current === null) start(c, operation, emit);
  else c.waiting.push(operation);
};

const chunkEcho = (c: Context, fields: ConfigData): boolean => {
  const asked = nextChunk(c, readOf(c));
  return fields.offset === asked.offset && fields.data.length === asked.length;
};
const severalChunks = (c: Context): boolean => readOf(c).length > c.room;
const torn = (c: Context, fields: ConfigData): boolean =>
  (c.disturbed && severalChunks(c)) || (c.gotGeneration !== null && c.gotGeneration !== fields.generation);

const finishRead = (c: Context, emit: Emit): void => {
  const read = readOf(c);
  const generation = c.gotGeneration!;
  // An event that overtook the answer speaks of newer bytes: these may be given out, they were so once, but not kept.
  if (!(c.disturbed && c.announced !== generation)) {
    if (generation !== c.known) c.cache = null;
    if (read.offset === 0 && read.length === c.size) c.cache = c.got.slice();
    c.known = generation;
  }
  emit({ type: 'done', id: read.id, data: c.got, generation });
  end(c, emit);
};

const inRange = (c: Context, e: { readonly fields: Announcement }): boolean =>
  e.fields.offset + e.fields.data.length <= c.size;
const isKnown = (c: Context, e: { readonly fields: Announcement }): boolean => e.fields.generation === c.known;
const hasData = (e: { readonly fields: Announcement }): boolean => e.fields.data.length > 0;

const disturb = (c: Context, fields: Announcement): void => {
  c.disturbed = true;
  c.announced = fields.generation;
};

const T = table<DriverConfigState, Context, DriverConfigEvent, DriverConfigEffect>();
const ANY = ['idle', 'reading', 'asking', 'writing', 'refetching', 'merging'] as const;
const BUSY = ['reading', 'asking', 'writing', 'refetching'] as const;

/** Configuration on the side of the driver. Spec: transport-msg.tex, GET_CONFIG, SET_CONFIG, EVENT_CONFIG. */
export const driverConfigMachine: Machine<
  DriverConfigState,
  DriverConfigContext,
  DriverConfigEvent,
  DriverConfigEffect
> = {
  name: 'driver-config',
  section: '11',
  states: ANY,
  rows: [
    T.row(ANY, 'read', null, 'C', {
      when: ['it cannot be begun', (c, e) => refusal(c, { ...e, write: false }) !== null],
      act: (c, e, emit) =>
        emit({ type: 'fail', id: e.id, fault: refusal(c, { ...e, write: false })!, generation: c.known }),
    }),
    T.row('idle', 'read', 'reading', 'S', { act: (c, e, emit) => submit(c, { ...e, kind: 'read' }, emit) }),
    T.row(['reading', 'asking', 'writing', 'refetching', 'merging'], 'read', null, 'C', {
      act: (c, e, emit) => submit(c, { ...e, kind: 'read' }, emit),
    }),
    T.row('reading', 'got', running, 'C', {
      when: [
        'no data for a request with data',
        (c, e) => e.fields.data.length === 0 && nextChunk(c, readOf(c)).length > 0,
      ],
      act: (c, _e, emit) => fail(c, 'range', 'the device has no such bytes', emit),
    }),
    T.row('reading', 'got', running, 'C', {
      when: ['the answer is not to what was asked', (c, e) => !chunkEcho(c, e.fields)],
      act: (c, _e, emit) => fail(c, 'mismatch', 'the answer names another range', emit),
    }),
    T.row('reading', 'got', 'reading', ['S', 'C'], {
      when: [
        'generations differ or an event came in between; attempts left',
        (c, e) => torn(c, e.fields) && c.attempts < c.readAttempts,
      ],
      act: (c, _e, emit) => {
        c.attempts++;
        beginRead(c, readOf(c), emit);
      },
    }),
    T.row('reading', 'got', running, 'C', {
      when: ['generations differ or an event came in between', (c, e) => torn(c, e.fields)],
      act: (c, e, emit) =>
        fail(c, 'torn', `it changed during ${c.attempts} attempts to read it`, emit, e.fields.generation),
    }),
    T.row('reading', 'got', running, 'S', {
      when: ['the last chunk', (c, e) => c.gotLength + e.fields.data.length === readOf(c).length],
      act: (c, e, emit) => {
        c.got.set(e.fields.data, c.gotLength);
        c.gotGeneration = e.fields.generation;
        finishRead(c, emit);
      },
    }),
    T.row('reading', 'got', 'reading', 'S', {
      act: (c, e, emit) => {
        c.got.set(e.fields.data, c.gotLength);
        c.gotLength += e.fields.data.length;
        c.gotGeneration = e.fields.generation;
        emit(get(c, nextChunk(c, readOf(c))));
      },
    }),

    // "Out of range" is the last row of events in the tables, behind rows that would catch it all: it has to be judged first.
    T.row(ANY, 'event', null, 'C', {
      when: ['out of range', (c, e) => !inRange(c, e)],
      act: (c, e, emit) => {
        disturb(c, e.fields);
        c.cache = null;
        emit({ type: 'count', code: 'range' });
      },
    }),
    T.row(ANY, 'event', null, 'S3', {
      when: ['generation known, no data', (c, e) => isKnown(c, e) && !hasData(e)],
      act: (c, e) => disturb(c, e.fields),
    }),
    T.row(ANY, 'event', null, 'S', {
      when: ['generation not known, no data', (_c, e) => !hasData(e)],
      act: (c, e, emit) => {
        disturb(c, e.fields);
        c.cache = null;
        emit({ type: 'up', what: 'changed', generation: e.fields.generation });
      },
    }),
    T.row(ANY, 'event', null, 'C', {
      when: [
        'data of the generation that follows the cached one',
        // Not while a write is out: what it did, and before or after this change, is known by its answer alone.
        (c, e) =>
          c.cache !== null && c.known !== null && e.fields.generation === after(c.known) && c.current?.kind !== 'write',
      ],
      act: (c, e, emit) => {
        disturb(c, e.fields);
        c.cache!.set(e.fields.data, e.fields.offset);
        c.known = e.fields.generation;
        emit({ type: 'up', what: 'patched', generation: e.fields.generation });
      },
    }),
    T.row(ANY, 'event', null, 'C', {
      when: ['generation not known', (c, e) => !isKnown(c, e)],
      act: (c, e, emit) => {
        disturb(c, e.fields);
        c.cache = null;
        emit({ type: 'up', what: 'changed', generation: e.fields.generation });
      },
    }),
    T.row(ANY, 'event', null, ['S', 'C'], {
      act: (c, e, emit) => {
        disturb(c, e.fields);
        emit({ type: 'count', code: 'bad_value' });
      },
    }),

    T.row(ANY, 'write', null, 'C', {
      when: [
        'it cannot be begun',
        (c, e) => refusal(c, { offset: e.offset, length: e.data.length, write: true }) !== null,
      ],
      act: (c, e, emit) => {
        const reason = refusal(c, { offset: e.offset, length: e.data.length, write: true })!;
        emit({ type: 'fail', id: e.id, fault: reason, generation: c.known });
      },
    }),
    T.row('idle', 'write', running, ['S', 'S5'], { act: (c, e, emit) => submit(c, { ...e, kind: 'write' }, emit) }),
    T.row(['reading', 'asking', 'writing', 'refetching', 'merging'], 'write', null, 'C', {
      act: (c, e, emit) => submit(c, { ...e, kind: 'write' }, emit),
    }),
    T.row('asking', 'got', 'writing', 'S', {
      act: (c, e, emit) => {
        c.known = e.fields.generation;
        sendWrite(c, writeOf(c), emit);
      },
    }),
    T.row('writing', 'set', running, 'S', {
      when: ['all of it', (c, e) => e.fields.offset === writeOf(c).offset && e.fields.data.length === c.wanted.length],
      act: (c, { fields }, emit) => {
        // The same generation promises that nothing but this changed. Another one may stand for bytes elsewhere too: the
        // tables would keep the rest of the cache, which would then be a mixture of two generations.
        if (fields.generation !== c.known) c.cache = null;
        c.cache?.set(fields.data, fields.offset);
        c.known = fields.generation;
        emit({ type: 'done', id: c.current!.id, data: fields.data, generation: fields.generation });
        end(c, emit);
      },
    }),
    T.row('writing', 'set', 'refetching', ['S', 'C'], {
      when: [
        'refused; retries left and the caller can merge',
        (c, e) => e.fields.data.length === 0 && writeOf(c).merge && c.refusals < c.writeRetries,
      ],
      act: (c, _e, emit) => {
        c.refusals++;
        emit(get(c, { offset: writeOf(c).offset, length: writeOf(c).data.length }));
      },
    }),
    T.row('writing', 'set', running, 'S', {
      when: ['refused', (_c, e) => e.fields.data.length === 0],
      act: (c, e, emit) => fail(c, 'rejected', 'the device refused the write', emit, e.fields.generation),
    }),
    // Comes after the refusal, which has length 0 and may well echo an offset of its own.
    T.row('writing', 'set', running, ['S5', 'C'], {
      act: (c, e, emit) => {
        c.cache = null;
        fail(
          c,
          'mismatch',
          `${e.fields.data.length} of ${c.wanted.length} bytes were answered`,
          emit,
          e.fields.generation,
        );
      },
    }),
    T.row('refetching', 'got', 'merging', 'S', {
      when: [
        'the bytes that were asked for',
        (c, e) => e.fields.offset === writeOf(c).offset && e.fields.data.length === writeOf(c).data.length,
      ],
      act: (c, { fields }, emit) => {
        if (fields.generation !== c.known) c.cache = null;
        c.known = fields.generation;
        emit({ type: 'merge', id: c.current!.id, data: fields.data, generation: fields.generation });
      },
    }),
    T.row('refetching', 'got', running, 'C', {
      act: (c, _e, emit) => fail(c, 'mismatch', 'the answer names another range', emit),
    }),
    T.row('merging', 'merged', 'writing', 'S', {
      when: ['bytes of the same length', (c, e) => e.data?.length === writeOf(c).data.length],
      act: (c, e, emit) => {
        c.wanted = e.data!.slice();
        sendWrite(c, writeOf(c), emit);
      },
    }),
    T.row('merging', 'merged', running, 'C', {
      act: (c, _e, emit) => fail(c, 'rejected', 'the caller has nothing to write any more', emit, c.known),
    }),
    T.row(BUSY, 'failed', running, 'C', {
      act: (c, e, emit) => {
        // Nobody knows whether the write was applied.
        if (c.current!.kind === 'write' && e.fault.outcome === 'unknown') c.cache = null;
        emit({ type: 'fail', id: c.current!.id, fault: e.fault, generation: null });
        end(c, emit);
      },
    }),
  ],
};

/** The configuration of the last complete read, kept right by events; null when it has to be read. */
export const cachedConfig = (
  c: DriverConfigContext,
): { readonly data: Uint8Array; readonly generation: number } | null =>
  c.cache === null || c.known === null ? null : { data: c.cache.slice(), generation: c.known };

/** Forgets everything, as after a device reset or a removal: what is running and waiting ends with `reason`. */
export function endDriverConfig(c: DriverConfigContext, reason: Fault): DriverConfigEffect[] {
  const ended = c.current === null ? [] : [c.current, ...c.waiting];
  c.current = null;
  c.waiting = [];
  c.cache = null;
  c.known = null;
  return ended.map((operation) => ({ type: 'fail', id: operation.id, fault: reason, generation: null }));
}
