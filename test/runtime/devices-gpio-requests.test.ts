import { describe, expect, it, vi } from 'vitest';
import { GpioDevice } from '../../runtime/dist/devices/gpio/gpio-device.js';
import { stack } from './support/device-stack.js';
import {
  EXAMPLE,
  EXAMPLE_BLOCK,
  GET_DIRECTION,
  GET_VALUE,
  Hand,
  lines,
  NAMES,
  OUT,
  request,
  SET_DIRECTION,
  SET_IRQ_TYPE,
  SET_VALUE,
} from './support/gpio.js';

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
