import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DeviceContext, deviceContext } from '../../runtime/dist/core/device/context.js';
import type { DeviceEffect, DeviceEvent } from '../../runtime/dist/core/device/contract.js';
import { goOnWithStatus, stepDevice } from '../../runtime/dist/core/device/device.js';
import { STATUS_RULES } from '../../runtime/dist/core/device/status.js';
import { phaseOf, DeviceStatus as S } from '../../runtime/dist/core/device/status-bits.js';
import { runs } from './support/properties.js';

const SUSPENDABLE = [0, 0b1 | (1 << 11)];

const device = (): DeviceContext =>
  deviceContext({
    device: 1,
    dialect: 'rfc3',
    maxMessageSize: 264,
    device_id: 4,
    vendor_id: 0,
    features: SUSPENDABLE,
    queues: [8],
  });

const set = (status: number): DeviceEvent => ({
  type: 'message',
  message: { name: 'SET_DEVICE_STATUS', kind: 'request', device: 1, token: 9, fields: { status } },
});
const choose = (features: readonly number[]): DeviceEvent => ({
  type: 'message',
  message: { name: 'SET_DRIVER_FEATURES', kind: 'request', device: 1, token: 8, fields: { block_index: 0, features } },
});

/** Gives the event and lets the handler do at once whatever it is asked for. */
function drive(c: DeviceContext, event: DeviceEvent, ok = true): DeviceEffect[] {
  const effects = [...stepDevice(c, event)];
  for (const effect of effects) {
    if (effect.type === 'activate') effects.push(...stepDevice(c, { type: 'activated', epoch: effect.epoch, ok }));
    if (effect.type === 'suspend') effects.push(...stepDevice(c, { type: 'suspended', epoch: effect.epoch, ok }));
    if (effect.type === 'resume') effects.push(...stepDevice(c, { type: 'resumed', epoch: effect.epoch, ok }));
    if (effect.type === 'quiesce') effects.push(...stepDevice(c, { type: 'quiesced', epoch: effect.epoch }));
  }
  return effects;
}

const told = (effects: readonly DeviceEffect[]): number[] =>
  effects.flatMap((e) =>
    e.type === 'reply' && e.message.name === 'SET_DEVICE_STATUS'
      ? [(e.message.fields as { status: number }).status]
      : [],
  );

/** A device that met these writes with all features chosen. */
function after(...writes: readonly number[]): DeviceContext {
  const c = device();
  for (const status of writes) {
    if (status & S.FEATURES_OK) drive(c, choose(SUSPENDABLE));
    drive(c, set(status));
  }
  return c;
}

describe('SET_DEVICE_STATUS', () => {
  test('every rule is seen to hold and to fail', () => {
    const held = new Set<number>();
    const failed = new Set<number>();
    for (const writes of [[], [1], [1, 3], [1, 3, 11], [1, 3, 11, 15], [1, 3, 11, 15, 31], [1, 129]]) {
      for (let wanted = 0; wanted < 512; wanted++) {
        const c = after(...writes);
        drive(c, choose(SUSPENDABLE));
        c.answering = (set(wanted) as Extract<DeviceEvent, { type: 'message' }>).message;
        c.write = { wanted, before: c.status, next: 0 };
        goOnWithStatus(
          c,
          () => {},
          (rule, outcome) => (outcome ? held : failed).add(rule),
        );
      }
    }
    expect(STATUS_RULES.map((rule, i) => [rule.says, held.has(i), failed.has(i)])).toEqual(
      STATUS_RULES.map((rule) => [rule.says, true, true]),
    );
  });

  test.each([
    ['adds one bit after the other', [1, 3, 11, 15], 15],
    ['adds several bits of one write in order', [3, 15], 15],
    ['cannot agree on features within the write that sets DRIVER', [15], 3],
    ['takes no DRIVER without ACKNOWLEDGE', [2], 0],
    ['takes no FEATURES_OK without DRIVER', [1, 9], 1],
    ['takes no DRIVER_OK without FEATURES_OK', [1, 3, 7], 3],
    ['ignores a write that clears a bit', [1, 3, 1], 3],
    ['ignores a write that clears one bit and adds another', [1, 3, 9], 3],
    ['masks bits that are not the driver’s', [1 | S.DEVICE_NEEDS_RESET | S.DEVICE_MMU_FAIL | 0x100], 1],
    ['takes a write of unknown bits alone for a write of nothing', [0x100], 0],
    ['sets FAILED and nothing else of that write', [1, 3 | S.FAILED], 1 | S.FAILED],
    ['takes nothing after FAILED', [1, 1 | S.FAILED, 3 | S.FAILED], 1 | S.FAILED],
    ['clears everything for 0', [1, 3, 11, 15, 0], 0],
    ['suspends', [1, 3, 11, 15, 31], 27],
    ['does not resume in the write that suspends', [1, 3, 31], 27],
    ['resumes', [1, 3, 11, 15, 31, 31], 15],
    ['stays suspended for a write that asks for nothing new', [1, 3, 11, 15, 31, 27], 27],
  ])('%s', (_says, writes, expected) => {
    const c = after(...writes);
    expect(c.status).toBe(expected);
  });

  test('answers once, with what came of the write, after the handler has started', () => {
    const c = after(1, 3, 11);
    const first = stepDevice(c, set(15));
    expect(first.map((e) => e.type)).toEqual(['activate', 'arm']);
    const second = stepDevice(c, { type: 'activated', epoch: c.epoch, ok: true });
    expect(told(second)).toEqual([15]);
  });

  test('a failed activation leaves DRIVER_OK clear and asks for a reset, seen in the answer alone', () => {
    const c = after(1, 3, 11);
    const effects = drive(c, set(15), false);
    expect(told(effects)).toEqual([11 | S.DEVICE_NEEDS_RESET]);
    expect(effects.some((e) => e.type === 'send')).toBe(false);
  });

  test('a failed suspend asks for a reset and tells the driver, which is live', () => {
    const c = after(1, 3, 11, 15);
    const effects = drive(c, set(31), false);
    expect(told(effects)).toEqual([15 | S.DEVICE_NEEDS_RESET]);
    expect(effects.find((e) => e.type === 'send')).toMatchObject({
      message: { name: 'EVENT_CONFIG', token: 0, fields: { device_status: 15 | S.DEVICE_NEEDS_RESET, offset: 0 } },
    });
  });

  test.each([
    ['a bit that is not offered', [1, 1]],
    ['no VERSION_1', [0, 0]],
    ['a bit beyond the announced blocks', [0, 1, 1]],
  ])('refuses FEATURES_OK for %s', (_says, features) => {
    const c = after(1, 3);
    drive(c, choose(features));
    expect(told(drive(c, set(11)))).toEqual([3]);
  });

  test('zeros beyond the announced blocks do no harm', () => {
    const c = after(1, 3);
    drive(c, choose([0, 1, 0, 0]));
    expect(told(drive(c, set(11)))).toEqual([11]);
  });

  test('refuses a feature without what it needs', () => {
    const c = deviceContext({ ...device().setup, features: [3, 1], dependencies: [[1, 0]] });
    drive(c, set(3));
    drive(c, choose([2, 1]));
    expect(told(drive(c, set(11)))).toEqual([3]);
    drive(c, choose([3, 1]));
    expect(told(drive(c, set(11)))).toEqual([11]);
  });
});

describe('invariant 5', () => {
  const REACHABLE = new Set([0, 1, 3, 11, 15, 27]);
  const bits = fc.integer({ min: 0, max: 0x1ff });
  const useful = fc.constantFrom(0, 1, 3, 11, 15, 31, 27, 139, 128, 64);
  const action = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('set' as const), value: fc.oneof(useful, bits), ok: fc.boolean() }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('choose' as const), value: fc.constantFrom(0, 1), ok: fc.boolean() }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('broken' as const), value: fc.constant(0), ok: fc.boolean() }),
    },
  );

  test('every status read is one the list leads to, and no bit goes without a reset', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
        const c = device();
        let before = 0;
        const read = (): number => {
          const effects = stepDevice(c, {
            type: 'message',
            message: { name: 'GET_DEVICE_STATUS', kind: 'request', device: 1, token: 1, fields: {} },
          });
          return (effects[0] as { message: { fields: { status: number } } }).message.fields.status;
        };
        for (const { kind, value, ok } of actions) {
          const writes = kind === 'set' ? value : null;
          if (kind === 'set') drive(c, set(value), ok);
          if (kind === 'choose') drive(c, choose([0, value | (1 << 11)]), ok);
          if (kind === 'broken') drive(c, { type: 'broken', cause: 'handler' });
          const now = read();
          expect(REACHABLE.has(now & ~(S.FAILED | S.DEVICE_NEEDS_RESET))).toBe(true);
          const gone = before & ~now;
          if (gone !== 0 && writes !== 0) {
            const swapped = gone === S.DRIVER_OK ? now & S.SUSPEND : gone === S.SUSPEND ? now & S.DRIVER_OK : 0;
            expect(swapped).not.toBe(0);
          }
          before = now;
        }
      }),
      runs(3000),
    );
  });

  test('the phase of a status is named by its highest step', () => {
    expect([0, 1, 3, 11, 15, 27, 79, 139].map(phaseOf)).toEqual([
      'reset',
      'acked',
      'driver',
      'negotiated',
      'live',
      'suspended',
      'ended',
      'ended',
    ]);
  });
});
