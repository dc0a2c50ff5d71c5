import { describe, expect, test } from 'vitest';
import {
  type QueueContext,
  type QueueEffect,
  type QueueEvent,
  type QueueLife,
  queueLifecycle,
} from '../../runtime/dist/core/device/queue-lifecycle.js';
import { areasOf, queueState, setupFault } from '../../runtime/dist/core/device/queue-setup.js';
import { step } from '../../runtime/dist/core/table.js';
import { walk } from './support/walk.js';

const good = { index: 0, size: 8, descriptor_addr: 0x1000n, driver_addr: 0x2000n, device_addr: 0x3000n };
const split = { maxSize: 64, packed: false, memory: null };
const packed = { ...split, packed: true };

describe('parameters of a queue', () => {
  test.each([
    ['no such queue', good, { ...split, maxSize: 0 }, 'range'],
    ['size 0', { ...good, size: 0 }, split, 'range'],
    ['size above the largest', { ...good, size: 128 }, split, 'range'],
    ['size above 32768', { ...good, size: 65536 }, { ...split, maxSize: 65536 }, 'range'],
    ['size of a split ring no power of two', { ...good, size: 6 }, split, 'bad_value'],
    ['descriptors not on 16', { ...good, descriptor_addr: 0x1008n }, split, 'align'],
    ['driver area not on 2', { ...good, driver_addr: 0x2001n }, split, 'align'],
    ['device area not on 4', { ...good, device_addr: 0x3002n }, split, 'align'],
    ['driver area of a packed ring not on 4', { ...good, driver_addr: 0x2002n }, packed, 'align'],
    ['descriptors at 0', { ...good, descriptor_addr: 0n }, split, 'bad_value'],
    ['driver area at 0', { ...good, driver_addr: 0n }, split, 'bad_value'],
    ['device area at 0', { ...good, device_addr: 0n }, split, 'bad_value'],
    ['descriptors that wrap', { ...good, descriptor_addr: (1n << 64n) - 16n }, split, 'range'],
    ['descriptors upon the driver area', { ...good, driver_addr: 0x107en }, split, 'range'],
    ['the device area around the descriptors', { ...good, device_addr: 0xffcn }, split, 'range'],
  ])('refuses %s', (_says, setup, bounds, expected) => {
    expect(setupFault(setup, bounds)).toBe(expected);
  });

  test('takes what ends exactly at 2^64, and areas that touch', () => {
    expect(setupFault({ ...good, descriptor_addr: (1n << 64n) - 128n }, split)).toBeNull();
    expect(setupFault({ ...good, driver_addr: 0x1080n, device_addr: 0x1080n + 24n }, split)).toBeNull();
    expect(setupFault({ ...good, size: 6 }, packed)).toBeNull();
  });

  test('counts bytes as the two ring formats do', () => {
    expect(areasOf(good, false).map((a) => a.length)).toEqual([128n, 22n, 70n]);
    expect(areasOf(good, true).map((a) => a.length)).toEqual([128n, 4n, 4n]);
  });

  test('asks for memory that may be used the way each area is', () => {
    const memory = (writable: boolean, end = 0x4000n) => ({
      ...split,
      memory: [{ start: 0x1000n, end, readable: true, writable }],
    });
    expect(setupFault(good, memory(true))).toBeNull();
    expect(setupFault(good, memory(false))).toBe('range');
    expect(setupFault(good, memory(true, 0x3000n + 69n))).toBe('range');
    expect(setupFault(good, memory(true, 0x3000n + 70n))).toBeNull();
  });

  test('GET_VQUEUE tells zeros where nothing was set', () => {
    expect(queueState(3, 64, null, null)).toEqual({
      index: 3,
      max_size: 64,
      cur_size: 0,
      enabled: null,
      descriptor_addr: 0n,
      driver_addr: 0n,
      device_addr: 0n,
    });
  });
});

describe('life of a queue', () => {
  const bad = { ...good, size: 7 };
  const off = { ...good, enable: false };
  const around = (phase: 'negotiated' | 'live', over: object = {}) => ({
    ...split,
    phase,
    enableFlag: true,
    ringReset: true,
    ...over,
  });
  const gone = [{ start: 0n, end: 1n, readable: true, writable: true }];
  const events = (): QueueEvent[] => [
    ...[good, bad, off].flatMap((setup): QueueEvent[] => [
      { type: 'setVqueue', setup, around: around('negotiated') },
      { type: 'setVqueue', setup, around: around('live') },
    ]),
    { type: 'enterLive', around: around('live') },
    { type: 'enterLive', around: around('live', { memory: gone }) },
    { type: 'avail' },
    { type: 'resetVqueue', around: around('live') },
    { type: 'resetVqueue', around: around('live', { ringReset: false }) },
    { type: 'drained' },
    { type: 'timer' },
    { type: 'fault' },
    { type: 'deviceReset' },
  ];
  const start: QueueContext = { setup: null, enabled: false };

  test('every row is taken, every guard seen both ways; every request is answered once, at once or after the drain', () => {
    const { missing } = walk<QueueLife, QueueContext, QueueEvent, QueueEffect>(
      queueLifecycle,
      { starts: [{ state: 'unset', context: start }], events, depth: 6 },
      (before, event, effects, after) => {
        const replies = effects.filter((e) => e.type === 'reply').length;
        const answersNow = event.type === 'setVqueue' || event.type === 'resetVqueue';
        if (answersNow && before.state !== 'stopping' && !(before.state === 'faulted' && event.type === 'setVqueue')) {
          expect(replies).toBe(after.state === 'stopping' ? 0 : 1);
        }
        if (before.state === 'stopping' && after.state !== 'stopping' && event.type !== 'deviceReset') {
          expect(replies).toBe(1);
        }
        // Only a live queue is kicked, and only what passes 12.1 is ever started.
        if (effects.some((e) => e.type === 'kick')) expect(before.state).toBe('live');
        for (const e of effects) if (e.type === 'start') expect(setupFault(e.setup, split)).toBeNull();
        if (after.state === 'unset' && effects.some((e) => e.type === 'count')) expect(after.context.setup).toBeNull();
      },
    );
    expect(missing).toEqual([]);
  });

  const setting = (setup: typeof good & { enable?: boolean }, phase: 'negotiated' | 'live'): QueueEvent => ({
    type: 'setVqueue',
    setup,
    around: around(phase),
  });
  const LIVE: QueueEvent = { type: 'enterLive', around: around('live') };
  const RESET: QueueEvent = { type: 'resetVqueue', around: around('live') };
  const START = { type: 'start', setup: good };
  const REPLY = { type: 'reply' };
  const count = (code: string) => ({ type: 'count', code });

  test.each<[QueueLife, string, QueueEvent, QueueLife, object[]]>([
    ['unset', 'a setup that is not switched on', setting(off, 'live'), 'unset', [REPLY]],
    ['unset', 'a setup', setting(good, 'negotiated'), 'set', [REPLY]],
    ['unset', 'a setup of a live device', setting(good, 'live'), 'live', [START, REPLY]],
    ['unset', 'a bad setup', setting(bad, 'live'), 'unset', [count('rejected'), REPLY]],
    ['set', 'another setup', setting(good, 'negotiated'), 'set', [REPLY]],
    ['set', 'a bad setup', setting(bad, 'negotiated'), 'unset', [count('rejected'), REPLY]],
    ['set', 'DRIVER_OK', LIVE, 'live', [START]],
    [
      'set',
      'DRIVER_OK when its memory has gone',
      { type: 'enterLive', around: around('live', { memory: gone }) },
      'faulted',
      [{ type: 'needsReset', cause: 'queue' }],
    ],
    ['live', 'a setup', setting(good, 'live'), 'live', [count('bad_state'), REPLY]],
    ['live', 'EVENT_AVAIL', { type: 'avail' }, 'live', [{ type: 'kick' }]],
    ['live', 'RESET_VQUEUE', RESET, 'stopping', [{ type: 'drain' }, { type: 'arm' }]],
    [
      'live',
      'RESET_VQUEUE without RING_RESET',
      { type: 'resetVqueue', around: around('live', { ringReset: false }) },
      'live',
      [count('bad_state'), REPLY],
    ],
    ['set', 'RESET_VQUEUE', RESET, 'unset', [REPLY]],
    ['faulted', 'RESET_VQUEUE', RESET, 'unset', [REPLY]],
    ['stopping', 'the end of the drain', { type: 'drained' }, 'unset', [{ type: 'cancel' }, REPLY]],
    [
      'stopping',
      'the end of the time',
      { type: 'timer' },
      'faulted',
      [{ type: 'stop' }, { type: 'needsReset', cause: 'quiesce' }, REPLY],
    ],
    ['stopping', 'EVENT_AVAIL', { type: 'avail' }, 'stopping', []],
    [
      'live',
      'a latched fault',
      { type: 'fault' },
      'faulted',
      [{ type: 'stop' }, { type: 'needsReset', cause: 'queue' }],
    ],
    ['faulted', 'EVENT_AVAIL', { type: 'avail' }, 'faulted', []],
    ['live', 'a device reset', { type: 'deviceReset' }, 'unset', []],
  ])('%s: %s', (from, _says, event, to, effects) => {
    const context = { setup: from === 'unset' ? null : good, enabled: from !== 'unset' };
    expect(step(queueLifecycle, from, context, event)).toMatchObject({ state: to, effects });
  });
});
