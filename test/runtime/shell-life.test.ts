import { describe, expect, it } from 'vitest';
import type { VirtioError } from '../../runtime/dist/bus/error.js';
import { loopback } from '../../runtime/dist/medium/loopback.js';
import { DIALECT_NAMES, TestDevice, TestDriver, World, watch } from './support/shell-world.js';

const SEVENS = new Uint8Array(8).fill(7);

describe.each(DIALECT_NAMES)('a bus of %s', (dialect) => {
  it('goes through its whole life', async () => {
    const world = new World({ dialect });
    world.devices.add(3, new TestDevice());
    const bus = await world.open();
    expect([...bus.devices.keys()]).toEqual([3]);
    const driver = new TestDriver();
    const transport = await world.until(bus.bind(3, driver));
    expect(transport.state).toBe('live');
    expect((await world.until(driver.ask())).bytes).toEqual(SEVENS);
    await world.until(transport.restart());
    expect(driver.lives).toBe(2);
    expect((await world.until(driver.ask())).bytes).toEqual(SEVENS);
    await world.until(transport.resetQueue(0));
    expect((await world.until(driver.ask())).bytes).toEqual(SEVENS);
    await world.until(bus.close());
    expect(bus.state).toBe('down');
    expect(world.devices.statusOf(3)).toBe(0);
    expect(bus.counters.all()).toEqual({});
    expect(world.devices.counters.all()).toEqual({});
    expect(driver.stops).toHaveLength(2);
  });

  it('brings up devices with several queues', async () => {
    const world = new World({ dialect });
    world.devices.add(0, new TestDevice({ queues: [8, 16, 0, 4] }));
    const bus = await world.open();
    const driver = new TestDriver({ queues: () => [0, 1, 3].map((index) => ({ index, size: 64 })) });
    await world.until(bus.bind(0, driver));
    expect([0, 1, 3].map((index) => driver.services!.port(index).size)).toEqual([8, 16, 4]);
  });

  it('has devices at both ends of the numbers, which do not disturb each other', async () => {
    const world = new World({ dialect });
    const held = new TestDevice({ kick: () => {} });
    world.devices.add(0, held);
    world.devices.add(65535, new TestDevice());
    const bus = await world.open();
    const [first, last] = [new TestDriver(), new TestDriver()];
    const transport = await world.until(bus.bind(0, first));
    await world.until(bus.bind(65535, last));
    const waiting = watch(first.ask());
    expect((await world.until(last.ask())).bytes).toEqual(SEVENS);
    await world.until(transport.restart());
    expect(waiting).toMatchObject({ state: 'reset', outcome: 'unknown' });
    expect(last.stops).toEqual([]);
    world.devices.remove(0);
    await world.quiet();
    expect(first.stops.at(-1)?.code).toBe('removed');
    expect((await world.until(last.ask())).bytes).toEqual(SEVENS);
  });

  it('plugs devices in and out', async () => {
    const world = new World({ dialect });
    world.devices.add(1, new TestDevice({ kick: () => {} }));
    const bus = await world.open();
    const driver = new TestDriver();
    await world.until(bus.bind(1, driver));
    const waiting = watch(driver.ask());
    await world.quiet();
    world.devices.remove(1);
    world.devices.add(1, new TestDevice());
    world.devices.add(2, new TestDevice());
    await world.quiet();
    expect(waiting).toMatchObject({ state: 'removed', outcome: 'unknown' });
    expect([...bus.devices.keys()]).toEqual([1, 2]);
    const next = new TestDriver();
    await world.until(bus.bind(1, next));
    expect((await world.until(next.ask())).bytes).toEqual(SEVENS);
    expect(world.news.map(({ type }) => type)).toEqual(['added', 'removed', 'added', 'added']);
  });

  it('tells of configuration changes, and reads and writes configuration', async () => {
    const world = new World({ dialect });
    const device = new TestDevice({ config: new Uint8Array(600) });
    world.devices.add(1, device);
    const bus = await world.open();
    const driver = new TestDriver();
    await world.until(bus.bind(1, driver));
    device.services!.changeConfig({ offset: 500, data: new Uint8Array([1, 2, 3]) });
    await world.quiet();
    expect(driver.changes).toBe(1);
    expect([...(await world.until(driver.services!.readConfig(0, 600))).slice(500, 503)]).toEqual([1, 2, 3]);
    await world.until(driver.services!.writeConfig(4, new Uint8Array([9])));
    expect([...(await world.until(driver.services!.readConfig(4, 1)))]).toEqual([9]);
    const beyond = watch(driver.services!.readConfig(599, 2));
    await world.quiet();
    expect(beyond.state).toBe('range');
  });

  it('lets a device go and binds it again', async () => {
    const world = new World({ dialect });
    world.devices.add(1, new TestDevice());
    const bus = await world.open();
    const first = new TestDriver();
    const transport = await world.until(bus.bind(1, first));
    await world.until(transport.close());
    expect(world.devices.statusOf(1)).toBe(0);
    expect(first.stops).toHaveLength(1);
    const late = watch(transport.restart());
    const next = new TestDriver();
    await world.until(bus.bind(1, next));
    expect(late.state).toBe('removed');
    expect((await world.until(next.ask())).bytes).toEqual(SEVENS);
    await world.until(transport.close());
  });

  it('ends requests to a device that is removed, whoever asked', async () => {
    const world = new World({ dialect });
    world.devices.add(1, new TestDevice());
    const bus = await world.open();
    const asked = watch(bus.request({ name: 'GET_DEVICE_STATUS', kind: 'request', device: 1, token: 0, fields: {} }));
    // The number has another device before the request arrives.
    world.devices.remove(1);
    world.devices.add(1, new TestDevice());
    await world.quiet();
    expect(['ok', 'removed']).toContain(asked.state);
    expect(bus.devices.size).toBe(1);
  });

  it('rejects what cannot be bound, and frees a device whose bring-up failed', async () => {
    const world = new World({ dialect });
    let sound = false;
    world.devices.add(
      1,
      new TestDevice({
        start() {
          if (!sound) throw new Error('no');
        },
      }),
    );
    const bus = await world.open();
    const none = watch(bus.bind(2, new TestDriver()));
    const other = watch(bus.bind(1, Object.assign(new TestDriver(), { id: 5 })));
    const failing = watch(bus.bind(1, new TestDriver()));
    const second = watch(bus.bind(1, new TestDriver()));
    await world.quiet();
    expect([none.state, other.state, failing.state, second.state]).toEqual([
      'no_device',
      'unsupported',
      'rejected',
      'bad_state',
    ]);
    sound = true;
    await world.until(bus.bind(1, new TestDriver()));
    await world.until(bus.close());
    const closed = watch(bus.bind(1, new TestDriver()));
    const asked = watch(bus.request({ name: 'PING', kind: 'request', device: 0, token: 0, fields: { data: 1 } }));
    await world.quiet();
    expect([closed.state, asked.state]).toEqual(['bus_down', 'bus_down']);
  });

  it('gives memory back however often devices restart, queues are reset and devices are let go', async () => {
    // Room for a few rings and no more.
    const world = new World({ dialect, bytes: 1 << 14 });
    world.devices.add(1, new TestDevice({ kick: () => {} }));
    const bus = await world.open();
    const driver = new TestDriver();
    let transport = await world.until(bus.bind(1, driver));
    for (let i = 0; i < 350; i++) {
      const [one, two] = [watch(driver.ask(100)), watch(driver.ask(100))];
      await world.quiet();
      if (i % 3 === 0) await world.until(transport.restart());
      else if (i % 3 === 1) await world.until(transport.resetQueue(0));
      else {
        await world.until(transport.close());
        transport = await world.until(bus.bind(1, driver));
      }
      expect([one.state, two.state]).toEqual(['reset', 'reset']);
    }
  });

  it('finds and probes 200 devices a few at a time', async () => {
    const world = new World({ dialect });
    for (let i = 0; i < 200; i++) world.devices.add(i * 300, new TestDevice());
    const bus = await world.open();
    expect(bus.devices.size).toBe(200);
    expect(bus.complete).toBe(true);
    for (let i = 0; i < 200; i++) world.devices.remove(i * 300);
    for (let i = 0; i < 3000; i++) world.devices.add(i, new TestDevice());
    await world.quiet();
    expect(bus.devices.size).toBe(3000);
    expect(bus.counters.of('limit')).toBe(0);
  });

  it('gives requests up by signal', async () => {
    const world = new World({ dialect });
    world.devices.add(1, new TestDevice({ kick: () => {} }));
    const before = AbortSignal.abort();
    const closed = watch(world.opening(before));
    await world.quiet();
    expect(closed.state).toBe('cancelled');
    const other = new World({ dialect });
    other.devices.add(1, new TestDevice({ kick: () => {} }));
    const during = new AbortController();
    const opening = watch(other.opening(during.signal));
    other.clock.turn();
    during.abort();
    await other.quiet();
    expect(opening.state).toBe('cancelled');

    const third = new World({ dialect });
    third.devices.add(1, new TestDevice({ kick: () => {} }));
    const bus = await third.open();
    const driver = new TestDriver();
    await third.until(bus.bind(1, driver));
    const controller = new AbortController();
    const { signal } = controller;
    const status = { name: 'SET_DEVICE_STATUS', kind: 'request', device: 1, token: 0, fields: { status: 15 } } as const;
    const ended = [watch(bus.request(status, { signal })), watch(driver.ask(8, signal))];
    controller.abort();
    ended.push(watch(bus.request(status, { signal })), watch(driver.ask(8, signal)));
    await third.quiet();
    expect(ended.map(({ state, outcome }) => `${state} ${outcome}`)).toEqual([
      'cancelled unknown',
      'cancelled unknown',
      'cancelled none',
      'cancelled none',
    ]);
  });
});

describe('the shell', () => {
  it('has one request per device in flight where there are no tokens', async () => {
    const world = new World({ dialect: 'rfc2' });
    world.devices.add(1, new TestDevice());
    world.devices.add(2, new TestDevice());
    const bus = await world.open();
    const seen: unknown[] = [];
    const status = (device: number) =>
      ({ name: 'GET_DEVICE_STATUS', kind: 'request', device, token: 0, fields: {} }) as const;
    for (let i = 0; i < 5; i++)
      for (const device of [1, 2]) bus.submit(status(device), (response) => seen.push(response));
    expect(world.loop.pump()).toBe(2);
    await world.quiet();
    expect(seen).toHaveLength(10);
  });

  it('settles both where a queue is reset twice at once, and rejects it where nothing is live', async () => {
    const world = new World();
    world.devices.add(1, new TestDevice());
    const bus = await world.open();
    const transport = await world.until(bus.bind(1, new TestDriver()));
    await world.until(Promise.all([transport.resetQueue(0), transport.resetQueue(0)]));
    const none = watch(transport.resetQueue(5));
    await world.until(transport.close());
    const late = watch(transport.resetQueue(0));
    const live = watch(transport.whenLive());
    await world.quiet();
    expect([none.state, late.state, live.state]).toEqual(['range', 'removed', 'removed']);
  });

  it('tells whoever asks late whether the driver is live', async () => {
    const world = new World();
    world.devices.add(1, new TestDevice());
    const bus = await world.open();
    const transport = await world.until(bus.bind(1, new TestDriver()));
    await world.until(transport.whenLive());
    await world.until(Promise.all([transport.restart(), transport.restart()]));
  });

  it('resolves every close', async () => {
    const world = new World();
    world.devices.add(1, new TestDevice());
    const bus = await world.open();
    await world.until(bus.bind(1, new TestDriver()));
    await world.until(Promise.all([bus.close(), bus.close(), bus.close('abortive'), bus.close()]));
    expect(bus.state).toBe('down');
  });

  it('ends everything on an abortive close', async () => {
    const world = new World();
    world.devices.add(1, new TestDevice({ kick: () => {} }));
    const bus = await world.open();
    const driver = new TestDriver();
    const transport = await world.until(bus.bind(1, driver));
    const port = watch(driver.ask());
    const asked = watch(driver.services!.readConfig(0, 4));
    await world.until(bus.close('abortive'));
    expect([port.state, asked.state, driver.stops[0]?.code]).toEqual(['bus_down', 'bus_down', 'bus_down']);
    const again = watch(transport.restart());
    await world.quiet();
    expect(again.state).toBe('bus_down');
    expect(world.clock.timers.size).toBeLessThan(3);
  });

  it('serves the next driver over another medium', async () => {
    const world = new World();
    const device = new TestDevice();
    world.devices.add(1, device);
    const bus = await world.open();
    await world.until(bus.bind(1, new TestDriver()));
    expect(() => world.devices.attach(world.loop.ends[1])).toThrow('up');
    await world.until(bus.close('abortive'));
    expect(world.devices.statusOf(1)).toBe(0);
    expect(device.log).toEqual(['start', 'stop']);
    world.loop = loopback({ schedule: null });
    world.devices.attach(world.loop.ends[1]);
    const second = await world.open();
    expect([...second.devices.keys()]).toEqual([1]);
    const driver = new TestDriver();
    await world.until(second.bind(1, driver));
    expect((await world.until(driver.ask())).bytes).toEqual(SEVENS);
  });

  it('resets all devices with the bus, and says when', async () => {
    const world = new World();
    let quiet = () => {};
    world.devices.add(1, new TestDevice({ stop: () => new Promise<void>((resolve) => (quiet = resolve)) }));
    world.devices.add(2, new TestDevice());
    const bus = await world.open();
    await world.until(bus.bind(1, new TestDriver()));
    const reset = watch(world.devices.reset());
    await world.quiet();
    expect(reset.state).toBe('pending');
    quiet();
    await world.quiet();
    expect(reset.state).toBe('ok');
    expect(world.devices.statusOf(1)).toBe(0);
    expect(
      (await world.until(bus.request({ name: 'PING', kind: 'request', device: 0, token: 0, fields: { data: 7 } })))
        .fields.data,
    ).toBe(7);
  });

  it('gives a number to another device while the last one still stops', async () => {
    const world = new World();
    let release = () => {};
    world.devices.add(1, new TestDevice({ stop: () => new Promise<void>((resolve) => (release = resolve)) }));
    const bus = await world.open();
    await world.until(bus.bind(1, new TestDriver()));
    world.devices.remove(1);
    const next = new TestDevice();
    world.devices.add(1, next);
    await world.quiet();
    const driver = new TestDriver();
    await world.until(bus.bind(1, driver));
    await world.pass(900);
    release();
    await world.pass(20_000);
    expect(next.log).toEqual(['start']);
    expect((await world.until(driver.ask())).bytes).toEqual(SEVENS);
    expect(bus.state).toBe('up');
  });

  it('lets the owner put a device under a number from within the news of its removal', async () => {
    const world = new World({
      device: {
        watch: (news) => {
          if (news.type === 'device' && news.stage === 'removed') world.devices.add(1, new TestDevice());
        },
      },
    });
    world.devices.add(1, new TestDevice());
    const bus = await world.open();
    await world.until(bus.bind(1, new TestDriver()));
    world.devices.remove(1);
    await world.quiet();
    expect([...bus.devices.keys()]).toEqual([1]);
    await world.until(bus.bind(1, new TestDriver()));
  });

  it('does not lend the memory of a device that did not answer its reset to anybody else', async () => {
    const world = new World({ bytes: 1 << 16 });
    const device = new TestDevice({ kick: () => {} });
    world.devices.add(1, device);
    const bus = await world.open();
    const driver = new TestDriver();
    await world.until(bus.bind(1, driver));
    const waiting = watch(driver.ask(512));
    await world.quiet();
    world.devices.remove(1);
    await world.quiet();
    expect(waiting.state).toBe('removed');
    // What the device could still write must not be within what the next one gets.
    const lent = [...world.bytes].reduce((last, byte, i) => (byte === 0 ? last : i), 0) + 512;
    world.bytes.fill(0xaa);
    world.devices.add(1, new TestDevice({ kick: () => {} }));
    await world.quiet();
    await world.until(bus.bind(1, driver));
    const own = watch(driver.ask(512));
    await world.quiet();
    expect(world.bytes.findIndex((byte) => byte !== 0xaa)).toBeGreaterThan(lent);
    expect(own.state).toBe('pending');
  });

  it('rejects buffers nobody can offer', async () => {
    const world = new World({ bytes: 1 << 14 });
    world.devices.add(1, new TestDevice({ queues: [4] }));
    const bus = await world.open();
    const driver = new TestDriver();
    await world.until(bus.bind(1, driver));
    const port = driver.services!.port(0);
    const bad = [
      watch(port.request([], [-1])),
      watch(port.request([], [Number.NaN])),
      watch(port.request([], [1 << 20])),
      watch(port.request([], [1, 1, 1, 1, 1])),
      watch(port.request([], [])),
    ];
    await world.quiet();
    expect(bad.map(({ state }) => state)).toEqual(['bad_value', 'bad_value', 'too_big', 'too_big', 'too_big']);
    expect(() => port.submit([], [Number.NaN], () => {})).toThrow(RangeError);
    expect((await world.until(driver.ask())).bytes).toEqual(SEVENS);
  });

  it('tells errors of ours from all others', async () => {
    const world = new World();
    const bus = await world.open();
    const error = (await bus.bind(1, new TestDriver()).catch((reason) => reason)) as VirtioError;
    expect(error).toMatchObject({ name: 'VirtioError', code: 'no_device', outcome: 'none' });
  });
});
