import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Down, Medium } from '../../../runtime/dist/medium/medium.js';
import { quiet, until } from './turns.js';

/** What a test asks of a carrier; sizes in bytes. */
export interface CarrierOptions {
  readonly maxMessage: number;
  readonly backlog: number;
}

/** The far end of a byte stream in the hands of a test. */
export interface RawPeer {
  readonly medium: Medium;
  write(bytes: Uint8Array): void;
  /** Closes without a word. */
  end(): void;
}

export interface Carrier {
  readonly name: string;
  join(options: CarrierOptions): Promise<readonly [Medium, Medium]>;
  /** One end with bytes at the other, or why there are none. */
  readonly raw: ((options: CarrierOptions) => Promise<RawPeer>) | string;
}

/** An 8-byte header, then `fill`; the size of all stands at byte 6. */
export function message(size: number, fill: number): Uint8Array {
  const bytes = new Uint8Array(size).fill(fill & 0xff);
  new DataView(bytes.buffer).setUint16(6, size, true);
  return bytes;
}

/** Everything an end was told, in copies. */
export class Heard {
  readonly messages: Uint8Array[] = [];
  readonly downs: Down[] = [];
  writables = 0;
  onMessage: (bytes: Uint8Array) => void = () => {};

  constructor(medium: Medium) {
    medium.receive({
      message: (bytes, view) => {
        this.messages.push(new Uint8Array(bytes));
        // A receiver reads from either of the two.
        if (view !== undefined)
          expect(new Uint8Array(view.buffer, view.byteOffset, bytes.length)).toEqual(new Uint8Array(bytes));
        this.onMessage(bytes);
      },
      writable: () => this.writables++,
      down: (reason) => this.downs.push(reason),
    });
  }

  get total(): number {
    return this.messages.length + this.downs.length + this.writables;
  }
}

const OPTIONS: CarrierOptions = { maxMessage: 264, backlog: 1024 * 1024 };

/** One suite for whatever claims to carry messages. */
export function mediumContract(carrier: Carrier): void {
  describe(`${carrier.name} is a medium that`, () => {
    test('carries messages of every size whole and in order, both ways', async () => {
      const [a, b] = await carrier.join(OPTIONS);
      const atA = new Heard(a);
      const atB = new Heard(b);
      const sizes = Array.from({ length: 300 }, (_, i) => 8 + ((i * 37) % 257));
      const sent = sizes.map((size, i) => message(size, i));
      for (const bytes of sent) {
        expect(a.send(bytes)).toBe('sent');
        expect(b.send(bytes)).toBe('sent');
      }
      await until(() => atA.messages.length >= 300 && atB.messages.length >= 300);
      expect(atA.messages).toEqual(sent);
      expect(atB.messages).toEqual(sent);
      a.close();
      b.close();
    });

    test('carries messages whose sender has a view of them and of more', async () => {
      const [a, b] = await carrier.join(OPTIONS);
      const atB = new Heard(b);
      const room = new Uint8Array(OPTIONS.maxMessage + 8);
      const sent = Array.from({ length: 257 }, (_, i) => message(8 + i, i + 1));
      for (const bytes of sent) {
        room.fill(0xee).set(bytes, 3);
        const view = new DataView(room.buffer, 3);
        expect(a.send(room.subarray(3, 3 + bytes.length), view)).toBe('sent');
      }
      await until(() => atB.messages.length >= sent.length);
      expect(atB.messages).toEqual(sent);
      a.close();
      b.close();
    });

    test('calls nobody from within receive and send, and keeps for a receiver what came before it', async () => {
      const [a, b] = await carrier.join(OPTIONS);
      a.send(message(12, 1));
      await quiet();
      const atB = new Heard(b);
      expect(atB.total).toBe(0);
      a.send(message(13, 2));
      expect(atB.messages.length).toBe(0);
      await until(() => atB.messages.length === 2);
      expect(atB.messages).toEqual([message(12, 1), message(13, 2)]);
      expect(() => b.receive({ message() {}, writable() {}, down() {} })).toThrow();
      a.close();
      b.close();
    });

    test('leaves the bytes of a message to whoever sent it', async () => {
      const [a, b] = await carrier.join(OPTIONS);
      const atB = new Heard(b);
      for (const bytes of [message(100, 7), Buffer.from(message(100, 7))]) {
        a.send(bytes);
        bytes.fill(0xee);
      }
      await until(() => atB.messages.length === 2);
      expect(atB.messages).toEqual([message(100, 7), message(100, 7)]);
      a.close();
      b.close();
    });

    test('answers from within a message, and is told nothing while it sends or is being told', async () => {
      const [a, b] = await carrier.join(OPTIONS);
      const atA = new Heard(a);
      const atB = new Heard(b);
      const busy = new Set<Medium>();
      let nested = 0;
      const send = (end: Medium, count: number): void => {
        const before = busy.has(end);
        busy.add(end);
        end.send(message(9, count));
        if (!before) busy.delete(end);
      };
      for (const [end, heard] of [
        [a, atA],
        [b, atB],
      ] as const)
        heard.onMessage = (bytes) => {
          if (busy.has(end)) nested++;
          busy.add(end);
          if (bytes[8]! < 100) send(end, bytes[8]! + 1);
          busy.delete(end);
        };
      send(a, 0);
      send(a, 0);
      await until(() => atA.messages.length + atB.messages.length >= 202);
      expect(nested).toBe(0);
      expect(atA.messages.length + atB.messages.length).toBe(202);
      // The two rallies may drift apart, but each is in order: 0, 2, 4 … 100, twice.
      const counts = atB.messages.map((m) => m[8]!);
      expect(counts.sort((x, y) => x - y)).toEqual(Array.from({ length: 102 }, (_, i) => (i >> 1) * 2));
      a.close();
      b.close();
    });

    test('is full when the peer does not keep up, says once when it is not, and loses nothing', async () => {
      const [a, b] = await carrier.join({ ...OPTIONS, backlog: 2000 });
      const atA = new Heard(a);
      const taken: Uint8Array[] = [];
      const send = (): string => {
        const bytes = message(100, taken.length);
        const result = a.send(bytes);
        if (result === 'sent') taken.push(bytes);
        return result;
      };
      while (send() === 'sent') expect(taken.length).toBeLessThanOrEqual(21);
      expect(taken.length).toBe(21);
      expect(send()).toBe('full');
      expect(atA.writables).toBe(0);
      const atB = new Heard(b);
      await until(() => atA.writables > 0);
      expect(send()).toBe('sent');
      await until(() => atB.messages.length >= 22);
      await quiet();
      expect(atB.messages).toEqual(taken);
      expect(atA.writables).toBe(1);
      expect(atA.downs).toEqual([]);
      a.close();
      b.close();
    });

    test('delivers what was sent before a close, then says down once', async () => {
      const [a, b] = await carrier.join(OPTIONS);
      const atA = new Heard(a);
      const atB = new Heard(b);
      for (let i = 0; i < 200; i++) a.send(message(264, i));
      a.close();
      a.close();
      await until(() => atB.downs.length > 0);
      await quiet();
      expect(atB.messages.length).toBe(200);
      expect(atB.downs.map((d) => d.code)).toEqual(['bus_down']);
      expect(atA.total).toBe(0);
      expect(a.send(message(8, 0))).toBe('down');
      expect(b.send(message(8, 0))).toBe('down');
      b.close();
    });

    test('says nothing after its own close, whatever the peer sends', async () => {
      const [a, b] = await carrier.join(OPTIONS);
      const atA = new Heard(a);
      atA.onMessage = () => a.close();
      const atB = new Heard(b);
      for (let i = 0; i < 50; i++) b.send(message(20, i));
      await until(() => atB.downs.length > 0);
      await quiet();
      expect(atA.messages.length).toBe(1);
      expect(atA.downs).toEqual([]);
      expect(atB.downs.map((d) => d.code)).toEqual(['bus_down']);
      b.close();
    });

    test('tells a receiver that comes late that the peer has gone', async () => {
      const [a, b] = await carrier.join(OPTIONS);
      a.close();
      await quiet();
      const atB = new Heard(b);
      expect(atB.total).toBe(0);
      await until(() => atB.downs.length > 0);
      expect(atB.downs.map((d) => d.code)).toEqual(['bus_down']);
      b.close();
    });

    test('throws on a message it cannot carry, and sends nothing of it', async () => {
      const [a, b] = await carrier.join(OPTIONS);
      const atB = new Heard(b);
      expect(() => a.send(message(265, 1))).toThrow(RangeError);
      expect(() => a.send(new Uint8Array(0))).toThrow(RangeError);
      a.send(message(264, 2));
      await until(() => atB.messages.length > 0);
      await quiet();
      expect(atB.messages).toEqual([message(264, 2)]);
      a.close();
      b.close();
    });

    const { raw } = carrier;
    if (typeof raw === 'string') test.skip(`takes bytes from a hostile peer (${raw})`, () => {});
    else hostileBytes(raw);
  });
}

function hostileBytes(raw: Exclude<Carrier['raw'], string>): void {
  for (const [what, size] of [
    ['less than a header', 7],
    ['nothing', 0],
    ['more than the largest message', 265],
    ['all that 16 bits can say', 65535],
  ] as const)
    test(`dies of a msg_size that says ${what}, after the messages before it`, async () => {
      const peer = await raw(OPTIONS);
      const heard = new Heard(peer.medium);
      const bad = message(300, 0x5a);
      new DataView(bad.buffer).setUint16(6, size, true);
      peer.write(Buffer.concat([message(10, 1), message(11, 2), bad, message(12, 3)]));
      await until(() => heard.downs.length > 0);
      await quiet();
      expect(heard.messages).toEqual([message(10, 1), message(11, 2)]);
      expect(heard.downs.map((d) => d.code)).toEqual(['bad_header']);
      expect(peer.medium.send(message(8, 0))).toBe('down');
      peer.end();
    });

  for (const [where, cut] of [
    ['a header', 3],
    ['a body', 19],
  ] as const)
    test(`says bad_size when the peer closes inside ${where}`, async () => {
      const peer = await raw(OPTIONS);
      const heard = new Heard(peer.medium);
      peer.write(message(30, 1));
      peer.write(message(20, 2).subarray(0, cut));
      peer.end();
      await until(() => heard.downs.length > 0);
      await quiet();
      expect(heard.messages).toEqual([message(30, 1)]);
      expect(heard.downs.map((d) => d.code)).toEqual(['bad_size']);
    });

  test('takes messages byte by byte', async () => {
    const peer = await raw(OPTIONS);
    const heard = new Heard(peer.medium);
    for (const byte of Buffer.concat([message(8, 1), message(40, 2)])) {
      peer.write(Uint8Array.of(byte));
      await turn();
    }
    peer.end();
    await until(() => heard.downs.length > 0);
    expect(heard.messages).toEqual([message(8, 1), message(40, 2)]);
    expect(heard.downs.map((d) => d.code)).toEqual(['bus_down']);
  });

  test('outlives noise without a throw, and delivers only sizes within bounds', async () => {
    let seed = 1;
    for (let round = 0; round < 20; round++) {
      const peer = await raw(OPTIONS);
      const heard = new Heard(peer.medium);
      const noise = new Uint8Array(5000);
      for (let i = 0; i < noise.length; i++) {
        seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
        noise[i] = seed >> 16;
      }
      peer.write(noise);
      await until(() => heard.downs.length > 0);
      expect(heard.downs.length).toBe(1);
      for (const { length } of heard.messages) expect(length >= 8 && length <= 264).toBe(true);
      peer.end();
    }
  });
}
