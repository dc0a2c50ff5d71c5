import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { benign } from '../../runtime/dist/core/correlation/benign.js';
import type { CorrelationEffect, RequestMessage, ResponseMessage } from '../../runtime/dist/core/correlation/effect.js';
import { ReplySlots, type SlotRef } from '../../runtime/dist/core/correlation/reply-slots.js';
import { DEFAULT_LIMITS } from '../../runtime/dist/core/limits.js';
import { DIALECTS } from '../../runtime/dist/wire/dialects.js';
import { runs } from './support/properties.js';

const get = (token: number, device = 1): RequestMessage => ({
  name: 'GET_DEVICE_STATUS',
  kind: 'request',
  device,
  token,
  fields: {},
});
const set = (token: number, status: number, device = 1): RequestMessage => ({
  name: 'SET_DEVICE_STATUS',
  kind: 'request',
  device,
  token,
  fields: { status },
});
const resetQueue: RequestMessage = { name: 'RESET_VQUEUE', kind: 'request', device: 1, token: 8, fields: { index: 0 } };
const answer = (
  name: 'GET_DEVICE_STATUS' | 'SET_DEVICE_STATUS' = 'GET_DEVICE_STATUS',
  status = 1,
): ResponseMessage => ({
  name,
  kind: 'response',
  device: 0,
  token: 0,
  fields: { status },
});
const now = { status: 0x4f, generation: 3 };

const sent = (effects: readonly CorrelationEffect[]): unknown[] =>
  effects.map((e) => {
    if (e.type === 'send') return [e.message.token, e.message.device];
    if (e.type === 'cancel') return `cancel ${e.timer}`;
    if (e.type === 'needs_reset') return `needs_reset ${e.device}`;
    return 'code' in e ? `${e.type} ${e.code}` : e.type;
  });

/** A request whose handler takes its time. */
const open = (slots: ReplySlots, request: RequestMessage): SlotRef => {
  const slot = slots.request(request).slot!;
  slots.wait(slot);
  return slot;
};

describe('reply slots', () => {
  it('answer with the token and device of the request', () => {
    const slots = new ReplySlots(DEFAULT_LIMITS);
    const { slot, effects } = slots.request(get(77, 3));
    expect(sent(effects)).toEqual([]);
    expect(slots.wait(slot!)).toEqual([{ type: 'arm', timer: 1, ms: 5000 }]);
    expect(sent(slots.answer(slot!, answer()))).toEqual(['cancel 1', [77, 3]]);
    expect(slots.open).toBe(0);
    // Whatever the handler puts there itself, right or wrong, both or one of them.
    for (const [device, token] of [
      [3, 78],
      [9, 78],
      [3, 9],
    ] as const)
      expect(sent(slots.answer(open(slots, get(78, 3)), { ...answer(), device, token }))[1]).toEqual([78, 3]);
  });

  it('have no timer where the handler answers at once', () => {
    const slots = new ReplySlots(DEFAULT_LIMITS);
    const { slot } = slots.request(get(5));
    expect(sent(slots.answer(slot!, answer()))).toEqual([[5, 1]]);
    expect(slots.wait(slot!)).toEqual([]);
  });

  it('keep the order of arrival per device, and only there', () => {
    const slots = new ReplySlots(DEFAULT_LIMITS);
    const [a, b, c] = [open(slots, get(1)), open(slots, get(2)), open(slots, get(3, 2))] as const;
    expect(sent(slots.answer(b, answer()))).toEqual(['cancel 2']);
    expect(sent(slots.answer(c, answer()))).toEqual(['cancel 3', [3, 2]]);
    expect(sent(slots.answer(a, answer()))).toEqual(['cancel 1', [1, 1], [2, 1]]);
  });

  it('keep it for those that come while older ones are open', () => {
    const slots = new ReplySlots(DEFAULT_LIMITS);
    const [a, b] = [open(slots, get(1)), open(slots, get(2))] as const;
    expect(sent(slots.answer(a, answer()))).toEqual(['cancel 1', [1, 1]]);
    const c = open(slots, get(3));
    expect(sent(slots.answer(c, answer()))).toEqual(['cancel 3']);
    expect(sent(slots.answer(b, answer()))).toEqual(['cancel 2', [2, 1], [3, 1]]);
  });

  it('keep it while more devices have requests open than lines are kept for', () => {
    const slots = new ReplySlots(DEFAULT_LIMITS);
    for (let device = 10; device < 400; device++) slots.request(get(1, device));
    const [a, b] = [open(slots, get(1)), open(slots, get(2))] as const;
    expect(sent(slots.answer(a, answer()))).toEqual([`cancel ${a.id}`, [1, 1]]);
    const c = open(slots, get(3));
    expect(sent(slots.answer(c, answer()))).toEqual([`cancel ${c.id}`]);
    expect(sent(slots.answer(b, answer()))).toEqual([`cancel ${b.id}`, [2, 1], [3, 1]]);
    // And a slow handler is found, and another ends with its bus.
    const [d, e] = [open(slots, get(4)), open(slots, get(5))] as const;
    expect(sent(slots.timer(d.id))).toEqual(['needs_reset 1', 'count timeout']);
    expect(sent(slots.busDown())).toEqual([`cancel ${e.id}`]);
  });

  it('do not take the bus for device 0', () => {
    const slots = new ReplySlots(DEFAULT_LIMITS);
    open(slots, get(1, 0));
    const ping = open(slots, { name: 'PING', kind: 'request', device: 0, token: 2, fields: { data: 5 } });
    const pong: ResponseMessage = { name: 'PING', kind: 'response', device: 0, token: 0, fields: { data: 5 } };
    expect(sent(slots.answer(ping, pong))).toEqual(['cancel 2', [2, 0]]);
  });

  it('make a second answer an exception in the handler, and another message too', () => {
    const slots = new ReplySlots(DEFAULT_LIMITS);
    const first = open(slots, get(1));
    const second = open(slots, get(2));
    expect(() => slots.answer(first, answer('SET_DEVICE_STATUS'))).toThrow(
      new TypeError('SET_DEVICE_STATUS is no answer to GET_DEVICE_STATUS'),
    );
    slots.answer(second, answer());
    expect(() => slots.answer(second, answer())).toThrow('answered twice');
    slots.answer(first, answer());
    expect(() => slots.answer(first, answer())).toThrow('GET_DEVICE_STATUS, device 1: answered twice');
  });

  it('send the first word of a handler, whatever it says or does while that waits', () => {
    const slots = new ReplySlots(DEFAULT_LIMITS);
    const first = open(slots, get(1));
    const second = open(slots, get(2));
    slots.answer(second, answer('GET_DEVICE_STATUS', 7));
    expect(() => slots.answer(second, answer('GET_DEVICE_STATUS', 8))).toThrow('answered twice');
    expect(sent(slots.threw(second, now))).toEqual(['needs_reset 1', 'count bad_state']);
    // Its timer was stopped; told of all the same it changes nothing.
    expect(sent(slots.timer(2))).toEqual(['count bad_state']);
    const effects = slots.answer(first, answer('GET_DEVICE_STATUS', 6));
    expect(effects.flatMap((e) => (e.type === 'send' ? [e.message.fields] : []))).toEqual([
      { status: 6 },
      { status: 7 },
    ]);
  });

  it('answer for a handler that threw, with what promises nothing', () => {
    const slots = new ReplySlots(DEFAULT_LIMITS);
    const first = open(slots, get(1));
    const second = open(slots, get(2));
    const third = open(slots, resetQueue);
    const fourth = open(slots, get(4));
    expect(sent(slots.threw(second, now))).toEqual(['cancel 2', 'needs_reset 1', 'count bad_state']);
    expect(sent(slots.threw(third, now))).toEqual(['cancel 3', 'needs_reset 1', 'count bad_state']);
    expect(sent(slots.answer(fourth, answer()))).toEqual(['cancel 4']);
    expect(sent(slots.threw(first, now))).toEqual([
      'cancel 1',
      [1, 1],
      'needs_reset 1',
      'count bad_state',
      [2, 1],
      [4, 1],
    ]);
    expect(sent(slots.threw(first, now))).toEqual(['needs_reset 1', 'count bad_state']);
    expect(
      sent(slots.answer(third, { name: 'RESET_VQUEUE', kind: 'response', device: 0, token: 0, fields: {} })),
    ).toEqual(['count late']);
    expect(sent(slots.threw(third, now))).toEqual(['count late']);
  });

  it('send nothing for a handler that never answers, and let the next ones go', () => {
    const slots = new ReplySlots(DEFAULT_LIMITS);
    const first = open(slots, get(1));
    slots.answer(open(slots, get(2)), answer());
    expect(sent(slots.timer(1))).toEqual(['needs_reset 1', 'count timeout', [2, 1]]);
    expect(slots.timer(1)).toEqual([]);
    expect(sent(slots.answer(first, answer()))).toEqual(['count late']);
  });

  it('send nothing for a request that is discarded after all, and let the next ones go', () => {
    const slots = new ReplySlots(DEFAULT_LIMITS);
    const first = open(slots, get(1));
    const second = open(slots, get(2));
    slots.answer(second, answer());
    expect(sent(slots.discard(first))).toEqual(['cancel 1', [2, 1]]);
    expect([slots.open, slots.discard(first), slots.discard(second)]).toEqual([0, [], []]);
    expect(sent(slots.answer(first, answer()))).toEqual(['count late']);
    const third = open(slots, get(3));
    slots.answer(open(slots, get(4)), answer());
    expect(sent(slots.answer(third, answer()))).toEqual(['cancel 3', [3, 1], [4, 1]]);
  });

  it('answer nothing older once a reset has come', () => {
    const slots = new ReplySlots(DEFAULT_LIMITS);
    const first = open(slots, get(1));
    slots.answer(open(slots, get(2)), answer());
    const reset = slots.request(set(3, 0));
    expect(sent(reset.effects)).toEqual(['cancel 1']);
    expect(sent(slots.answer(first, answer()))).toEqual(['count late']);
    expect(sent(slots.answer(reset.slot!, answer('SET_DEVICE_STATUS', 0)))).toEqual([[3, 1]]);
  });

  it('let a reset that is answered already go out when it is first', () => {
    const slots = new ReplySlots(DEFAULT_LIMITS);
    const reset = open(slots, set(1, 0));
    const other = open(slots, set(2, 0));
    slots.answer(other, answer('SET_DEVICE_STATUS', 0));
    expect(slots.deviceReset(1)).toEqual([]);
    expect(sent(slots.answer(reset, answer('SET_DEVICE_STATUS', 0)))).toEqual(['cancel 1', [1, 1], [2, 1]]);
  });

  it('end with their device and their bus', () => {
    const slots = new ReplySlots(DEFAULT_LIMITS);
    const [a] = [open(slots, get(1)), open(slots, get(2)), open(slots, get(3, 2))] as const;
    expect(sent(slots.deviceRemoved(1))).toEqual(['cancel 1', 'cancel 2']);
    expect(sent(slots.busDown())).toEqual(['cancel 3']);
    expect(slots.open).toBe(0);
    expect(sent(slots.answer(a, answer()))).toEqual(['count late']);
    expect(slots.deviceRemoved(7)).toEqual([]);
  });

  it('end with their bus in the order they came', () => {
    const slots = new ReplySlots(DEFAULT_LIMITS);
    for (const device of [2, 1, 2]) open(slots, get(1, device));
    expect(sent(slots.busDown())).toEqual(['cancel 1', 'cancel 2', 'cancel 3']);
  });

  it('are limited per device and per bus', () => {
    const slots = new ReplySlots({ ...DEFAULT_LIMITS, maxInFlightPerBus: 3, maxInFlightPerDevice: 2 });
    for (let i = 0; i < 2; i++) open(slots, get(1));
    expect(sent(slots.request(get(1)).effects)).toEqual(['drop limit']);
    open(slots, get(1, 2));
    expect(slots.request(get(1, 3)).slot).toBeNull();
  });

  it('answer every request at most once and in order, whatever handlers do', () => {
    const act = fc.tuple(fc.nat({ max: 10 }), fc.nat({ max: 30 }), fc.integer({ min: 1, max: 2 }));
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const limits = { ...DEFAULT_LIMITS, maxInFlightPerBus: 6, maxInFlightPerDevice: 4 };
        const slots = new ReplySlots(limits);
        const refs: SlotRef[] = [];
        const answered = new Map<number, number[]>();
        let token = 0;
        const take = (effects: readonly CorrelationEffect[]): void => {
          for (const e of effects) {
            if (e.type !== 'send') continue;
            const of = answered.get(e.message.device) ?? [];
            expect(e.message.token).toBeGreaterThan(of.at(-1) ?? 0);
            answered.set(e.message.device, [...of, e.message.token]);
          }
        };
        for (const [what, n, device] of acts) {
          const ref = refs[n % Math.max(1, refs.length)];
          if (what < 4 || ref === undefined) {
            const opened = slots.request(what === 0 ? set(++token, 0, device) : get(++token, device));
            take(opened.effects);
            if (opened.slot === null) continue;
            refs.push(opened.slot);
            if (n % 2 === 0) take(slots.wait(opened.slot));
          } else if (what < 7) {
            const name = ref.request.name as 'GET_DEVICE_STATUS';
            const again = ref.state === 'answered' || ref.state === 'sent';
            if (again) expect(() => slots.answer(ref, answer(name))).toThrow('answered twice');
            else take(slots.answer(ref, answer(name)));
          } else if (what === 7) take(slots.threw(ref, now));
          else if (what === 8) take(slots.timer(ref.id));
          else if (what === 9) take(slots.discard(ref));
          else take(slots.deviceRemoved(device));
          expect(slots.open).toBeLessThanOrEqual(limits.maxInFlightPerBus);
        }
        const all = [...answered.values()].flat();
        expect(new Set(all).size).toBe(all.length);
      }),
      runs(),
    );
  });
});

describe('the benign answer', () => {
  const areas = { descriptor_addr: 1n, driver_addr: 2n, device_addr: 3n };
  const head = { kind: 'request' as const, device: 1, token: 9 };
  const requests: RequestMessage[] = [
    { ...head, name: 'GET_CONFIG', fields: { offset: 4, length: 8 } },
    { ...head, name: 'SET_CONFIG', fields: { generation: 1, offset: 4, data: Uint8Array.of(1) } },
    { ...head, name: 'GET_DEVICE_STATUS', fields: {} },
    { ...head, name: 'SET_DEVICE_STATUS', fields: { status: 15 } },
    { ...head, name: 'GET_VQUEUE', fields: { index: 2 } },
    { ...head, name: 'GET_SHM', fields: { index: 2 } },
    { ...head, name: 'SET_DRIVER_FEATURES', fields: { block_index: 0, features: [1] } },
    { ...head, name: 'SET_VQUEUE', fields: { index: 2, size: 8, ...areas } },
    { ...head, name: 'GET_DEVICE_INFO', fields: {} },
    { ...head, name: 'GET_DEVICE_FEATURES', fields: { block_index: 0, num_blocks: 1 } },
    resetQueue,
    { ...head, device: 0, name: 'PING', fields: { data: 1 } },
    { ...head, device: 0, name: 'GET_DEVICES', fields: { offset: 0, count: 8 } },
  ];

  it('tells no bytes, the status as it is, no queue and no memory', () => {
    const of = Object.fromEntries(requests.map((r) => [r.name, benign(r, now)?.fields]));
    const nowhere = { descriptor_addr: 0n, driver_addr: 0n, device_addr: 0n };
    expect(of).toMatchObject({
      GET_CONFIG: { generation: 3, offset: 4, data: new Uint8Array(0) },
      SET_CONFIG: { generation: 3, offset: 4, data: new Uint8Array(0) },
      GET_DEVICE_STATUS: { status: 0x4f },
      SET_DEVICE_STATUS: { status: 0x4f },
      GET_VQUEUE: { index: 2, max_size: 0, cur_size: 0, enabled: false, ...nowhere },
      GET_SHM: { index: 2, length: 0n, address: 0n },
      SET_DRIVER_FEATURES: {},
      SET_VQUEUE: {},
    });
  });

  it.each(requests.map((r) => [r.name, r] as const))(
    'of %s can be sent in every dialect, or is none',
    (name, request) => {
      const response = benign(request, now);
      const without = ['GET_DEVICE_INFO', 'GET_DEVICE_FEATURES', 'RESET_VQUEUE', 'PING', 'GET_DEVICES'].includes(name);
      expect(response === null).toBe(without);
      if (response === null) return;
      const view = new DataView(new ArrayBuffer(64));
      for (const dialect of Object.values(DIALECTS)) {
        const size = dialect.encode(view, 0, response);
        const token = dialect.hasToken ? 9 : 0;
        expect(dialect.decode(view, 0, size)).toMatchObject({ name, kind: 'response', device: 1, token });
      }
    },
  );
});
