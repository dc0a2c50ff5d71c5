import { describe, expect, it, vi } from 'vitest';
import { GpioDriver } from '../../runtime/dist/devices/gpio/gpio-driver.js';
import type { Device, DeviceServices } from '../../runtime/dist/host/device.js';
import type { QueuePort } from '../../runtime/dist/host/queue-port.js';
import { stack } from './support/device-stack.js';
import { quiet } from './support/turns.js';

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
    await stack(liar, driver, { medium: { schedule: setImmediate } });
    let interrupts = 0;
    const stop = await driver.watch(0, 'high', { interrupt: () => void interrupts++ });
    await quiet();
    await stop();
    const before = interrupts;
    await quiet();
    expect([before > 0, interrupts - before]).toEqual([true, 0]);
  });
});
