import { describe, expect, it, vi } from 'vitest';
import { GpioDevice } from '../../runtime/dist/devices/gpio/gpio-device.js';
import { GpioDriver } from '../../runtime/dist/devices/gpio/gpio-driver.js';
import { stack } from './support/device-stack.js';
import { Hand, lines, SET_IRQ_TYPE } from './support/gpio.js';
import { quiet } from './support/turns.js';

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
