import { describe, expect, it, vi } from 'vitest';
import { ConsoleDevice } from '../../runtime/dist/devices/console/console-device.js';
import { ConsoleDriver } from '../../runtime/dist/devices/console/console-driver.js';
import { stack } from './support/device-stack.js';
import { HandDriver } from './support/hand-driver.js';
import { quiet } from './support/turns.js';

/** A driver that does nothing by itself. */
class Hand extends HandDriver {
  constructor(features: readonly number[] = []) {
    super(3, [16, 16], features);
  }
}

const text = (string: string) => new TextEncoder().encode(string);
const pattern = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 0xff);

/** Collects what a side hears. */
class Heard {
  bytes = Buffer.alloc(0);
  readonly take = (more: Uint8Array): void => {
    this.bytes = Buffer.concat([this.bytes, more]);
  };
}

describe('a console and its driver', () => {
  it('carry bytes both ways, in order', async () => {
    const device = new ConsoleDevice();
    const driver = new ConsoleDriver();
    const host = new Heard();
    const guest = new Heard();
    device.onData(host.take);
    driver.onData(guest.take);
    await stack(device, driver);
    await Promise.all([driver.write(text('ab')), driver.write(new Uint8Array(0)), driver.write(text('cd'))]);
    expect(host.bytes.toString()).toBe('abcd');
    expect([device.send(text('he')), device.send(text('llo'))]).toEqual([true, true]);
    await vi.waitFor(() => expect(guest.bytes.toString()).toBe('hello'));
  });

  it('carry more than all buffers hold together', async () => {
    const device = new ConsoleDevice({ backlog: 300_000 });
    const driver = new ConsoleDriver();
    const host = new Heard();
    const guest = new Heard();
    device.onData(host.take);
    driver.onData(guest.take);
    await stack(device, driver);
    const much = pattern(300_000);
    expect(device.send(much)).toBe(true);
    await driver.write(much);
    expect(host.bytes.equals(much)).toBe(true);
    await vi.waitFor(() => expect(guest.bytes.equals(much)).toBe(true));
  });

  it('tell the size of the screen, and a new one', async () => {
    const device = new ConsoleDevice({ size: { cols: 80, rows: 25 } });
    const driver = new ConsoleDriver();
    const resized = vi.fn();
    driver.onResize(resized);
    // Known to the driver although it was changed before anybody was there.
    expect(device.resize({ cols: 100, rows: 30 })).toBe(true);
    await stack(device, driver);
    expect(driver.size).toEqual({ cols: 100, rows: 30 });
    device.resize({ cols: 65535, rows: 1 });
    await vi.waitFor(() => expect(resized).toHaveBeenCalledWith({ cols: 65535, rows: 1 }));
    expect(driver.size).toEqual({ cols: 65535, rows: 1 });
    device.resize({ cols: 65535, rows: 1 });
    await quiet();
    expect(resized).toHaveBeenCalledTimes(1);
  });

  it('have no size where the device has none', async () => {
    const device = new ConsoleDevice();
    const driver = new ConsoleDriver();
    await stack(device, driver);
    expect(driver.size).toBeNull();
    expect(device.resize({ cols: 1, rows: 1 })).toBe(false);
  });

  it('have emergency writes where the device takes them', async () => {
    const characters: number[] = [];
    const driver = new ConsoleDriver();
    await stack(new ConsoleDevice({ emergency: (character) => characters.push(character) }), driver);
    await driver.emergencyWrite(0x21);
    await driver.emergencyWrite(0xff);
    expect(characters).toEqual([0x21, 0xff]);
    const other = new ConsoleDriver();
    await stack(new ConsoleDevice(), other);
    await expect(other.emergencyWrite(0x21)).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('start anew after a reset', async () => {
    const device = new ConsoleDevice();
    const driver = new ConsoleDriver();
    const host = new Heard();
    const guest = new Heard();
    device.onData(host.take);
    driver.onData(guest.take);
    const { transport } = await stack(device, driver);
    await transport.restart();
    await driver.write(text('again'));
    device.send(text('new'));
    await vi.waitFor(() => expect(guest.bytes.toString()).toBe('new'));
    expect(host.bytes.toString()).toBe('again');
    await transport.close();
    await expect(driver.write(text('x'))).rejects.toMatchObject({ outcome: 'none' });
    expect(device.send(text('y'))).toBe(true);
  });
});

describe('a console that sends', () => {
  it('keeps what has no buffer, up to its backlog', async () => {
    const device = new ConsoleDevice({ backlog: 10 });
    const writable = vi.fn();
    device.onWritable(writable);
    const hand = new Hand();
    expect([device.send(text('12345678')), device.send(text('abc')), device.send(text('90'))]).toEqual([
      true,
      false,
      true,
    ]);
    await stack(device, hand);
    expect(writable).not.toHaveBeenCalled();
    const first = await hand.offer(0, [], [3, 1]);
    expect([Buffer.from(first.bytes).toString(), first.written]).toEqual(['1234', 4]);
    expect(writable).toHaveBeenCalledTimes(1);
    const second = await hand.offer(0, [], [64]);
    expect([Buffer.from(second.bytes.subarray(0, second.written)).toString(), second.written]).toEqual(['567890', 6]);
  });

  it('keeps the order however its backlog fills and empties', async () => {
    const device = new ConsoleDevice({ backlog: 10 });
    const hand = new Hand();
    await stack(device, hand);
    const all = pattern(300);
    const guest = new Heard();
    for (let at = 0; at < all.length; ) {
      const length = Math.min(1 + (at % 7), all.length - at);
      if (device.send(all.subarray(at, at + length))) at += length;
      else {
        const { bytes, written } = await hand.offer(0, [], [1 + (at % 4)]);
        guest.take(bytes.subarray(0, written));
      }
    }
    const { bytes, written } = await hand.offer(0, [], [10]);
    guest.take(bytes.subarray(0, written));
    expect(guest.bytes.equals(all)).toBe(true);
  });

  it('gives back a receive buffer with bytes to read, and uses the next', async () => {
    const device = new ConsoleDevice();
    const hand = new Hand();
    await stack(device, hand);
    const bad = hand.offer(0, [text('x')], [8]);
    const good = hand.offer(0, [], [8]);
    await quiet();
    device.send(text('ok'));
    expect((await bad).written).toBe(0);
    expect((await good).written).toBe(2);
  });

  it('touches no buffer after a reset', async () => {
    const device = new ConsoleDevice();
    const hand = new Hand();
    const { transport } = await stack(device, hand);
    const lost = hand.offer(0, [], [8]);
    lost.catch(() => {});
    await transport.restart();
    await expect(lost).rejects.toMatchObject({ code: 'reset', outcome: 'unknown' });
    device.send(text('later'));
    const used = await hand.offer(0, [], [8]);
    expect(Buffer.from(used.bytes.subarray(0, used.written)).toString()).toBe('later');
  });
});

describe('a console that is reset', () => {
  it('forgets what waited, and says that there is room', async () => {
    const device = new ConsoleDevice({ backlog: 5 });
    const writable = vi.fn();
    device.onWritable(writable);
    const hand = new Hand();
    const { transport } = await stack(device, hand);
    expect([device.send(text('stale')), device.send(text('!'))]).toEqual([true, false]);
    await transport.restart();
    expect(writable).toHaveBeenCalledTimes(1);
    const used = hand.offer(0, [], [8]);
    await quiet();
    device.send(text('fresh'));
    expect(Buffer.from((await used).bytes.subarray(0, 5)).toString()).toBe('fresh');
  });
});

describe('a console that receives', () => {
  it('takes buffers however they are cut', async () => {
    const device = new ConsoleDevice();
    const host = new Heard();
    device.onData(host.take);
    const hand = new Hand();
    await stack(device, hand);
    const used = await hand.offer(1, [text('a'), text('bc'), text('d')], []);
    expect([used.written, host.bytes.toString()]).toEqual([0, 'abcd']);
  });

  it('gives back, unread, a buffer it could write', async () => {
    const device = new ConsoleDevice();
    const host = new Heard();
    device.onData(host.take);
    const hand = new Hand();
    await stack(device, hand);
    expect((await hand.offer(1, [text('ab')], [4])).written).toBe(0);
    expect((await hand.offer(1, [], [4])).written).toBe(0);
    expect(host.bytes.length).toBe(0);
  });

  it('waits for a listener that takes its time, one piece at a time', async () => {
    const device = new ConsoleDevice();
    const pieces: number[] = [];
    const waiting: (() => void)[] = [];
    device.onData((bytes) => {
      pieces.push(bytes.length);
      return new Promise<void>((resolve) => waiting.push(resolve));
    });
    const hand = new Hand();
    await stack(device, hand);
    const long = hand.offer(1, [pattern(20_000)], []);
    const short = hand.offer(1, [pattern(5)], []);
    await quiet();
    expect(pieces).toEqual([16384]);
    waiting.shift()!();
    await quiet();
    expect(pieces).toEqual([16384, 20_000 - 16384]);
    waiting.shift()!();
    await long;
    await quiet();
    expect(pieces.length).toBe(3);
    waiting.shift()!();
    await short;
  });

  it('is reset only once its listener has done', async () => {
    const device = new ConsoleDevice();
    let release = (): void => {};
    device.onData(() => new Promise<void>((resolve) => (release = resolve)));
    const hand = new Hand();
    const { transport } = await stack(device, hand);
    hand.offer(1, [text('x')], []).catch(() => {});
    await quiet();
    let live = false;
    const restarted = transport.restart().then(() => {
      live = true;
    });
    await quiet();
    expect(live).toBe(false);
    release();
    await restarted;
    const again = hand.offer(1, [text('y')], []);
    await quiet();
    release();
    await again;
  });

  it('needs a reset when its listener fails', async () => {
    const device = new ConsoleDevice();
    device.onData(() => Promise.reject(new Error('disk full')));
    const hand = new Hand();
    const { devices } = await stack(device, hand);
    const status = vi.fn();
    hand.offer(1, [text('x')], []).catch(status);
    // The driver resets it, as it has to.
    await vi.waitFor(() => expect(status).toHaveBeenCalledWith(expect.objectContaining({ code: 'reset' })));
    await vi.waitFor(() => expect(devices.statusOf(1)! & 0x44).toBe(0x04));
  });
});

describe('the configuration of a console', () => {
  it('takes the lower byte of an emergency write alone, wherever it begins', async () => {
    const characters: number[] = [];
    const hand = new Hand([2]);
    const device = new ConsoleDevice({
      size: { cols: 2, rows: 3 },
      emergency: (character) => characters.push(character),
    });
    await stack(device, hand);
    await hand.services.writeConfig(8, Uint8Array.of(0x41, 0x42, 0x43, 0x44));
    await hand.services.writeConfig(8, Uint8Array.of(0x61));
    await hand.services.writeConfig(9, Uint8Array.of(0x62, 0x63));
    expect(characters).toEqual([0x41, 0x61]);
    await expect(hand.services.writeConfig(0, Uint8Array.of(9, 9))).rejects.toMatchObject({ code: 'rejected' });
    await expect(hand.services.writeConfig(7, Uint8Array.of(9, 9))).rejects.toMatchObject({ code: 'rejected' });
    // struct virtio_console_config: cols, rows.
    expect([...(await hand.services.readConfig(0, 4))]).toEqual([2, 0, 3, 0]);
  });
});
