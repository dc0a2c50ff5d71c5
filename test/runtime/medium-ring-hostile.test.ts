import { DIALECTS, RingEnd, RingMedium, ringLayout, ringMemory } from '@virtio-wire/runtime';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Heard, message } from './support/medium-contract.js';
import { runs } from './support/properties.js';
import { quiet, until } from './support/turns.js';

const dialect = DIALECTS['v1-2026'];
const SLOTS = 8;

/** Our driver, and a peer that is nothing but a hand in the memory: cells of 16 bits, little-endian. */
function world() {
  const memory = ringMemory({ slots: SLOTS, maxMessage: 64 });
  const layout = ringLayout(memory);
  const view = new DataView(memory);
  const set = (at: number, value: number): void => view.setUint16(at, value, true);
  return {
    memory,
    magic: (value: number) => set(layout.device.head, value),
    status: (value: number) => set(layout.device.head + 2, value),
    tail: (value: number) => set(layout.device.head + 4, value),
    head: (value: number) => set(layout.device.head + 6, value),
    slot: (i: number, bytes: Uint8Array) => new Uint8Array(memory).set(bytes, layout.device.slots + 64 * i),
  };
}

describe('a medium over a ring dies of a peer', () => {
  for (const [what, lie, code, why] of [
    ['whose tail is outside', (w) => w.tail(SLOTS), 'bad_size', "the peer's tail is 8, in a ring of 8 slots"],
    ['whose tail is all ones', (w) => w.tail(0xffff), 'bad_size', "the peer's tail is 65535"],
    ['whose head is outside', (w) => w.head(SLOTS), 'bad_size', "the peer's head is 8"],
    ['that sends a msg_size of 0', (w) => oneMessage(w, 0), 'bad_header', 'msg_size is 0, not from 8 to 64, in slot 0'],
    ['that sends less than a header', (w) => oneMessage(w, 7), 'bad_header', 'msg_size is 7'],
    ['that sends more than a slot', (w) => oneMessage(w, 65), 'bad_header', 'msg_size is 65'],
    ['that sends all that 16 bits can say', (w) => oneMessage(w, 65535), 'bad_header', 'msg_size is 65535'],
    ['with another magic', (w) => w.magic(0x4c4f), 'bad_header', 'a magic other than 0x514f'],
    ['in a state that is none', (w) => w.status(31), 'bad_header', 'a state that is none'],
  ] as const satisfies readonly (readonly [string, (w: ReturnType<typeof world>) => void, string, string])[])
    test(what, async () => {
      const w = world();
      const medium = new RingMedium(w.memory, 'driver', { dialect });
      w.magic(0x514f);
      w.status(2);
      for (let i = 0; i < 3; i++) expect(medium.send(message(40, i))).toBe('sent');
      lie(w);
      const heard = new Heard(medium);
      // A head is looked at when there seems to be no room.
      for (let i = 0; i < SLOTS; i++) medium.send(message(40, i));
      await until(() => heard.downs.length > 0);
      await quiet();
      expect(heard.downs.map((d) => d.code)).toEqual([code]);
      expect(heard.downs[0]!.message).toContain(why);
      expect(heard.messages).toEqual([]);
      expect(medium.send(message(8, 0))).toBe('down');
      // 4, PEER_DEAD: the other side learns that it ended.
      expect(new DataView(w.memory).getUint16(ringLayout(w.memory).driver.head + 2, true)).toBe(4);
    });

  test('after the messages before what was wrong, and hears nothing behind it', async () => {
    const w = world();
    const medium = new RingMedium(w.memory, 'driver', { dialect });
    w.magic(0x514f);
    w.slot(0, message(10, 1));
    w.slot(1, message(64, 2));
    w.slot(2, sized(3));
    w.slot(3, message(12, 4));
    w.tail(4);
    const heard = new Heard(medium);
    await until(() => heard.downs.length > 0);
    expect(heard.messages).toEqual([message(10, 1), message(64, 2)]);
    expect(heard.downs.map((d) => d.code)).toEqual(['bad_header']);
  });

  test('whose head goes back, which would have its slots written over', () => {
    const w = world();
    const end = new RingEnd(w.memory, 'driver', { dialect });
    const { writer } = end;
    for (let i = 0; i < SLOTS - 1; i++) writer.write(message(8, i));
    w.head(5);
    expect(writer.room()).toBe(5);
    w.head(4);
    expect(writer.room()).toBe(0);
    expect(end.fault).toMatchObject({ code: 'bad_size', message: expect.stringContaining('4, not from 5 to 7') });
    w.head(6);
    expect([writer.room(), writer.reserve(), writer.write(message(8, 0))]).toEqual([0, -1, false]);
  });

  test('that read what was not written', () => {
    const w = world();
    const end = new RingEnd(w.memory, 'driver', { dialect });
    for (let i = 0; i < 3; i++) end.writer.write(message(8, i));
    w.head(4);
    expect([end.writer.room(), end.fault?.message]).toEqual([0, "the peer's head is 4, not from 0 to 3 of 8 slots"]);
  });
});

const sized = (size: number): Uint8Array => {
  const bytes = message(64, 0x5a);
  new DataView(bytes.buffer).setUint16(6, size, true);
  return bytes;
};

function oneMessage(w: ReturnType<typeof world>, size: number): void {
  w.slot(0, sized(size));
  w.tail(1);
}

describe('a ring in the hands of a peer that writes anything anywhere', () => {
  test('never throws, never reads or writes where it must not, and never says more than there can be', () => {
    const { device, driver } = ringLayout(ringMemory({ slots: SLOTS, maxMessage: 64 }));
    const places = [device.head, device.head + 2, device.head + 4, device.head + 6, device.bell, driver.bell];
    const value = fc.oneof(fc.integer({ min: 0, max: SLOTS }), fc.nat(0xffff));
    const anywhere = fc.oneof(
      fc.constantFrom(...places),
      fc.integer({ min: 0, max: 8 * 64 - 2 }).map((i) => device.slots + i),
    );
    const poke = fc.record({ at: anywhere, value });
    const call = fc.constantFrom('take', 'peek', 'write', 'publish', 'release', 'room', 'due', 'peer');
    fc.assert(
      fc.property(fc.array(fc.oneof(poke, call), { maxLength: 80 }), (steps) => {
        const memory = ringMemory({ slots: SLOTS, maxMessage: 64 });
        const view = new DataView(memory);
        const end = new RingEnd(memory, 'driver', { dialect });
        // What only we may write, but for the bell.
        const own = (): string => Buffer.from(memory, driver.head, 4).toString('hex');
        view.setUint16(device.head, 0x514f, true);
        end.peer;
        for (const step of steps) {
          if (typeof step === 'object') view.setUint16(step.at, step.value, true);
          else if (step === 'take') {
            const size = end.reader.take();
            expect(size === 0 || size === -1 || (size >= 8 && size <= 64)).toBe(true);
            if (size === -1) expect(end.fault).not.toBeNull();
          } else if (step === 'peek') {
            const { reader } = end;
            const p = reader.peek();
            if (p >= 0) {
              expect([(p - device.slots) % 64, reader.size >= 8 && reader.size <= 64]).toEqual([0, true]);
              expect(p >= device.slots && p < device.slots + SLOTS * 64).toBe(true);
              reader.next();
            }
          } else if (step === 'write') {
            const wrote = end.writer.write(message(64, 0xff));
            if (end.writer.fault !== null) expect(wrote).toBe(false);
          } else if (step === 'room') expect(end.writer.room()).toBeLessThan(SLOTS);
          else if (step === 'due') end.due(3);
          else if (step === 'peer') end.peer;
          else if (step === 'publish') end.writer.publish();
          else end.reader.release();
          expect(own().startsWith('4f51')).toBe(true);
        }
        // The layout is as it was made, and the message written lies in our slots.
        expect(ringLayout(memory).slots).toBe(SLOTS);
        expect(new Uint8Array(memory, 0, 64)).toEqual(
          new Uint8Array(ringMemory({ slots: SLOTS, maxMessage: 64 }), 0, 64),
        );
      }),
      runs(500),
    );
  });

  test('cannot make a message change once it is taken', () => {
    const w = world();
    const end = new RingEnd(w.memory, 'driver', { dialect });
    w.slot(0, message(40, 7));
    w.tail(1);
    expect(end.reader.take()).toBe(40);
    w.slot(0, sized(65535));
    expect(end.reader.bytes.slice(0, 40)).toEqual(message(40, 7));
  });

  test('does not keep a medium from its turns by ringing without a message', async () => {
    const w = world();
    const medium = new RingMedium(w.memory, 'driver', { dialect });
    const heard = new Heard(medium);
    const bell = new Int32Array(w.memory, ringLayout(w.memory).driver.bell, 1);
    for (let i = 0; i < 300; i++) {
      Atomics.store(bell, 0, i);
      Atomics.notify(bell, 0);
      await new Promise((done) => setImmediate(done));
    }
    expect(heard.total).toBe(0);
    w.magic(0x514f);
    w.slot(0, message(8, 1));
    w.tail(1);
    Atomics.store(bell, 0, 0);
    Atomics.notify(bell, 0);
    await until(() => heard.messages.length > 0);
    medium.close();
  });
});
