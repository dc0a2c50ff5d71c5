import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type DeviceContext,
  type DeviceSetup,
  type DeviceState,
  deviceContext,
} from '../../runtime/dist/core/device/context.js';
import type { DeviceEffect, DeviceEvent } from '../../runtime/dist/core/device/contract.js';
import { deviceMachine, stepDevice } from '../../runtime/dist/core/device/device.js';
import { type Cell, columnOf, REQUESTS, type Row } from '../../runtime/dist/core/device/requests.js';
import { BEFORE_QUIET, WHEN_QUIET } from '../../runtime/dist/core/device/reset.js';
import { phaseOf, DeviceStatus as S } from '../../runtime/dist/core/device/status-bits.js';
import { checksGeneration, type Dialect, room, TEXTS } from '../../runtime/dist/core/device/texts.js';
import { unknownDeviceAnswer } from '../../runtime/dist/core/device/unknown-device.js';
import { DEFAULT_LIMITS } from '../../runtime/dist/core/limits.js';
import { DIALECTS } from '../../runtime/dist/wire/dialects.js';
import type { TransportMessage } from '../../runtime/dist/wire/message.js';
import { runs } from './support/properties.js';
import { walk } from './support/walk.js';

const FEATURES = [0, 1 | (1 << 8) | (1 << 11)];
const setupOf = (over: Partial<DeviceSetup> = {}): DeviceSetup => ({
  device: 7,
  dialect: 'rfc3',
  maxMessageSize: 64,
  device_id: 2,
  vendor_id: 5,
  features: FEATURES,
  queues: [8, 0, 4],
  config: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  writable: [{ offset: 4, length: 4 }],
  generation: 100,
  shm: [{ index: 1, length: 4096n, address: 0x10000n }],
  ...over,
});

type Req = Extract<TransportMessage, { kind: 'request' }>;
const request = (name: Req['name'], fields: object, token = 3): DeviceEvent => ({
  type: 'message',
  message: { name, kind: 'request', device: 7, token, fields } as TransportMessage,
});
const QUEUE = { index: 0, size: 8, descriptor_addr: 0x1000n, driver_addr: 0x2000n, device_addr: 0x3000n };
const availOf = (vq_index: number, next_offset = 0): DeviceEvent => ({
  type: 'message',
  message: { name: 'EVENT_AVAIL', kind: 'event', device: 7, token: 0, fields: { vq_index, next_offset, next_wrap: 0 } },
});
const set = (status: number): DeviceEvent => request('SET_DEVICE_STATUS', { status });

/** What a handler that is never slow answers to one effect. */
function handlerSays(c: DeviceContext, effect: DeviceEffect): DeviceEvent | null {
  switch (effect.type) {
    case 'activate':
      return { type: 'activated', epoch: effect.epoch, ok: true };
    case 'suspend':
      return { type: 'suspended', epoch: effect.epoch, ok: true };
    case 'resume':
      return { type: 'resumed', epoch: effect.epoch, ok: true };
    case 'quiesce':
      return { type: 'quiesced', epoch: effect.epoch };
    case 'stopQueue':
      return effect.drain ? { type: 'queueStopped', epoch: effect.epoch, index: effect.index } : null;
    case 'applyConfig': {
      const bytes = c.config.bytes.slice();
      bytes.set(effect.data, effect.offset);
      return { type: 'configApplied', epoch: effect.epoch, bytes };
    }
    default:
      return null;
  }
}

function drive(c: DeviceContext, event: DeviceEvent): DeviceEffect[] {
  const effects = [...stepDevice(c, event)];
  for (const effect of effects) {
    const answer = handlerSays(c, effect);
    if (answer !== null) effects.push(...stepDevice(c, answer));
  }
  return effects;
}

const replies = (effects: readonly DeviceEffect[]): TransportMessage[] =>
  effects.flatMap((e) => (e.type === 'reply' ? [e.message] : []));

function brought(
  to: 'early' | 'driver' | 'negotiated' | 'live' | 'suspended' | 'ended',
  over: Partial<DeviceSetup> = {},
) {
  const c = deviceContext(setupOf(over));
  if (to === 'early') return c;
  drive(c, set(3));
  if (to === 'driver') return c;
  drive(c, request('SET_DRIVER_FEATURES', { block_index: 0, features: FEATURES }));
  drive(c, set(11));
  drive(c, request('SET_VQUEUE', QUEUE));
  if (to === 'negotiated') return c;
  drive(c, set(15));
  if (to === 'suspended') drive(c, set(31));
  if (to === 'ended') drive(c, { type: 'broken', cause: 'handler' });
  return c;
}

describe('the table of the device', () => {
  const limits = { ...DEFAULT_LIMITS, maxInFlightPerDevice: 1 };
  const events = (_s: DeviceState, c: DeviceContext): DeviceEvent[] => [
    set(0),
    set(3),
    set(11),
    set(15),
    set(31),
    request('SET_DRIVER_FEATURES', { block_index: 0, features: FEATURES }),
    request('SET_VQUEUE', QUEUE),
    request('RESET_VQUEUE', { index: 0 }),
    request('SET_CONFIG', { generation: c.config.generation, offset: 4, data: Uint8Array.of(9) }),
    availOf(0),
    { type: 'message', message: { name: 'EVENT_USED', kind: 'event', device: 7, token: 0, fields: { vq_index: 0 } } },
    ...[true, false].flatMap((ok): DeviceEvent[] => [
      { type: 'activated', epoch: c.epoch, ok },
      { type: 'suspended', epoch: c.epoch, ok },
      { type: 'resumed', epoch: c.epoch, ok },
    ]),
    { type: 'activated', epoch: c.epoch - 1, ok: true },
    { type: 'suspended', epoch: c.epoch - 1, ok: true },
    { type: 'resumed', epoch: c.epoch - 1, ok: true },
    { type: 'quiesced', epoch: c.epoch },
    { type: 'quiesced', epoch: c.epoch - 1 },
    { type: 'queueStopped', epoch: c.epoch, index: 0 },
    { type: 'queueStopped', epoch: c.epoch, index: 2 },
    { type: 'configApplied', epoch: c.epoch, bytes: c.config.bytes.slice() },
    { type: 'configApplied', epoch: c.epoch - 1, bytes: null },
    { type: 'configChanged', changes: [{ offset: 0, data: Uint8Array.of(1) }] },
    { type: 'configEventSent' },
    { type: 'used', index: 0 },
    { type: 'queueFault', index: 0, code: 'q_bad_head' },
    { type: 'broken', cause: 'handler' },
    { type: 'timer', timer: 'handler' },
    { type: 'timer', timer: 'reset' },
    { type: 'timer', timer: 'queue' },
    { type: 'removed' },
  ];
  const starts = (['early', 'negotiated', 'live', 'suspended'] as const).map((to) => {
    const context = brought(to, { limits });
    return { state: context.state, context };
  });

  test('every row is taken, and every guard seen both ways', () => {
    const { missing } = walk(deviceMachine, { starts, events, depth: 4 }, (before, event, effects) => {
      if (event.type !== 'message') return;
      // Invariant 4: what is dropped sends nothing.
      if (effects.some((e) => e.type === 'drop')) {
        expect(effects.some((e) => e.type === 'reply' || e.type === 'send')).toBe(false);
      }
      if (before.state !== 'serving') expect(effects.some((e) => e.type === 'reply')).toBe(false);
    });
    expect(missing).toEqual([]);
  });
});

describe('requests by phase (9.2)', () => {
  const asks: Record<Row, DeviceEvent> = {
    GET_DEVICE_INFO: request('GET_DEVICE_INFO', {}),
    GET_DEVICE_FEATURES: request('GET_DEVICE_FEATURES', { block_index: 0, num_blocks: 2 }),
    SET_DRIVER_FEATURES: request('SET_DRIVER_FEATURES', { block_index: 0, features: [0, 1] }),
    GET_CONFIG: request('GET_CONFIG', { offset: 0, length: 4 }),
    SET_CONFIG: request('SET_CONFIG', { generation: 100, offset: 4, data: Uint8Array.of(77) }),
    GET_DEVICE_STATUS: request('GET_DEVICE_STATUS', {}),
    GET_VQUEUE: request('GET_VQUEUE', { index: 0 }),
    SET_VQUEUE: request('SET_VQUEUE', { ...QUEUE, index: 2, size: 4 }),
    RESET_VQUEUE: request('RESET_VQUEUE', { index: 0 }),
    GET_SHM: request('GET_SHM', { index: 1 }),
    EVENT_AVAIL: availOf(0),
  };
  const phases = ['early', 'driver', 'negotiated', 'live', 'suspended', 'ended'] as const;
  const cells = (Object.keys(REQUESTS) as Row[]).flatMap((row) =>
    phases.map((p) => [row, p, REQUESTS[row][p]] as const),
  );

  test.each(cells)('%s in %s: %s', (row, to, cell) => {
    const c = brought(to);
    const before = structuredClone(c);
    expect(columnOf(phaseOf(c.status))).toBe(to);
    const effects = drive(c, asks[row]);
    // Exactly one answer to every request, whatever becomes of it; none to an event.
    expect(replies(effects).map((m) => [m.name, m.kind, m.device, m.token])).toEqual(
      row === 'EVENT_AVAIL' ? [] : [[row, 'response', 7, 3]],
    );
    const unchanged: readonly Cell[] = ['answer', 'none', 'noneCounted', 'refuse', 'ignore'];
    if (unchanged.includes(cell)) expect(c).toEqual(before);
    expect(effects.some((e) => e.type === 'count' && e.code === 'bad_state')).toBe(cell === 'noneCounted');
    expect(effects.some((e) => e.type === 'kick')).toBe(cell === 'kick');
    if (cell === 'remember') expect([...c.remembered]).toEqual([0]);
    if (cell === 'store') expect(c.chosen).toEqual([0, 1]);
    if (cell === 'refuse')
      expect(replies(effects)[0]!.fields).toEqual({ generation: 100, offset: 4, data: new Uint8Array(0) });
    if (cell === 'config') expect(c.config.bytes[4]).toBe(77);
    if (cell === 'queue' && row === 'SET_VQUEUE') expect(c.queues.get(2)?.setup?.size).toBe(4);
    if (cell === 'queue' && row === 'RESET_VQUEUE') expect(c.queues.get(0)?.life).toBe('unset');
  });

  test('is the matrix of the reference', () => {
    const short: Record<Cell, string> = {
      answer: 'a',
      none: '-',
      noneCounted: '!',
      store: 's',
      refuse: 'x',
      config: '10',
      queue: '12',
      ignore: '.',
      remember: 'r',
      kick: 'k',
    };
    const told = Object.fromEntries(
      Object.entries(REQUESTS).map(([row, by]) => [row, phases.map((p) => short[by[p]]).join(' ')]),
    );
    expect(told).toEqual({
      GET_DEVICE_INFO: 'a a a a a a',
      GET_DEVICE_FEATURES: 'a a a a a a',
      SET_DRIVER_FEATURES: '- s ! - - -',
      GET_CONFIG: 'a a a a a a',
      SET_CONFIG: 'x x 10 10 x x',
      GET_DEVICE_STATUS: 'a a a a a a',
      GET_VQUEUE: 'a a a a a a',
      SET_VQUEUE: '- - 12 12 - -',
      RESET_VQUEUE: '- - 12 12 - -',
      GET_SHM: 'a a a a a a',
      EVENT_AVAIL: '. . r k . .',
    });
  });

  test('what is unknown is told by zeros', () => {
    const c = brought('live');
    expect(replies(drive(c, request('GET_VQUEUE', { index: 9 })))[0]!.fields).toMatchObject({
      index: 9,
      max_size: 0,
      cur_size: 0,
    });
    expect(replies(drive(c, request('GET_SHM', { index: 9 })))[0]!.fields).toEqual({
      index: 9,
      length: 0n,
      address: 0n,
    });
    expect(replies(drive(c, request('GET_DEVICE_FEATURES', { block_index: 2, num_blocks: 3 })))[0]!.fields).toEqual({
      block_index: 2,
      features: [0, 0, 0],
    });
  });

  test.each([
    ['more blocks than fit', { block_index: 0, num_blocks: 13 }],
    ['more blocks than there is memory', { block_index: 0, num_blocks: 0xffffffff }],
    ['a window that wraps', { block_index: 0xffffffff, num_blocks: 2 }],
  ])('drops a feature request for %s', (_says, fields) => {
    expect(drive(brought('early'), request('GET_DEVICE_FEATURES', fields))).toMatchObject([
      { type: 'drop', code: 'bad_value' },
    ]);
  });

  test('a window of the configuration that no answer can carry is answered empty, and counted', () => {
    const c = brought('driver', { config: new Uint8Array(64).fill(5) });
    const ask = (length: number) => drive(c, request('GET_CONFIG', { offset: 8, length }));
    expect(ask(45)).toEqual([expect.objectContaining({ type: 'reply' }), { type: 'count', code: 'too_big' }]);
    expect(replies(ask(45))[0]!.fields).toEqual({ generation: 100, offset: 8, data: new Uint8Array(0) });
    expect(replies(ask(44))[0]!.fields).toMatchObject({ offset: 8, data: new Uint8Array(44).fill(5) });
  });

  test.each([
    ['rfc2', 0b1 | (1 << 8) | (1 << 11)],
    ['rfc3', 0b1 | (1 << 8) | (1 << 11)],
    ['pr28', 1],
    ['v1-2026', 0b1 | (1 << 8) | (1 << 11)],
  ] as const)('%s tells after the choice what its text says', (dialect, expected) => {
    const c = brought('driver', { dialect });
    drive(c, request('SET_DRIVER_FEATURES', { block_index: 0, features: [0, 1] }));
    const [answer] = replies(drive(c, request('GET_DEVICE_FEATURES', { block_index: 1, num_blocks: 1 })));
    expect(answer!.fields).toEqual({ block_index: 1, features: [expected] });
  });

  test.each([
    ['rfc2', true],
    ['rfc3', true],
    ['pr28', false],
    ['v1-2026', false],
  ] as const)('%s: a number without a device is answered: %s', (dialect, answered) => {
    const message = { name: 'GET_DEVICE_INFO', kind: 'request', device: 99, token: 4, fields: {} } as const;
    const answer = unknownDeviceAnswer(dialect, message);
    expect(answer === null ? false : answer.device === 99 && answer.token === 4).toBe(answered);
    expect(unknownDeviceAnswer(dialect, message, 'drop')).toBeNull();
    expect(unknownDeviceAnswer(dialect, { ...message, name: 'GET_DEVICE_STATUS' }, 'zeros')).toBeNull();
  });

  test('header sizes are those of the wire', () => {
    for (const name of Object.keys(TEXTS) as Dialect[]) {
      expect(TEXTS[name].header).toBe(DIALECTS[name].headerSize);
      expect(checksGeneration(name, 0)).toBe(DIALECTS[name].generation === 'always');
      expect(checksGeneration(name, 1)).toBe(true);
    }
    expect(room('v1-2026', 264, 'GET_CONFIG')).toBe(244);
    expect(room('v1-2026', 264, 'EVENT_CONFIG')).toBe(240);
  });
});

describe('device reset (9.4)', () => {
  test('runs in its order, and answers last', () => {
    const c = brought('live');
    expect([...BEFORE_QUIET, ...WHEN_QUIET].map((s) => s.says)).toEqual([
      'stop accepting EVENT_AVAIL',
      'stop every queue: no ring access afterwards',
      'cancel or wait for running operations',
      'drop features, queue settings, pending events',
      'status := 0',
    ]);
    expect(stepDevice(c, set(0)).map((e) => e.type)).toEqual(['stopQueue', 'quiesce', 'arm']);
    expect(c.status).toBe(15);
    expect(stepDevice(c, availOf(0))).toEqual([]);
    const end = stepDevice(c, { type: 'quiesced', epoch: 0 });
    expect(end.map((e) => e.type)).toEqual(['cancel', 'up', 'reply']);
    expect([c.status, c.chosen, c.queues.size, c.config.generation]).toEqual([0, null, 0, 100]);
  });

  test('is answered in the end although an operation does not end, whose results are thrown away', () => {
    const c = brought('live');
    stepDevice(c, set(0));
    const effects = stepDevice(c, { type: 'timer', timer: 'reset' });
    expect(replies(effects)[0]!.fields).toEqual({ status: 0 });
    expect(stepDevice(c, { type: 'quiesced', epoch: 0 })).toEqual([{ type: 'count', code: 'bad_state' }]);
  });

  test('keeps what comes meanwhile and answers it afterwards, in order', () => {
    const c = brought('live');
    stepDevice(c, set(0));
    expect(stepDevice(c, request('GET_DEVICE_STATUS', {}, 21))).toEqual([]);
    expect(stepDevice(c, request('SET_DEVICE_STATUS', { status: 1 }, 22))).toEqual([]);
    const effects = stepDevice(c, { type: 'quiesced', epoch: 0 });
    expect(replies(effects).map((m) => [m.token, m.fields])).toEqual([
      [3, { status: 0 }],
      [21, { status: 0 }],
      [22, { status: 1 }],
    ]);
  });

  test('does not set the generation back, and brings writable bytes back under a new one', () => {
    const c = brought('live');
    drive(c, request('SET_CONFIG', { generation: 100, offset: 4, data: Uint8Array.of(77) }));
    expect(c.config.generation).toBe(100);
    drive(c, set(0));
    expect([c.config.bytes[4], c.config.generation]).toEqual([5, 101]);
  });

  test('a removal does the same without an answer, and drops what comes later', () => {
    const c = brought('live');
    stepDevice(c, set(0));
    const effects = stepDevice(c, { type: 'removed' });
    expect(replies(effects)).toEqual([]);
    expect(stepDevice(c, request('GET_DEVICE_STATUS', {}))).toMatchObject([{ type: 'drop', code: 'no_device' }]);
    stepDevice(c, { type: 'quiesced', epoch: c.epoch });
    expect(c.queues.size).toBe(0);
  });

  test('a queue reset ends before its answer, and what comes meanwhile waits', () => {
    const c = brought('live');
    expect(stepDevice(c, request('RESET_VQUEUE', { index: 0 }, 30))).toEqual([
      { type: 'stopQueue', index: 0, drain: true, epoch: 0 },
      { type: 'arm', timer: 'queue', ms: 5000 },
    ]);
    stepDevice(c, request('SET_VQUEUE', QUEUE, 31));
    const effects = stepDevice(c, { type: 'queueStopped', epoch: 0, index: 0 });
    expect(effects.map((e) => (e.type === 'reply' ? e.message.token : e.type))).toEqual([
      'cancel',
      30,
      'startQueue',
      31,
    ]);
  });
});

describe('needs reset (9.5)', () => {
  test('a latched queue fault stops every queue and tells a live driver once', () => {
    const c = brought('live');
    const effects = stepDevice(c, { type: 'queueFault', index: 0, code: 'q_bad_head' });
    expect(effects).toMatchObject([
      { type: 'stopQueue', index: 0 },
      {
        type: 'send',
        message: {
          name: 'EVENT_CONFIG',
          fields: { device_status: 15 | S.DEVICE_NEEDS_RESET, generation: 100, offset: 0 },
        },
      },
      { type: 'up', what: 'needs_reset', why: 'queue' },
    ]);
    expect(stepDevice(c, { type: 'broken', cause: 'handler' })).toEqual([]);
    expect(stepDevice(c, { type: 'used', index: 0 })).toEqual([{ type: 'count', code: 'bad_state' }]);
  });

  test('before DRIVER_OK it shows in status reads alone', () => {
    const c = brought('negotiated');
    expect(stepDevice(c, { type: 'broken', cause: 'handler' }).some((e) => e.type === 'send')).toBe(false);
    expect(replies(drive(c, request('GET_DEVICE_STATUS', {})))[0]!.fields).toEqual({
      status: 11 | S.DEVICE_NEEDS_RESET,
    });
  });

  test('EVENT_AVAIL before DRIVER_OK kicks the queue when it is live, not before', () => {
    const c = brought('negotiated');
    expect(stepDevice(c, availOf(0))).toEqual([]);
    expect(stepDevice(c, availOf(1))).toMatchObject([{ type: 'drop', code: 'range' }]);
    const effects = drive(c, set(15));
    expect(effects.filter((e) => e.type === 'startQueue' || e.type === 'kick').map((e) => e.type)).toEqual([
      'startQueue',
      'kick',
    ]);
  });
});

describe('whatever a peer sends', () => {
  const u32 = fc.oneof(fc.constantFrom(0, 1, 2, 3, 8, 11, 15, 31, 0xffffffff), fc.integer({ min: 0, max: 0xffffffff }));
  const u64 = fc.oneof(
    fc.constantFrom(0n, 0x1000n, 0x2000n, 0x3000n, (1n << 64n) - 1n),
    fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  );
  const data = fc.uint8Array({ maxLength: 16 });
  const fields = fc.record({
    status: u32,
    block_index: u32,
    num_blocks: u32,
    features: fc.array(u32, { maxLength: 20 }),
    generation: fc.oneof(fc.constantFrom(100, 101), u32),
    offset: u32,
    length: u32,
    data,
    index: u32,
    size: u32,
    descriptor_addr: u64,
    driver_addr: u64,
    device_addr: u64,
    enable: fc.constantFrom(true, false, null),
    vq_index: u32,
    next_offset: u32,
    next_wrap: u32,
  });
  const names = [
    ...Object.keys(REQUESTS),
    'SET_DEVICE_STATUS',
    'EVENT_CONFIG',
    'EVENT_USED',
    'GET_DEVICES',
    'constructor',
  ];
  const message = fc.record({
    name: fc.constantFrom(...names),
    kind: fc.constantFrom('request', 'request', 'request', 'event', 'response'),
    device: fc.constant(7),
    token: fc.integer({ min: 0, max: 65535 }),
    fields,
  });

  test('nothing throws, each request is answered at most once, and memory stays bounded', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('rfc2', 'rfc3', 'pr28', 'v1-2026'),
        fc.constantFrom('early', 'driver', 'negotiated', 'live', 'suspended', 'ended'),
        fc.array(fc.tuple(message, fc.boolean()), { maxLength: 60 }),
        (dialect, to, messages) => {
          const c = brought(to as never, { dialect: dialect as Dialect });
          let asked = 0;
          let answered = 0;
          for (const [m, prompt] of messages) {
            if (m.kind === 'request') asked++;
            const event = { type: 'message', message: m } as DeviceEvent;
            const effects = prompt ? drive(c, event) : stepDevice(c, event);
            answered += replies(effects).length;
            expect(answered).toBeLessThanOrEqual(asked);
            expect(c.deferred.length).toBeLessThanOrEqual(DEFAULT_LIMITS.maxInFlightPerDevice);
            expect(c.queues.size).toBeLessThanOrEqual(3);
            expect(c.chosen?.length ?? 0).toBeLessThanOrEqual(2);
          }
        },
      ),
      runs(),
    );
  });
});
