import { describe, expect, it } from 'vitest';
import { DIALECTS } from '../../runtime/dist/wire/dialects.js';
import type { Name } from '../../runtime/dist/wire/message.js';
import { DIALECT_NAMES, TestDevice, TestDriver, World, watch } from './support/shell-world.js';

const STATUS = { name: 'GET_DEVICE_STATUS', kind: 'request', device: 1, token: 0, fields: {} } as const;

/** A bus with one device that keeps the buffers it gets. */
async function holding(options: ConstructorParameters<typeof World>[0] = {}) {
  const world = new World(options);
  world.devices.add(1, new TestDevice({ kick: () => {} }));
  const bus = await world.open();
  const driver = new TestDriver();
  const transport = await world.until(bus.bind(1, driver));
  return { world, bus, driver, transport };
}

describe.each(DIALECT_NAMES)('a peer of %s that says nothing', (dialect) => {
  it('from the beginning: the bus opens incomplete, and is found dead by its pings', async () => {
    const world = new World({ dialect });
    world.devices.add(1, new TestDevice());
    world.deaf = true;
    const opening = watch(world.opening());
    await world.pass(3300);
    expect(opening.state).toBe('ok');
    const bus = opening.value!;
    expect([bus.complete, bus.devices.size, bus.state]).toEqual([false, 0, 'up']);
    await world.pass(4100);
    expect(bus.state).toBe('failed');
    expect(world.news).toMatchObject([{ type: 'down', code: 'peer_dead' }]);
    expect(world.clock.timers.size).toBeLessThan(2);
  });

  it('while devices are looked at: open is rejected', async () => {
    const world = new World({ dialect });
    for (let i = 0; i < 100; i++) world.devices.add(i, new TestDevice());
    const opening = watch(world.opening());
    // GET_DEVICES goes out and is answered; then silence.
    world.loop.pump();
    world.loop.pump();
    world.deaf = true;
    await world.pass(4100);
    expect(opening.state).toBe('peer_dead');
    await world.pass(60_000);
    expect(world.loop.ends[0].send(new Uint8Array(8))).toBe('down');
  });

  it('in the middle of a bring-up, at any message', async () => {
    for (let messages = 0; messages < 14; messages++) {
      const world = new World({ dialect });
      world.devices.add(1, new TestDevice());
      const bus = await world.open();
      const driver = new TestDriver();
      const binding = watch(bus.bind(1, driver));
      for (let i = 0; i < messages; i++) {
        while (world.clock.turn());
        world.loop.pump();
        await null;
      }
      world.deaf = true;
      await world.pass(60_000);
      if (binding.state === 'ok') expect(driver.stops.map(({ code }) => code)).toEqual(['peer_dead']);
      else expect(['timeout', 'peer_dead']).toContain(binding.state);
      expect(bus.state).toBe('failed');
    }
  });

  it('with requests out: all end, and so do the buffers', async () => {
    const { world, bus, driver, transport } = await holding({ dialect });
    const port = driver.services!.port(0);
    const ended = [
      watch(bus.request(STATUS)),
      watch(driver.ask()),
      watch(driver.services!.readConfig(0, 4)),
      watch(driver.services!.writeConfig(0, new Uint8Array(2))),
      watch(transport.resetQueue(0)),
    ];
    world.deaf = true;
    const restarted = watch(transport.restart());
    await world.pass(4100);
    expect(ended.map(({ state }) => state)).toEqual(['reset', 'reset', 'reset', 'reset', 'reset']);
    expect(restarted.state).toBe('peer_dead');
    expect(bus.state).toBe('failed');
    const late = [
      watch(port.request([], [8])),
      watch(bus.request(STATUS)),
      watch(transport.restart()),
      watch(transport.whenLive()),
    ];
    await world.quiet();
    expect(late.map(({ state }) => state)).toEqual(['reset', 'bus_down', 'peer_dead', 'peer_dead']);
  });

  it('without pings: one device is lost by its own time limits', async () => {
    const { world, bus, driver, transport } = await holding({ dialect, driver: { pings: false } });
    // From here on the generation is known, and nothing has to be asked before a write.
    await world.until(driver.services!.readConfig(0, 16));
    world.deaf = true;
    const port = watch(driver.ask());
    const written = watch(driver.services!.writeConfig(0, new Uint8Array(2)));
    await world.pass(1000);
    expect(written).toMatchObject({ state: 'timeout', outcome: 'unknown' });
    await world.pass(3300);
    expect(transport.state).toBe('lost');
    expect(port.state).not.toBe('pending');
    expect(bus.state).toBe('up');
    const again = watch(transport.restart());
    await world.quiet();
    expect(again.state).toBe('timeout');
    const closing = watch(bus.close());
    await world.pass(5100);
    expect(closing.state).toBe('ok');
  });

  it('when it is to be closed: closing takes no longer than the drain', async () => {
    const { world, bus, driver } = await holding({ dialect });
    const waiting = watch(driver.ask());
    world.deaf = true;
    const closing = watch(bus.close());
    await world.pass(4900);
    expect(closing.state).toBe('pending');
    await world.pass(200);
    expect([closing.state, bus.state, waiting.state]).toEqual(['ok', 'down', 'reset']);
  });
});

/** Has messages of that name from the driver vanish, as a peer does with those it does not like. Returns what ends it. */
function losing(world: World, name: Name): () => void {
  const dialect = DIALECTS[world.options.dialect ?? 'v1-2026'];
  const end = world.loop.ends[0];
  const { send } = end;
  let lose = true;
  end.send = (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return lose && dialect.bodyAt(view, 0)?.name === name ? 'sent' : send.call(end, bytes);
  };
  return () => {
    lose = false;
  };
}

describe.each(DIALECT_NAMES)('a peer of %s that lives and drops without a word', (dialect) => {
  it.each(['SET_DEVICE_STATUS', 'SET_DRIVER_FEATURES', 'SET_VQUEUE', 'GET_VQUEUE'] as const)(
    'every %s: the device is given up within its time limits, and can be had when that is over',
    async (name) => {
      const world = new World({ dialect });
      const ended = losing(world, name);
      world.devices.add(1, new TestDevice());
      const bus = await world.open();
      const binding = watch(bus.bind(1, new TestDriver()));
      await world.pass(30_000);
      expect([binding.state, bus.state]).toEqual(['timeout', 'up']);
      ended();
      await world.pass(10_000);
      const driver = new TestDriver();
      await world.until(bus.bind(1, driver));
      expect((await world.until(driver.ask())).written).toBe(8);
    },
  );
});

describe.each(DIALECT_NAMES)('a medium of %s that goes down', (dialect) => {
  it('ends everything, whenever that is', async () => {
    for (let messages = 0; messages < 30; messages++) {
      const world = new World({ dialect });
      world.devices.add(1, new TestDevice({ kick: () => {} }));
      const opening = watch(world.opening());
      const driver = new TestDriver();
      const ends: { state: string }[] = [opening];
      let bound: ReturnType<typeof watch<Awaited<ReturnType<NonNullable<typeof opening.value>['bind']>>>> | undefined;
      for (let i = 0; i < messages; i++) {
        while (world.clock.turn());
        world.loop.pump();
        for (let k = 0; k < 10; k++) await null;
        if (opening.value !== undefined && bound === undefined) {
          bound = watch(opening.value.bind(1, driver));
          ends.push(bound);
        } else if (bound?.state === 'ok' && ends.length === 2) {
          ends.push(watch(driver.ask()), watch(driver.services!.readConfig(0, 1)), watch(bound.value!.resetQueue(0)));
        } else if (ends.length === 5) ends.push(watch(opening.value!.close()));
      }
      world.loop.ends[1].close();
      await world.quiet();
      expect(ends.filter(({ state }) => state === 'pending')).toEqual([]);
      for (const [i, { state }] of ends.entries())
        expect(
          ['ok', 'bus_down', 'reset'],
          `${i} after ${messages}: ${(ends[i] as { error?: unknown }).error}`,
        ).toContain(state);
      if (opening.value !== undefined) expect(['failed', 'down']).toContain(opening.value.state);
      if (driver.lives > 0) expect(driver.stops).toHaveLength(1);
    }
  });

  it('while devices are looked at: open is rejected', async () => {
    const world = new World({ dialect });
    for (let i = 0; i < 3; i++) world.devices.add(i, new TestDevice());
    const opening = watch(world.opening());
    world.loop.pump();
    world.loop.pump();
    world.loop.ends[1].close();
    await world.quiet();
    expect(opening.state).toBe('bus_down');
  });

  it('ends the other side as well', async () => {
    const { world, bus } = await holding({ dialect });
    await world.until(bus.close('abortive'));
    expect(world.devices.statusOf(1)).toBe(0);
  });
});

describe('a driver', () => {
  it('asks whether the device lives before it begins the next operation', async () => {
    const { world, driver } = await holding({ driver: { pings: false } });
    const names: string[] = [];
    const end = world.loop.ends[0];
    const { send } = end;
    end.send = (bytes) => {
      names.push(DIALECTS['v1-2026'].bodyAt(new DataView(bytes.buffer, bytes.byteOffset), 0)!.name);
      return send.call(end, bytes);
    };
    world.deaf = true;
    const [first, second] = [1, 2].map((byte) => watch(driver.services!.writeConfig(0, new Uint8Array([byte]))));
    await world.pass(1000);
    expect([first!.state, first!.outcome]).toEqual(['timeout', 'unknown']);
    expect(names).toEqual(['SET_CONFIG', 'GET_DEVICE_STATUS', 'SET_CONFIG']);
    world.deaf = false;
    await world.quiet();
    expect(second!.state).toBe('ok');
  });
});

describe('a bus', () => {
  it('does not take a burst of lost responses for a dead peer', async () => {
    const world = new World({ driver: { limits: { maxZombies: 1, retryDelays: [] } } });
    world.devices.add(1, new TestDevice());
    const bus = await world.open();
    world.deaf = true;
    const lost = Array.from({ length: 20 }, () => watch(bus.request(STATUS, { timeout: 100 })));
    await world.pass(150);
    expect(lost.map(({ state }) => state)).toEqual(lost.map(() => 'timeout'));
    expect(bus.state).toBe('up');
    world.deaf = false;
    await world.pass(5000);
    expect(bus.state).toBe('up');
  });

  it('is not failed by a READY for everything while its line of requests is full', async () => {
    const world = new World({ driver: { limits: { maxInFlightPerBus: 4, maxWaiting: 20 } } });
    const numbers = Array.from({ length: 60 }, (_, i) => i);
    for (const i of numbers) world.devices.add(i, new TestDevice());
    const bus = await world.open();
    const driver = new TestDriver();
    await world.until(bus.bind(5, driver));
    for (let round = 0; round < 3; round++) {
      for (const device_number of numbers) {
        const head = { name: 'EVENT_DEVICE', kind: 'event', device: 0, token: 0 } as const;
        const bytes = new Uint8Array(20);
        const { DIALECTS } = await import('../../runtime/dist/wire/dialects.js');
        const size = DIALECTS['v1-2026'].encode(new DataView(bytes.buffer), 0, {
          ...head,
          fields: { device_number, device_bus_state: 1 },
        });
        world.loop.ends[1].send(bytes.subarray(0, size));
      }
      await world.quiet();
    }
    expect(bus.devices.size).toBe(60);
    expect(driver.stops).toEqual([]);
    expect((await world.until(driver.ask())).written).toBe(8);
  });

  it('looks at as many devices as it takes, and refuses the rest without sinking', async () => {
    const world = new World({
      device: { unknownDevice: 'zeros' },
      driver: { limits: { maxDevices: 16 }, devices: Array.from({ length: 65536 }, (_, i) => i) },
    });
    world.devices.add(3, new TestDevice());
    const bus = await world.open();
    expect([...bus.devices.keys()]).toEqual([3]);
    expect(bus.counters.of('limit')).toBe(65536 - 16);
  });
});
