import { describe, expect, it } from 'vitest';
import { DeviceBus } from '../../runtime/dist/bus/device-bus.js';
import { DriverBus } from '../../runtime/dist/bus/driver-bus.js';
import { DIALECTS } from '../../runtime/dist/wire/dialects.js';
import type { Message } from '../../runtime/dist/wire/message.js';
import { HandClock } from './support/shell-clock.js';
import { HandMedium } from './support/shell-medium.js';
import { DIALECT_NAMES, TestDevice, TestDriver, World, watch } from './support/shell-world.js';

const turnAll = async (clock: HandClock): Promise<void> => {
  for (let i = 0; i < 50; i++) {
    while (clock.turn());
    await null;
  }
};

describe.each(DIALECT_NAMES)('a medium of %s with little room', (dialect) => {
  it.each([0, 60, 300])('of %i bytes loses nothing', async (backlog) => {
    const world = new World({ dialect, loopback: { backlog } });
    for (let i = 0; i < 30; i++) world.devices.add(i, new TestDevice());
    const bus = await world.open();
    expect(bus.devices.size).toBe(30);
    const drivers = [new TestDriver(), new TestDriver()];
    await world.until(bus.bind(0, drivers[0]!));
    await world.until(bus.bind(29, drivers[1]!));
    const order: number[] = [];
    for (let i = 0; i < 50; i++)
      bus.submit({ name: 'GET_DEVICE_STATUS', kind: 'request', device: 29, token: 0, fields: {} }, () => order.push(i));
    const all = Array.from({ length: 100 }, (_, i) => watch(drivers[i & 1]!.ask()));
    await world.quiet();
    expect(order).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(all.filter(({ state }) => state !== 'ok')).toEqual([]);
    for (let i = 1; i < 29; i++) world.devices.remove(i);
    await world.quiet();
    expect([...bus.devices.keys()]).toEqual([0, 29]);
    expect(bus.counters.of('timeout')).toBe(0);
  });

  it('has answers in order when it has room again, and keeps only so many', () => {
    const d = DIALECTS[dialect];
    const medium = new HandMedium();
    const world = new World({ dialect });
    const bus = new DeviceBus({ medium, dialect, memory: world.memory, clock: world.clock });
    bus.add(1, new TestDevice());
    medium.taken();
    medium.room = 0;
    const ping = (data: number): void => {
      const bytes = new Uint8Array(32);
      const message: Message = {
        name: 'PING',
        kind: 'request',
        device: 0,
        token: (data % 65535) + 1,
        fields: { data },
      };
      medium.hear(bytes.subarray(0, d.encode(new DataView(bytes.buffer), 0, message)));
    };
    for (let i = 0; i < 5000; i++) ping(i);
    expect(bus.counters.of('limit')).toBe(5000 - 1024);
    const answers: number[] = [];
    const read = (): void => {
      for (const bytes of medium.taken()) {
        const message = d.decode(new DataView(bytes.buffer), 0, bytes.length) as Message;
        if (message.name === 'PING') answers.push(message.fields.data);
      }
    };
    for (let i = 0; i < 200; i++) {
      medium.drain(7);
      read();
    }
    expect(answers).toEqual(Array.from({ length: 1024 }, (_, i) => i));
    ping(9999);
    medium.drain(100);
    read();
    expect(answers.at(-1)).toBe(9999);
  });

  it('does not make a driver keep answers to a peer that pings and does not read', async () => {
    const d = DIALECTS[dialect];
    const clock = new HandClock();
    const medium = new HandMedium();
    const { memory } = new World({ dialect });
    const opening = watch(
      DriverBus.open({ medium, dialect, clock, devices: [], memory: { memory, base: 0x10000, length: 4096 } }),
    );
    await turnAll(clock);
    const bus = opening.value!;
    medium.room = 0;
    for (let data = 0; data < 5000; data++) {
      const bytes = new Uint8Array(32);
      const message: Message = { name: 'PING', kind: 'request', device: 0, token: data + 1, fields: { data } };
      medium.hear(bytes.subarray(0, d.encode(new DataView(bytes.buffer), 0, message)));
    }
    expect(bus.counters.of('limit')).toBe(5000 - 1024);
    medium.drain(10_000);
    expect(medium.taken()).toHaveLength(1024);
  });

  it('does not carry a kick or a configuration event over a reset', async () => {
    const world = new World({ dialect, loopback: { backlog: 0 } });
    const device = new TestDevice();
    world.devices.add(1, device);
    const bus = await world.open();
    const driver = new TestDriver();
    const transport = await world.until(bus.bind(1, driver));
    // One message under way in each direction, so that all others wait.
    world.deaf = true;
    bus.submit({ name: 'PING', kind: 'request', device: 0, token: 0, fields: { data: 1 } }, () => {});
    const asked = watch(driver.ask());
    await world.quiet();
    device.services!.changeConfig({ offset: 0, data: new Uint8Array([1]) });
    device.services!.changeConfig({ offset: 1, data: new Uint8Array([1]) });
    device.services!.fail('handler');
    const restarted = watch(transport.restart());
    await world.quiet();
    world.deaf = false;
    await world.quiet();
    expect([asked.state, restarted.state]).toEqual(['reset', 'ok']);
    expect(driver.lives).toBe(2);
    expect(world.devices.counters.of('bad_state')).toBe(0);
    expect((await world.until(driver.ask())).written).toBe(8);
  });

  it('is forgotten with its fullness when the next medium comes', async () => {
    const medium = new HandMedium();
    const world = new World({ dialect });
    const bus = new DeviceBus({ medium, dialect, memory: world.memory, clock: world.clock });
    medium.room = 0;
    bus.add(1, new TestDevice());
    await turnAll(world.clock);
    medium.down();
    const next = new HandMedium();
    bus.attach(next);
    bus.add(2, new TestDevice());
    await turnAll(world.clock);
    expect(next.taken().length).toBeGreaterThan(0);
  });
});
