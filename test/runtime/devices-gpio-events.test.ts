import { describe, expect, it } from 'vitest';
import { GpioDevice } from '../../runtime/dist/devices/gpio/gpio-device.js';
import { stack } from './support/device-stack.js';
import { GET_VALUE, Hand, IN, lines, SET_DIRECTION, SET_IRQ_TYPE } from './support/gpio.js';
import { quiet } from './support/turns.js';

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
