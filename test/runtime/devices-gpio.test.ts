import { afterEach, describe, expect, it, vi } from 'vitest';
import { DeviceBus } from '../../runtime/dist/bus/device-bus.js';
import { DriverBus } from '../../runtime/dist/bus/driver-bus.js';
import { GpioDevice } from '../../runtime/dist/devices/gpio/gpio-device.js';
import { GpioDriver } from '../../runtime/dist/devices/gpio/gpio-driver.js';
import type { Driver, DriverServices } from '../../runtime/dist/driver/driver.js';
import type { Used } from '../../runtime/dist/driver/driver-port.js';
import type { Device, DeviceServices } from '../../runtime/dist/host/device.js';
import type { QueuePort } from '../../runtime/dist/host/queue-port.js';
import { type LoopbackOptions, loopback } from '../../runtime/dist/medium/loopback.js';
import { SharedMemory } from './support/runtime.js';

const opened: DriverBus[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((bus) => bus.close('abortive')));
});

/** A device and its driver on both ends of a bus over one memory. */
async function stack(device: Device, driver: Driver, options: LoopbackOptions = {}) {
  const bytes = new Uint8Array(new SharedArrayBuffer(0x10_0000));
  const memory = new SharedMemory([{ base: 0x10_0000, bytes }]);
  const [near, far] = loopback(options).ends;
  const devices = new DeviceBus({ medium: far, dialect: 'v1-2026', memory });
  devices.add(1, device);
  const drivers = { memory, base: 0x10_0000, length: bytes.length };
  const bus = await DriverBus.open({ medium: near, dialect: 'v1-2026', memory: drivers });
  opened.push(bus);
  return { devices, transport: await bus.bind(1, driver) };
}

/** A driver that does nothing by itself. */
class Hand implements Driver {
  readonly id = 41;
  services!: DriverServices;
  constructor(readonly features: number[] = [0]) {}
  queues = (has: (feature: number) => boolean) =>
    has(0)
      ? [
          { index: 0, size: 16 },
          { index: 1, size: 16 },
        ]
      : [{ index: 0, size: 16 }];
  live(services: DriverServices): void {
    this.services = services;
  }
  offer(queue: number, readable: Uint8Array[], writable: number[]): Promise<Used> {
    return this.services.port(queue).request(readable, writable);
  }
  /** Status and value that come back for a request. */
  async ask(type: number, gpio: number, value = 0): Promise<number[]> {
    const { bytes, written } = await this.offer(0, [request(type, gpio, value)], [2]);
    return [...bytes.subarray(0, written)];
  }
}

const quiet = async () => {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
};
/** struct virtio_gpio_request: le16 type, le16 gpio, le32 value. */
const request = (type: number, gpio: number, value = 0) =>
  Uint8Array.of(type & 0xff, type >> 8, gpio & 0xff, gpio >> 8, value & 0xff, (value >> 8) & 0xff, 0, value >>> 24);
const [NAMES, GET_DIRECTION, SET_DIRECTION, GET_VALUE, SET_VALUE, SET_IRQ_TYPE] = [1, 2, 3, 4, 5, 6] as const;
const [OUT, IN] = [1, 2] as const;
const lines = (count: number) => new Array<string>(count).fill('');

/** The example of Virtio 1.3, 5.18.6.1. */
const EXAMPLE = ['MMC-CD', '', '', '', '', 'Red LED Vdd', '', 'ethernet reset', '', ''];
const EXAMPLE_BLOCK = 'MMC-CD\0\0\0\0\0Red LED Vdd\0\0ethernet reset\0\0\0';

describe('lines and their driver', () => {
  it('have names', async () => {
    const driver = new GpioDriver();
    await stack(new GpioDevice({ lines: EXAMPLE }), driver);
    expect(driver.lines).toBe(10);
    expect(await driver.names()).toEqual(EXAMPLE);
    const other = new GpioDriver();
    await stack(new GpioDevice({ lines: lines(3) }), other);
    expect(await other.names()).toEqual(['', '', '']);
  });

  it('refuse names that cannot be', () => {
    for (const names of [['a', 'a'], ['ä'], ['a\0b'], []])
      expect(() => new GpioDevice({ lines: names })).toThrow(RangeError);
  });

  it('go either way', async () => {
    const device = new GpioDevice({ lines: lines(4) });
    const driver = new GpioDriver();
    const output = vi.fn();
    device.onOutput(output);
    await stack(device, driver);
    expect(await driver.direction(3)).toBe('none');
    await driver.setValue(3, 1);
    expect(output).not.toHaveBeenCalled();
    await driver.setDirection(3, 'out');
    expect([await driver.direction(3), await driver.value(3)]).toEqual(['out', 1]);
    await driver.setValue(3, 0);
    await driver.setDirection(3, 'in');
    expect(output.mock.calls).toEqual([
      [3, 1],
      [3, 0],
      [3, null],
    ]);
    device.drive(3, 1);
    expect([await driver.direction(3), await driver.value(3)]).toEqual(['in', 1]);
    device.drive(3, 0);
    expect(await driver.value(3)).toBe(0);
    expect(() => device.drive(4, 0)).toThrow(RangeError);
    await expect(driver.value(4)).rejects.toMatchObject({ code: 'range', outcome: 'none' });
  });

  it('forget what a line was once it is nothing, and all lines with a reset', async () => {
    const device = new GpioDevice({ lines: lines(2) });
    const driver = new GpioDriver();
    const output = vi.fn();
    device.onOutput(output);
    const { transport } = await stack(device, driver);
    await driver.setValue(0, 1);
    await driver.setDirection(0, 'none');
    await driver.setDirection(0, 'out');
    expect(output.mock.calls).toEqual([[0, 0]]);
    await transport.restart();
    expect(output.mock.calls.at(-1)).toEqual([0, null]);
    expect(await driver.direction(0)).toBe('none');
  });
});

describe('interrupts', () => {
  it('come for edges, also for one while the last is being handled', async () => {
    const device = new GpioDevice({ lines: lines(2) });
    const driver = new GpioDriver();
    await stack(device, driver);
    await driver.setDirection(1, 'in');
    const waiting: (() => void)[] = [];
    const interrupt = vi.fn(() => new Promise<void>((resolve) => waiting.push(resolve)));
    const stop = await driver.watch(1, 'rising', { interrupt });
    await quiet();
    device.drive(0, 1);
    device.drive(1, 1);
    await vi.waitFor(() => expect(interrupt).toHaveBeenCalledTimes(1));
    device.drive(1, 0);
    device.drive(1, 1);
    device.drive(1, 0);
    device.drive(1, 1);
    await quiet();
    expect(interrupt).toHaveBeenCalledTimes(1);
    waiting.shift()!();
    await vi.waitFor(() => expect(interrupt).toHaveBeenCalledTimes(2));
    waiting.shift()!();
    await quiet();
    expect(interrupt).toHaveBeenCalledTimes(2);
    await stop();
    device.drive(1, 0);
    device.drive(1, 1);
    await quiet();
    expect(interrupt).toHaveBeenCalledTimes(2);
  });

  it.each([
    ['rising', [0, 1, 0, 1], 2],
    ['falling', [0, 1, 0, 1], 1],
    ['both', [0, 1, 1, 0, 1], 3],
  ] as const)('%s: %j are %i', async (trigger, levels, expected) => {
    const device = new GpioDevice({ lines: lines(1) });
    const driver = new GpioDriver();
    await stack(device, driver);
    const interrupt = vi.fn();
    await driver.watch(0, trigger, { interrupt });
    for (const level of levels) {
      device.drive(0, level);
      await quiet();
    }
    expect(interrupt).toHaveBeenCalledTimes(expected);
  });

  it.each([
    ['high', 1],
    ['low', 0],
  ] as const)('come for a %s level as long as it lasts', async (trigger, active) => {
    const device = new GpioDevice({ lines: lines(1) });
    const driver = new GpioDriver();
    await stack(device, driver);
    device.drive(0, active === 1 ? 0 : 1);
    let handled = 0;
    await driver.watch(0, trigger, {
      interrupt: () => {
        if (++handled === 3) device.drive(0, active === 1 ? 0 : 1);
      },
    });
    await quiet();
    expect(handled).toBe(0);
    device.drive(0, active);
    await quiet();
    expect(handled).toBe(3);
  });

  it('can be had again, with another trigger, and of many lines', async () => {
    const device = new GpioDevice({ lines: lines(8) });
    const driver = new GpioDriver();
    await stack(device, driver);
    const interrupt = vi.fn();
    const stop = await driver.watch(0, 'rising', { interrupt });
    await expect(driver.watch(0, 'falling', { interrupt })).rejects.toMatchObject({ code: 'bad_state' });
    await Promise.all([stop(), stop()]);
    await driver.watch(0, 'falling', { interrupt });
    const heard: number[] = [];
    for (let line = 1; line < 8; line++) await driver.watch(line, 'both', { interrupt: () => void heard.push(line) });
    await quiet();
    for (const line of [5, 1, 7]) device.drive(line, 1);
    device.drive(0, 1);
    device.drive(0, 0);
    await vi.waitFor(() => expect(heard.length).toBe(3));
    expect([heard.sort(), interrupt.mock.calls.length]).toEqual([[1, 5, 7], 1]);
  });

  it('end with the device, and can be had again', async () => {
    const device = new GpioDevice({ lines: lines(2) });
    const driver = new GpioDriver();
    const { transport } = await stack(device, driver);
    const ended = vi.fn();
    await driver.watch(1, 'both', { interrupt: () => {}, ended });
    await transport.restart();
    expect(ended).toHaveBeenCalledTimes(1);
    const interrupt = vi.fn();
    await driver.watch(1, 'both', { interrupt });
    await quiet();
    device.drive(1, 1);
    await vi.waitFor(() => expect(interrupt).toHaveBeenCalledTimes(1));
  });

  it('end where the one who is told fails', async () => {
    const device = new GpioDevice({ lines: lines(1) });
    const driver = new GpioDriver();
    await stack(device, driver);
    const ended = vi.fn();
    await driver.watch(0, 'rising', { interrupt: () => Promise.reject(new Error('no')), ended });
    await quiet();
    device.drive(0, 1);
    await vi.waitFor(() => expect(ended).toHaveBeenCalledWith(expect.objectContaining({ code: 'cancelled' })));
  });

  it('are not there without the feature', async () => {
    const driver = new GpioDriver();
    await stack(new GpioDevice({ lines: lines(1), interrupts: false }), driver);
    await expect(driver.watch(0, 'both', { interrupt: () => {} })).rejects.toMatchObject({ code: 'unsupported' });
    const hand = new Hand([]);
    await stack(new GpioDevice({ lines: lines(1) }), hand);
    expect(await hand.ask(SET_IRQ_TYPE, 0, 1)).toEqual([1, 0]);
  });

  it('are not for outputs', async () => {
    const driver = new GpioDriver();
    await stack(new GpioDevice({ lines: lines(1) }), driver);
    await driver.setDirection(0, 'out');
    await expect(driver.watch(0, 'both', { interrupt: () => {} })).rejects.toMatchObject({ code: 'rejected' });
    await driver.setDirection(0, 'in');
    const stop = await driver.watch(0, 'both', { interrupt: () => {} });
    await expect(driver.setDirection(0, 'out')).rejects.toMatchObject({ code: 'rejected' });
    await stop();
    await driver.setDirection(0, 'out');
  });
});

describe('the request queue', () => {
  it('takes requests and answers however they are cut', async () => {
    const device = new GpioDevice({ lines: EXAMPLE });
    const hand = new Hand();
    await stack(device, hand);
    device.drive(9, 1);
    const bytes = request(GET_VALUE, 9);
    const used = await hand.offer(0, [bytes.subarray(0, 1), bytes.subarray(1, 3), bytes.subarray(3)], [1, 1]);
    expect([used.written, ...used.bytes]).toEqual([2, 0, 1]);
    const names = await hand.offer(0, [request(NAMES, 0)], [1, 10, EXAMPLE_BLOCK.length - 10]);
    expect([names.written, names.bytes[0]]).toEqual([1 + EXAMPLE_BLOCK.length, 0]);
    expect(Buffer.from(names.bytes.subarray(1)).toString()).toBe(EXAMPLE_BLOCK);
    const config = await hand.services.readConfig(0, 8);
    expect([...config]).toEqual([10, 0, 0, 0, EXAMPLE_BLOCK.length, 0, 0, 0]);
  });

  it('answers an error to what it does not know, and does nothing', async () => {
    const device = new GpioDevice({ lines: EXAMPLE });
    const output = vi.fn();
    device.onOutput(output);
    const hand = new Hand();
    await stack(device, hand);
    const bad: [number, number, number?][] = [
      [0, 0],
      [7, 0],
      [0xffff, 0],
      [GET_DIRECTION, 10],
      [SET_DIRECTION, 65535, OUT],
      [SET_DIRECTION, 0, 3],
      [SET_DIRECTION, 0, 0x0100_0000 | OUT],
      [SET_VALUE, 0, 2],
      [SET_IRQ_TYPE, 0, 5],
      [SET_IRQ_TYPE, 0, 16],
      [SET_IRQ_TYPE, 10, 1],
      // No room for the names.
      [NAMES, 0],
    ];
    for (const [type, gpio, value] of bad) expect(await hand.ask(type, gpio, value)).toEqual([1, 0]);
    expect(output).not.toHaveBeenCalled();
    expect(await hand.ask(GET_DIRECTION, 0)).toEqual([0, 0]);
  });

  it('answers an error to requests that are cut short or too long', async () => {
    const device = new GpioDevice({ lines: lines(1) });
    const hand = new Hand();
    await stack(device, hand);
    const set = request(SET_DIRECTION, 0, OUT);
    for (const readable of [[], [set.subarray(0, 7)], [set, Uint8Array.of(0)]]) {
      const used = await hand.offer(0, readable, [2]);
      expect([used.written, ...used.bytes]).toEqual([2, 1, 0]);
    }
    const short = await hand.offer(0, [set], [1]);
    expect([short.written, ...short.bytes]).toEqual([1, 1]);
    expect((await hand.offer(0, [set], [])).written).toBe(0);
    // Where no line has a name there is no block (Virtio 1.3, 5.18.4).
    expect(await hand.ask(NAMES, 0)).toEqual([1, 0]);
    expect(await hand.ask(GET_DIRECTION, 0)).toEqual([0, 0]);
    expect((await hand.offer(0, [set], [100])).written).toBe(2);
    expect(await hand.ask(GET_DIRECTION, 0)).toEqual([0, OUT]);
  });

  it('has a trigger disabled before another one', async () => {
    const hand = new Hand();
    await stack(new GpioDevice({ lines: lines(1) }), hand);
    const answers = [];
    for (const type of [1, 1, 2, 0, 2, 0, 0]) answers.push((await hand.ask(SET_IRQ_TYPE, 0, type))[0]);
    expect(answers).toEqual([0, 0, 1, 0, 0, 0, 0]);
  });
});

describe('the event queue', () => {
  const irq = (line: number) => Uint8Array.of(line & 0xff, line >> 8);

  it('gives back, as invalid, what unmasks nothing', async () => {
    const device = new GpioDevice({ lines: lines(2) });
    const hand = new Hand();
    await stack(device, hand);
    await hand.ask(SET_IRQ_TYPE, 0, 1);
    const first = hand.offer(1, [irq(0).subarray(0, 1), irq(0).subarray(1)], [1]);
    // Not enabled, no such line, a second buffer for one line, too short, too long.
    for (const readable of [[irq(1)], [irq(2)], [irq(0xffff)], [irq(0)], [irq(0).subarray(1)], [irq(0), irq(0)], []]) {
      const used = await hand.offer(1, readable, [1]);
      expect([used.written, used.bytes[0]]).toEqual([1, 0]);
    }
    expect((await hand.offer(1, [irq(0)], [])).written).toBe(0);
    device.drive(0, 1);
    const used = await first;
    expect([used.written, used.bytes[0]]).toEqual([1, 1]);
  });

  it('latches an edge while it is masked, and forgets it once disabled', async () => {
    const device = new GpioDevice({ lines: lines(1) });
    const hand = new Hand();
    await stack(device, hand);
    await hand.ask(SET_DIRECTION, 0, IN);
    await hand.ask(SET_IRQ_TYPE, 0, 1);
    device.drive(0, 1);
    expect((await hand.offer(1, [irq(0)], [1])).bytes[0]).toBe(1);
    device.drive(0, 0);
    device.drive(0, 1);
    await hand.ask(SET_IRQ_TYPE, 0, 0);
    await hand.ask(SET_IRQ_TYPE, 0, 1);
    const waits = hand.offer(1, [irq(0)], [1]);
    await quiet();
    // Disabling gives the buffer back as invalid (Virtio 1.3, 5.18.7.3).
    await hand.ask(SET_IRQ_TYPE, 0, 0);
    expect((await waits).bytes[0]).toBe(0);
  });

  it('does not latch a level', async () => {
    const device = new GpioDevice({ lines: lines(1) });
    const hand = new Hand();
    await stack(device, hand);
    await hand.ask(SET_IRQ_TYPE, 0, 4);
    device.drive(0, 1);
    device.drive(0, 0);
    let back = false;
    const waits = hand.offer(1, [irq(0)], [1]).then(() => {
      back = true;
    });
    await quiet();
    expect(back).toBe(false);
    device.drive(0, 1);
    await waits;
  });

  it('gives the buffer back of a line that is nothing any more', async () => {
    const device = new GpioDevice({ lines: lines(1) });
    const hand = new Hand();
    await stack(device, hand);
    await hand.ask(SET_IRQ_TYPE, 0, 3);
    const waits = hand.offer(1, [irq(0)], [1]);
    await quiet();
    await hand.ask(SET_DIRECTION, 0, 0);
    expect((await waits).bytes[0]).toBe(0);
  });

  it('lets its buffers go when it is reset, and touches none after that', async () => {
    const device = new GpioDevice({ lines: lines(1) });
    const hand = new Hand();
    const { transport } = await stack(device, hand);
    await hand.ask(SET_IRQ_TYPE, 0, 1);
    const lost = hand.offer(1, [irq(0)], [1]);
    lost.catch(() => {});
    await quiet();
    await transport.resetQueue(1);
    await expect(lost).rejects.toMatchObject({ code: 'reset' });
    device.drive(0, 1);
    await quiet();
    expect((await hand.offer(1, [irq(0)], [1])).bytes[0]).toBe(1);
    const again = hand.offer(1, [irq(0)], [1]);
    again.catch(() => {});
    await quiet();
    await transport.restart();
    device.drive(0, 0);
    device.drive(0, 1);
    await expect(again).rejects.toMatchObject({ code: 'reset' });
    expect(await hand.ask(GET_VALUE, 0)).toEqual([0, 1]);
  });
});

describe('a GPIO driver', () => {
  /** A device that answers anything. */
  class Liar implements Device {
    readonly id = 41;
    readonly features = [0];
    queues = [16, 16];
    answer = (_queue: number): Uint8Array => Uint8Array.of(0, 0);
    constructor(readonly config: Uint8Array) {}
    start(_: DeviceServices): void {}
    kick(port: QueuePort): void {
      for (let chain = port.next(); chain !== undefined; chain = port.next()) {
        chain.write(0, this.answer(port.index).subarray(0, chain.writableLength));
        port.complete(chain);
      }
    }
  }

  it('does not believe answers that are short or no answers', async () => {
    const liar = new Liar(Uint8Array.of(2, 0, 0, 0, 5, 0, 0, 0));
    const driver = new GpioDriver();
    await stack(liar, driver);
    const answer = (...bytes: number[]) => {
      liar.answer = () => Uint8Array.from(bytes);
    };
    answer();
    await expect(driver.value(0)).rejects.toMatchObject({ code: 'rejected' });
    answer(0);
    await expect(driver.value(0)).rejects.toMatchObject({ code: 'rejected' });
    answer(7, 0);
    await expect(driver.value(0)).rejects.toMatchObject({ code: 'rejected' });
    answer(0, 3);
    await expect(driver.direction(0)).rejects.toMatchObject({ code: 'bad_value' });
    // Without an end, of one line, of three, not ASCII.
    for (const block of ['ab\0cd', 'abcd\0', 'a\0b\0\0', 'ab\0\xe9\0']) {
      liar.answer = () => Uint8Array.from([0, ...Buffer.from(block, 'latin1')]);
      await expect(driver.names()).rejects.toMatchObject({ code: 'bad_value' });
    }
    liar.answer = () => Uint8Array.from([0, ...Buffer.from('ab\0c\0')]);
    expect(await driver.names()).toEqual(['ab', 'c']);
  });

  it('fetches no block of names of any size', async () => {
    const driver = new GpioDriver();
    await stack(new Liar(Uint8Array.of(1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff)), driver);
    await expect(driver.names()).rejects.toMatchObject({ code: 'limit' });
  });

  it('ends a watch when the device says that there is nothing to watch', async () => {
    const liar = new Liar(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0));
    const driver = new GpioDriver();
    await stack(liar, driver);
    const ended = vi.fn();
    const interrupt = vi.fn();
    await driver.watch(0, 'high', { interrupt, ended });
    await vi.waitFor(() => expect(ended).toHaveBeenCalledWith(expect.objectContaining({ code: 'rejected' })));
    expect(interrupt).not.toHaveBeenCalled();
    await driver.watch(0, 'high', { interrupt });
  });

  it('watches no more lines than there is room for', async () => {
    const liar = new Liar(Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0));
    liar.queues = [16, 2];
    const serve = liar.kick.bind(liar);
    liar.kick = (port) => {
      if (port.index === 0) serve(port);
    };
    const driver = new GpioDriver();
    await stack(liar, driver);
    const interrupt = vi.fn();
    await driver.watch(0, 'both', { interrupt });
    await driver.watch(1, 'both', { interrupt });
    for (let i = 0; i < 2; i++)
      await expect(driver.watch(2, 'both', { interrupt })).rejects.toMatchObject({ code: 'limit' });
  });

  it('is not kept busy by a device that interrupts all the time', async () => {
    const liar = new Liar(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0));
    liar.answer = (queue) => Uint8Array.of(queue, 0);
    const driver = new GpioDriver();
    // Messages between processes come one turn of the event loop after the other.
    await stack(liar, driver, { schedule: setImmediate });
    let interrupts = 0;
    const stop = await driver.watch(0, 'high', { interrupt: () => void interrupts++ });
    await quiet();
    await stop();
    const before = interrupts;
    await quiet();
    expect([before > 0, interrupts - before]).toEqual([true, 0]);
  });
});
