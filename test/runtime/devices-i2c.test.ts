import { describe, expect, it, vi } from 'vitest';
import type { I2cBus, I2cTransfer } from '../../runtime/dist/devices/i2c/i2c-bus.js';
import { I2cDevice } from '../../runtime/dist/devices/i2c/i2c-device.js';
import { I2cDriver } from '../../runtime/dist/devices/i2c/i2c-driver.js';
import { decodeAddress, encodeAddress } from '../../runtime/dist/devices/i2c/layout.js';
import type { Device } from '../../runtime/dist/host/device.js';
import type { QueuePort } from '../../runtime/dist/host/queue-port.js';
import { stack } from './support/device-stack.js';
import { HandDriver } from './support/hand-driver.js';
import { quiet } from './support/turns.js';

/** A driver that does nothing by itself. */
class Hand extends HandDriver {
  constructor(features: readonly number[] = [0]) {
    super(34, [64], features);
  }
}

const bytes = (...values: number[]) => Uint8Array.from(values);

/** A bus with one memory of 256 bytes: what is written first is the place, and every byte moves it on. */
class Eeprom implements I2cBus {
  readonly cells = new Uint8Array(256);
  #at = 0;
  constructor(readonly address: number) {}
  transfer(address: number, write: Uint8Array, readLength: number): Uint8Array {
    if (address !== this.address) throw new Error('nobody answers');
    if (write.length > 0) this.#at = write[0]!;
    for (const byte of write.subarray(1)) this.cells[this.#at++ & 0xff] = byte;
    return Uint8Array.from({ length: readLength }, () => this.cells[this.#at++ & 0xff]!);
  }
}

interface Call {
  readonly address: number;
  readonly write: number[];
  readonly read: number;
  readonly how: I2cTransfer;
}

/** Notes what it is asked, and answers as told. */
class Recorder implements I2cBus {
  readonly calls: Call[] = [];
  constructor(readonly answer: (call: Call) => Uint8Array | Promise<Uint8Array> = ({ read }) => new Uint8Array(read)) {}
  transfer(address: number, write: Uint8Array, read: number, how: I2cTransfer): Uint8Array | Promise<Uint8Array> {
    const call = { address, write: [...write], read, how };
    this.calls.push(call);
    return this.answer(call);
  }
}

/** struct virtio_i2c_out_hdr: le16 addr, le16 padding, le32 flags. */
const header = (addr: number, flags: number, padding = 0) =>
  bytes(addr & 0xff, addr >> 8, padding, padding, flags & 0xff, (flags >> 8) & 0xff, 0, flags >>> 24);
const FAIL_NEXT = 1;
const READ = 2;

describe('an I2C adapter and its driver', () => {
  it('write and read a memory, place and bytes in one transaction', async () => {
    const eeprom = new Eeprom(0x50);
    const driver = new I2cDriver();
    await stack(new I2cDevice(eeprom), driver);
    expect(await driver.transfer([{ address: 0x50, write: bytes(0x10, 1, 2, 3) }])).toEqual([bytes()]);
    expect([...eeprom.cells.subarray(0x10, 0x13)]).toEqual([1, 2, 3]);
    const read = await driver.transfer([
      { address: 0x50, write: bytes(0x11) },
      { address: 0x50, read: 2 },
      { address: 0x50, read: 1 },
    ]);
    expect(read).toEqual([bytes(), bytes(2, 3), bytes(0)]);
    expect(await driver.transfer([])).toEqual([]);
  });

  it('say so where nobody answers, and do nothing behind that', async () => {
    const eeprom = new Eeprom(0x50);
    const driver = new I2cDriver();
    await stack(new I2cDevice(eeprom), driver);
    const failed = driver.transfer([
      { address: 0x50, write: bytes(0, 7) },
      { address: 0x51, read: 1 },
      { address: 0x50, write: bytes(1, 8) },
    ]);
    await expect(failed).rejects.toMatchObject({ code: 'rejected', outcome: 'unknown' });
    expect([...eeprom.cells.subarray(0, 2)]).toEqual([7, 0]);
    // The next transaction is one of its own.
    expect(await driver.transfer([{ address: 0x50, write: bytes(1, 9) }])).toEqual([bytes()]);
    expect(eeprom.cells[1]).toBe(9);
  });

  it('transfer segments without bytes, which show their direction, and addresses of ten bits', async () => {
    const recorder = new Recorder();
    const driver = new I2cDriver();
    await stack(new I2cDevice(recorder), driver);
    await driver.transfer([
      { address: 0x7f, write: bytes() },
      { address: 0, read: 0 },
      { address: 0x3a5, tenBit: true, write: bytes(1) },
    ]);
    expect(recorder.calls).toMatchObject([
      { address: 0x7f, write: [], read: 0, how: { read: false, tenBit: false, more: true } },
      { address: 0, write: [], read: 0, how: { read: true, tenBit: false, more: true } },
      { address: 0x3a5, write: [1], read: 0, how: { read: false, tenBit: true, more: false } },
    ]);
  });

  it('keep transactions apart that are asked for at once', async () => {
    const recorder = new Recorder(async ({ read }) => {
      await quiet();
      return new Uint8Array(read);
    });
    const driver = new I2cDriver();
    await stack(new I2cDevice(recorder), driver);
    const pair = (address: number) =>
      driver.transfer([
        { address, write: bytes(1) },
        { address, read: 1 },
      ]);
    await Promise.all([pair(1), pair(2), pair(3)]);
    expect(recorder.calls.map(({ address }) => address)).toEqual([1, 1, 2, 2, 3, 3]);
  });

  it('refuse what cannot be sent', async () => {
    const driver = new I2cDriver();
    await stack(new I2cDevice(new Recorder()), driver);
    const range = { code: 'range', outcome: 'none' };
    await expect(driver.transfer([{ address: 0x80, read: 1 }])).rejects.toMatchObject(range);
    await expect(driver.transfer([{ address: 0x400, tenBit: true, read: 1 }])).rejects.toMatchObject(range);
    await expect(driver.transfer([{ address: 1, read: -1 }])).rejects.toMatchObject(range);
    await expect(driver.transfer([{ address: 1, read: 65536 }])).rejects.toMatchObject(range);
    const many = Array.from({ length: 43 }, () => ({ address: 1, read: 1 }));
    await expect(driver.transfer(many)).rejects.toMatchObject(range);
  });

  it('start anew after a reset, once the bus has done', async () => {
    let release = (): void => {};
    const recorder = new Recorder(
      ({ read }) => new Promise((resolve) => (release = () => resolve(new Uint8Array(read)))),
    );
    const driver = new I2cDriver();
    const { transport } = await stack(new I2cDevice(recorder), driver);
    const lost = driver.transfer([
      { address: 1, write: bytes(1) },
      { address: 1, read: 1 },
    ]);
    lost.catch(() => {});
    await quiet();
    let live = false;
    const restarted = transport.restart().then(() => {
      live = true;
    });
    await expect(lost).rejects.toMatchObject({ code: 'reset', outcome: 'unknown' });
    await quiet();
    expect([live, recorder.calls.length, recorder.calls[0]!.how.signal.aborted]).toEqual([false, 1, true]);
    release();
    await restarted;
    const next = driver.transfer([{ address: 2, read: 1 }]);
    await quiet();
    release();
    expect(await next).toEqual([bytes(0)]);
    expect(recorder.calls.length).toBe(2);
  });

  it('do not work without VIRTIO_I2C_F_ZERO_LENGTH_REQUEST', async () => {
    await expect(stack(new I2cDevice(new Recorder()), new Hand([]))).rejects.toMatchObject({ code: 'rejected' });
    const old = { id: 34, features: [], queues: [64], start() {}, kick() {} };
    await expect(stack(old, new I2cDriver())).rejects.toMatchObject({ code: 'unsupported' });
  });
});

describe('addresses', () => {
  it('have the forms of the text', () => {
    // Virtio 1.3, 5.16.6.1: A6…A0 in bits 7…1; A7…A0 in bits 15…8 and 11110 A9 A8 0 in bits 7…0.
    expect(encodeAddress({ address: 0x50, tenBit: false })).toBe(0xa0);
    expect(encodeAddress({ address: 0x3ff, tenBit: true })).toBe(0xfff6);
    expect(encodeAddress({ address: 0x101, tenBit: true })).toBe(0x01f2);
    // Seven-bit addresses from 0x78 on are those that begin ten bits.
    for (const tenBit of [false, true])
      for (let address = 0; address < (tenBit ? 1024 : 0x78); address++)
        expect(decodeAddress(encodeAddress({ address, tenBit }))).toEqual({ address, tenBit });
  });

  it('are nothing in any other form', () => {
    for (const addr of [0x01, 0xf1, 0x01a0, 0xff00, 0xf8 | 0x100]) expect(decodeAddress(addr)).toBeNull();
  });
});

describe('an I2C adapter', () => {
  it('takes requests however they are cut', async () => {
    const eeprom = new Eeprom(0x50);
    eeprom.cells.set([5, 6, 7]);
    const hand = new Hand();
    await stack(new I2cDevice(eeprom), hand);
    const write = header(0xa0, 0);
    const one = await hand.offer(0, [write.subarray(0, 1), write.subarray(1, 7), bytes(write[7]!, 0)], [1]);
    expect([one.written, one.bytes[0]]).toEqual([1, 0]);
    const read = header(0xa0, READ, 0xff);
    const two = await hand.offer(0, [read.subarray(0, 5), read.subarray(5)], [1, 2, 1]);
    expect([two.written, ...two.bytes]).toEqual([4, 5, 6, 7, 0]);
  });

  it('answers an error to what is no request, and asks nobody', async () => {
    const recorder = new Recorder();
    const hand = new Hand();
    await stack(new I2cDevice(recorder), hand);
    const bad: [Uint8Array[], number[]][] = [
      [[header(0xa0, 0).subarray(0, 7)], [1]],
      [[], [1]],
      // A read with bytes to write, a write with room to read.
      [[header(0xa0, READ), bytes(1)], [3]],
      [[header(0xa0, 0), bytes(1)], [2]],
      // Reserved flags, addresses of no form.
      [[header(0xa0, 4)], [1]],
      [[header(0xa0, 0x8000_0000 | READ)], [2]],
      [[header(0xa1, 0)], [1]],
      [[header(0x1a0, 0)], [1]],
      // More bytes than any segment has here.
      [[header(0xa0, 0), new Uint8Array(65536)], [1]],
    ];
    for (const [readable, writable] of bad) {
      const used = await hand.offer(0, readable, writable);
      // The status is the last byte, and counts only if all of it is said to be written.
      expect([used.written, used.bytes.at(-1)]).toEqual([used.bytes.length, 1]);
    }
    expect(recorder.calls).toEqual([]);
  });

  it('gives back, unused, what has no room for a status or too much of it', async () => {
    const recorder = new Recorder();
    const hand = new Hand();
    await stack(new I2cDevice(recorder), hand);
    expect((await hand.offer(0, [header(0xa0, 0), bytes(1)], [])).written).toBe(0);
    expect((await hand.offer(0, [header(0xa0, READ)], [])).written).toBe(0);
    expect((await hand.offer(0, [header(0xa0, READ)], [70_000])).written).toBe(0);
    expect(recorder.calls).toEqual([]);
  });

  it('fails the rest of a group, and nothing behind the group', async () => {
    const recorder = new Recorder(({ write, read }) => {
      if (write[0] === 0xff) throw new Error('no');
      return new Uint8Array(read);
    });
    const hand = new Hand();
    await stack(new I2cDevice(recorder), hand);
    const requests: [number, number][] = [
      [1, FAIL_NEXT],
      [0xff, FAIL_NEXT],
      [2, FAIL_NEXT],
      [3, 0],
      [4, 0],
      [0xff, 0],
      [5, FAIL_NEXT],
      [6, 0],
    ];
    const used = await Promise.all(
      requests.map(([byte, flags]) => hand.offer(0, [header(0xa0, flags), bytes(byte)], [1])),
    );
    expect(used.map((each) => each.bytes[0])).toEqual([0, 1, 1, 1, 0, 1, 0, 0]);
    expect(recorder.calls.map(({ write }) => write[0])).toEqual([1, 0xff, 4, 0xff, 5, 6]);
  });

  it('fails what follows a bad request in a group', async () => {
    const recorder = new Recorder();
    const hand = new Hand();
    await stack(new I2cDevice(recorder), hand);
    const used = await Promise.all([
      hand.offer(0, [header(0xa0, FAIL_NEXT), bytes(1)], [1]),
      hand.offer(0, [bytes(1, 2, 3)], [1]),
      hand.offer(0, [header(0xa0, 0), bytes(2)], [1]),
      hand.offer(0, [header(0xa0, 0), bytes(3)], [1]),
      hand.offer(0, [bytes(1, 2, 3)], [1]),
      hand.offer(0, [header(0xa0, 0), bytes(4)], [1]),
    ]);
    expect(used.map((each) => each.bytes[0])).toEqual([0, 1, 1, 0, 1, 0]);
    expect(recorder.calls.map(({ write }) => write[0])).toEqual([1, 3, 4]);
  });

  it('fails what the bus answers with another length, or rejects', async () => {
    const answers: (() => Uint8Array | Promise<Uint8Array>)[] = [
      () => bytes(1),
      () => bytes(1, 2, 3),
      () => Promise.reject(new Error('no')),
      () => Promise.resolve(bytes(1, 2)),
    ];
    const hand = new Hand();
    await stack(new I2cDevice(new Recorder(() => answers.shift()!())), hand);
    for (const expected of [
      [0, 0, 1],
      [0, 0, 1],
      [0, 0, 1],
      [1, 2, 0],
    ])
      expect([...(await hand.offer(0, [header(0xa0, READ)], [3])).bytes]).toEqual(expected);
  });

  it('does one request at a time, in their order', async () => {
    const waiting: (() => void)[] = [];
    const recorder = new Recorder(
      ({ read }) => new Promise((resolve) => waiting.push(() => resolve(new Uint8Array(read)))),
    );
    const hand = new Hand();
    await stack(new I2cDevice(recorder), hand);
    const done: number[] = [];
    const offers = [1, 2, 3].map((i) => hand.offer(0, [header(0xa0, 0), bytes(i)], [1]).then(() => done.push(i)));
    for (let i = 0; i < 3; i++) {
      await quiet();
      expect([waiting.length, done.length]).toEqual([i + 1, i]);
      waiting[i]!();
    }
    await Promise.all(offers);
    expect(done).toEqual([1, 2, 3]);
  });
});

describe('an I2C driver', () => {
  it('does not believe a status that the device does not say it has written', async () => {
    const answers: Uint8Array[] = [bytes(), bytes(9), bytes(9, 1), bytes(9, 7), bytes(9, 0)];
    const liar: Device = {
      id: 34,
      features: [0],
      queues: [64],
      start() {},
      kick(port: QueuePort) {
        for (let chain = port.next(); chain !== undefined; chain = port.next()) {
          chain.write(0, answers.shift()!);
          port.complete(chain);
        }
      },
    };
    const driver = new I2cDriver();
    await stack(liar, driver);
    const call = vi.fn(() => driver.transfer([{ address: 1, read: 1 }]));
    for (let i = 0; i < 4; i++) await expect(call()).rejects.toMatchObject({ code: 'rejected' });
    expect(await call()).toEqual([bytes(9)]);
  });
});
