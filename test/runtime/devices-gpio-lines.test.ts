import { describe, expect, it, vi } from 'vitest';
import { GpioDevice } from '../../runtime/dist/devices/gpio/gpio-device.js';
import { GpioDriver } from '../../runtime/dist/devices/gpio/gpio-driver.js';
import { stack } from './support/device-stack.js';
import { EXAMPLE, lines } from './support/gpio.js';

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
