import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Device, DeviceServices } from '../../runtime/dist/host/device.js';
import { type PortHost, QueuePort } from '../../runtime/dist/host/queue-port.js';
import { features, Ring } from './support/ring.js';
import { DeviceQueue } from './support/runtime.js';
import { DIALECT_NAMES, TestDevice, TestDriver, World, watch } from './support/shell-world.js';

const NEEDS_RESET = 64;
const boom = (): never => {
  throw new Error('boom');
};
const sink = (): Promise<never> => Promise.reject(new Error('sink'));

let unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);
beforeEach(() => {
  unhandled = [];
  process.on('unhandledRejection', note);
});
afterEach(async () => {
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

async function up(device: TestDevice, driver = new TestDriver(), dialect = DIALECT_NAMES[3]!) {
  const world = new World({ dialect });
  world.devices.add(1, device);
  world.devices.add(2, new TestDevice());
  const bus = await world.open();
  const bound = watch(bus.bind(1, driver));
  await world.quiet();
  return { world, bus, driver, bound, transport: bound.value };
}

/** The bus still serves everybody else. */
async function alive({ world, bus }: Awaited<ReturnType<typeof up>>): Promise<void> {
  const other = new TestDriver();
  await world.until(bus.bind(2, other));
  expect((await world.until(other.ask())).written).toBe(8);
}

describe.each(DIALECT_NAMES)('a device of %s that fails', (dialect) => {
  it.each([
    ['throws', boom],
    ['rejects', sink],
  ])('%s in start', async (_how, fail) => {
    const setting = await up(new TestDevice({ start: fail }), new TestDriver(), dialect);
    expect(setting.bound.state).toBe('rejected');
    await alive(setting);
  });

  it.each([
    ['throws', boom],
    ['rejects', sink as unknown as Device['kick']],
  ])('%s in kick', async (_how, fail) => {
    const device = new TestDevice({ kick: fail });
    const setting = await up(device, new TestDriver(), dialect);
    const { world, driver } = setting;
    const asked = watch(driver.ask());
    await world.quiet();
    // The driver has reset it once already.
    expect(asked).toMatchObject({ state: 'reset', outcome: 'unknown' });
    expect(driver.lives).toBe(2);
    expect(device.log).toEqual(['start', 'stop', 'start']);
    await alive(setting);
  });

  it.each([
    ['throws', boom],
    ['rejects', sink],
  ])('%s in stop', async (_how, fail) => {
    const setting = await up(new TestDevice({ stop: fail }), new TestDriver(), dialect);
    await setting.world.until(setting.transport!.restart());
    await setting.world.until(setting.driver.ask());
    await alive(setting);
  });

  it.each([
    ['throws', boom],
    ['rejects', sink],
  ])('%s in stopQueue', async (_how, fail) => {
    const setting = await up(new TestDevice({ kick: () => {}, stopQueue: fail }), new TestDriver(), dialect);
    const waiting = watch(setting.driver.ask());
    setting.world.devices.notify(1);
    await setting.world.until(setting.transport!.resetQueue(0));
    expect(waiting.state).toBe('reset');
    await alive(setting);
  });

  it.each([
    ['throws', boom],
    ['rejects', sink],
  ])('%s in writeConfig', async (_how, fail) => {
    const stages: (string | undefined)[] = [];
    const world = new World({
      dialect,
      device: { watch: (news) => news.type === 'device' && stages.push(`${news.stage} ${news.why ?? ''}`) },
    });
    world.devices.add(1, new TestDevice({ writeConfig: fail }));
    const bus = await world.open();
    const driver = new TestDriver();
    await world.until(bus.bind(1, driver));
    const written = watch(driver.services!.writeConfig(0, new Uint8Array(4)));
    await world.quiet();
    expect(['rejected', 'reset']).toContain(written.state);
    expect(stages).toContain('needs_reset handler');
    expect(driver.lives).toBe(2);
  });
});

describe('a device', () => {
  it('is bounded by the reset timer when it stops slowly, and the reset is answered', async () => {
    for (const dialect of DIALECT_NAMES) {
      const device = new TestDevice({ stop: () => new Promise<void>(() => {}) });
      const { world, transport, bus } = await up(device, new TestDriver(), dialect);
      const restarted = watch(transport!.restart());
      await world.pass(4900);
      expect(restarted.state).toBe('pending');
      await world.pass(200);
      expect(restarted.state).toBe('ok');
      expect(bus.counters.of('timeout')).toBe(0);
      expect(world.devices.counters.of('late')).toBe(0);
    }
  });

  it('is bounded when it never lets go of a queue', async () => {
    const device = new TestDevice({
      kick: (port) => void port.next(),
      stopQueue: () => new Promise<void>(() => {}),
    });
    const { world, transport, driver } = await up(device);
    const waiting = watch(driver.ask());
    await world.quiet();
    const reset = watch(transport!.resetQueue(0));
    await world.pass(6000);
    expect(reset.state).not.toBe('pending');
    expect(waiting.state).toBe('reset');
    // It asked for a reset of the whole, and got it.
    expect(driver.lives).toBe(2);
  });

  it('is bounded when it never starts', async () => {
    const { world, bound } = await up(new TestDevice({ start: () => new Promise<void>(() => {}) }));
    expect(bound.state).toBe('pending');
    await world.pass(30_000);
    expect(bound.state).not.toBe('pending');
    expect(bound.state).not.toBe('ok');
  });

  it('is recovered at most three times a minute, and then broken', async () => {
    let services: DeviceServices;
    const device = new TestDevice({
      start: (given) => {
        services = given;
      },
    });
    const { world, driver, transport } = await up(device);
    for (let i = 0; i < 3; i++) {
      services!.fail('handler');
      await world.quiet();
      expect(driver.lives).toBe(i + 2);
    }
    services!.fail('handler');
    await world.quiet();
    expect(driver.lives).toBe(4);
    expect(transport!.state).toBe('broken');
    expect(driver.stops).toHaveLength(4);
    const late = watch(driver.services!.port(0).request([], [8]));
    const live = watch(transport!.whenLive());
    await world.quiet();
    expect([late.state, live.state]).toEqual(['reset', 'needs_reset']);
    await world.until(transport!.restart());
    expect((await world.until(driver.ask())).written).toBe(8);
  });

  it('has no say any more once it was reset', async () => {
    const given: DeviceServices[] = [];
    const device = new TestDevice({ start: (services) => void given.push(services) });
    const { world, transport, driver } = await up(device);
    await world.until(transport!.restart());
    given[0]!.fail('handler');
    given[0]!.changeConfig({ offset: 0, data: new Uint8Array([1]) });
    await world.quiet();
    expect(given[0]!.port(0)).toBeUndefined();
    expect(driver.lives).toBe(2);
    expect(driver.changes).toBe(0);
    expect(world.devices.statusOf(1)! & NEEDS_RESET).toBe(0);
  });

  it('is reset with the bus although its driver has filled its line', async () => {
    let start = () => {};
    const device = new TestDevice({ start: () => new Promise<void>((resolve) => (start = resolve)) });
    const { world, bus } = await up(device);
    const head = { kind: 'request', device: 1, token: 0 } as const;
    for (let i = 0; i < 25; i++) bus.submit({ ...head, name: 'GET_DEVICE_STATUS', fields: {} }, () => {});
    await world.quiet();
    // A reset makes room in the line of answers, not in that of the device.
    for (const status of [0, ...new Array(30).fill(1)])
      bus.submit({ ...head, name: 'SET_DEVICE_STATUS', fields: { status } }, () => {});
    await world.quiet();
    await world.until(bus.close('abortive'));
    start();
    await world.quiet();
    expect(world.devices.statusOf(1)).toBe(0);
    expect(device.log).toContain('stop');
  });

  it('gets another turn where its queue paused and it gave everything back in the same turn', () => {
    const ring = new Ring(8).desc(0, 0x18000, 4).desc(1, 0x18010, 4).desc(2, 0x18020, 4).offer(0, 1, 2);
    const queue = new DeviceQueue(ring.memory, ring.config, features(), { maxHeldSegments: 8 });
    const turns: (() => void)[] = [];
    let taken = 0;
    const host: PortHost = {
      soon: (port) => turns.push(() => port.turn()),
      later: (port) => turns.push(() => port.turn()),
      used: () => {},
      fault: () => {},
      kick(port) {
        const chains = [];
        for (let chain = port.next(); chain !== undefined; chain = port.next()) chains.push(chain);
        taken += chains.length;
        for (const chain of chains) port.complete(chain);
      },
    };
    new QueuePort(0, queue, host, 256).wake();
    for (let turn = turns.shift(); turn !== undefined; turn = turns.shift()) turn();
    expect(taken).toBe(3);
  });
});

describe('a driver', () => {
  it.each([
    ['throws', boom],
    ['rejects', sink],
  ])('that %s in live is not bound', async (_how, fail) => {
    const setting = await up(new TestDevice(), new TestDriver({ live: fail }));
    expect(setting.bound.state).toBe('rejected');
    expect(setting.world.devices.statusOf(1)).toBe(0);
    await setting.world.until(setting.bus.bind(1, new TestDriver()));
    await alive(setting);
  });

  it('that throws when asked for its queues is not bound', async () => {
    const setting = await up(new TestDevice(), new TestDriver({ queues: boom }));
    expect(setting.bound.state).toBe('rejected');
    await alive(setting);
  });

  it.each([
    ['throws', boom],
    ['rejects', sink as unknown as () => void],
  ])('that %s when told of a new configuration loses its device', async (_how, fail) => {
    const device = new TestDevice();
    const setting = await up(device, new TestDriver({ configChanged: fail }));
    device.services!.changeConfig({ offset: 0, data: new Uint8Array([1]) });
    await setting.world.quiet();
    expect(setting.driver.stops.map(({ code }) => code)).toEqual(['rejected']);
    expect(setting.transport!.state).toBe('broken');
    await alive(setting);
  });

  it('whose live ends by the reset that the device asked for gets its device back', async () => {
    let services: DeviceServices;
    let first = true;
    const device = new TestDevice({
      start: (given) => {
        services = given;
      },
      kick(port) {
        if (first) services.fail('handler');
        else TestDevice.prototype.kick.call(device, port);
        first = false;
      },
    });
    const driver = new TestDriver({
      async live(given) {
        driver.services = given;
        driver.lives++;
        await given.port(0).request([], [4]);
      },
    });
    const { bound } = await up(device, driver);
    expect(driver.lives).toBe(2);
    expect(bound.state).toBe('ok');
  });

  it('that cannot merge has its write ended', async () => {
    const device = new TestDevice();
    const world = new World({ dialect: 'rfc3' });
    world.devices.add(1, device);
    const bus = await world.open();
    const driver = new TestDriver();
    await world.until(bus.bind(1, driver));
    await world.until(driver.services!.readConfig(0, 16));
    const written = watch(driver.services!.writeConfig(0, new Uint8Array([1]), boom));
    device.services!.changeConfig({ offset: 8, data: new Uint8Array([1]) });
    await world.quiet();
    expect(written.state).toBe('rejected');
    await world.until(driver.services!.writeConfig(0, new Uint8Array([1])));
  });
});

describe('a callback that throws', () => {
  it('surfaces, and those behind it are called all the same', async () => {
    const surfaced: unknown[] = [];
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', (reason) => surfaced.push((reason as Error).message));
    try {
      const setting = await up(new TestDevice({ kick: () => {} }), new TestDriver({ stopped: boom }));
      const { world, bus, transport } = setting;
      const port = setting.driver.services!.port(0);
      const told: string[] = [];
      port.submit([], [1], boom);
      port.submit([], [1], () => told.push('buffer'));
      const status = { name: 'GET_DEVICE_STATUS', kind: 'request', device: 1, token: 0, fields: {} } as const;
      bus.submit(status, boom);
      bus.submit(status, () => told.push('request'));
      await world.quiet();
      await world.until(transport!.restart());
      expect(told).toEqual(['request', 'buffer']);
      await alive(setting);
      expect(surfaced).toEqual(['boom', 'boom', 'boom']);
    } finally {
      process.removeAllListeners('uncaughtException');
      for (const listener of others) process.on('uncaughtException', listener);
    }
  });
});
