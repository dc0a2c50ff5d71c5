import { describe, expect, it } from 'vitest';
import type { Agreement } from '../../runtime/dist/core/bus/agreement.js';
import { loopback } from '../../runtime/dist/medium/loopback.js';
import { TestDevice, TestDriver, World, watch } from './support/shell-world.js';

// A revision, limits and transport features, agreed on by means of the medium: sections 2, 2.1 and 2.2 of the tables.

const PING = { name: 'PING', kind: 'request', device: 0, token: 0, fields: { data: 9 } } as const;

interface Wanted {
  readonly theirs?: readonly number[];
  readonly ours?: readonly number[];
  readonly features?: { readonly driver: number; readonly device: number };
  /** What becomes of a proposal on its way. */
  readonly on?: (proposal: Agreement) => Agreement;
}

/** A world whose medium carries proposals; `answers` is what became of them, `frames` the sizes of what was sent. */
function negotiating({ theirs = [1], ours = [1], features, on = (proposal) => proposal }: Wanted = {}) {
  const answers: (Agreement | null)[] = [];
  const frames: number[] = [];
  const frame = (_way: string, bytes: Uint8Array): void => void frames.push(bytes.length);
  const world: World = new World({
    device: { revisions: ours, transportFeatures: features?.device ?? 0, tracer: { frame } },
    driver: {
      revisions: theirs,
      transportFeatures: features?.driver ?? 0,
      tracer: { frame },
      negotiate: async (proposal) => {
        const answer = await world.devices.negotiate(on(proposal));
        answers.push(answer);
        return answer;
      },
    },
  });
  return { world, answers, frames };
}

describe('a device bus that negotiates', () => {
  it('agrees with a driver bus on the highest revision both have', async () => {
    const { world, answers } = negotiating({ theirs: [3, 2, 1], ours: [1, 2] });
    world.devices.add(1, new TestDevice());
    const bus = await world.open();
    expect(answers).toEqual([null, { revision: 2, maxSize: 264, features: 0 }]);
    const driver = new TestDriver();
    await world.until(bus.bind(1, driver));
    expect((await world.until(driver.ask())).bytes).toEqual(new Uint8Array(8).fill(7));
  });

  it('refuses what it does not have, and the driver says that there is no common revision', async () => {
    const { world, answers } = negotiating({ theirs: [3, 2] });
    await expect(world.until(world.opening())).rejects.toMatchObject({ code: 'revision' });
    expect(answers).toEqual([null, null]);
  });

  it('keeps to the smaller size in every message, also of configuration', async () => {
    const { world, frames } = negotiating({ on: (proposal) => ({ ...proposal, maxSize: 60 }) });
    const config = Uint8Array.from({ length: 128 }, (_, i) => i);
    const early = new TestDevice({ config });
    world.devices.add(1, early);
    const bus = await world.open();
    world.devices.add(2, new TestDevice({ config }));
    await world.quiet();
    for (const number of [1, 2]) {
      const driver = new TestDriver();
      await world.until(bus.bind(number, driver));
      expect(await world.until(driver.services!.readConfig(0, 128))).toEqual(config);
    }
    early.services!.changeConfig({ offset: 0, data: new Uint8Array(100) });
    await world.quiet();
    expect(Math.max(...frames)).toBe(60);
    expect(world.devices.counters.of('too_big')).toBe(0);
    expect(bus.counters.of('too_big')).toBe(0);
  });

  it.each([
    { driver: 0, device: 1, data: Uint8Array.of(5) },
    { driver: 1, device: 0, data: Uint8Array.of(5) },
    { driver: 1, device: 1, data: new Uint8Array(0) },
  ])('looks at the generation only where both sides have that feature: $driver and $device', async (features) => {
    const { world, answers } = negotiating({ features });
    world.devices.add(1, new TestDevice());
    const bus = await world.open();
    expect(answers[0]?.features).toBe(features.driver & features.device);
    await world.until(bus.bind(1, new TestDriver()));
    const written = await world.until(
      bus.request({
        name: 'SET_CONFIG',
        kind: 'request',
        device: 1,
        token: 0,
        fields: { generation: 77, offset: 0, data: Uint8Array.of(5) },
      }),
    );
    expect(written.fields.data).toEqual(features.data);
  });

  it('drops every message before there is an agreement', async () => {
    const world = new World({ device: { revisions: [1] } });
    world.devices.add(1, new TestDevice());
    // This driver side does not negotiate: it asks for devices at once, and hears nothing.
    const opening = watch(world.opening());
    await world.pass(10_000);
    expect(opening.state).toBe('ok');
    expect(world.devices.counters.of('bad_state')).toBeGreaterThan(0);
    expect([...(opening.value?.devices ?? [])]).toEqual([]);
  });

  it('refuses a second proposal until the bus is reset, and then takes another', async () => {
    const { world } = negotiating({ ours: [1, 2] });
    const bus = await world.open();
    const proposal = { revision: 2, maxSize: 100, features: 0 };
    expect(await world.until(world.devices.negotiate(proposal))).toBe(null);
    expect((await world.until(bus.request(PING))).fields.data).toBe(9);
    await world.until(world.devices.reset());
    const deaf = watch(bus.request(PING, { timeout: 10 }));
    await world.pass(1000);
    expect(deaf.state).toBe('timeout');
    expect(await world.until(world.devices.negotiate(proposal))).toEqual(proposal);
    expect(await world.until(world.devices.negotiate(proposal))).toBe(null);
    expect((await world.until(bus.request(PING))).fields.data).toBe(9);
  });

  it('takes another proposal after a reset that comes before the first message', async () => {
    const world = new World({ device: { revisions: [1, 2] } });
    const first = { revision: 1, maxSize: 264, features: 0 };
    expect(await world.until(world.devices.negotiate(first))).toEqual(first);
    await world.until(world.devices.reset());
    const second = { revision: 2, maxSize: 100, features: 0 };
    expect(await world.until(world.devices.negotiate(second))).toEqual(second);
  });

  it('negotiates anew with the driver of the next medium', async () => {
    const { world, answers } = negotiating();
    const bus = await world.open();
    await world.until(bus.close('abortive'));
    world.loop = loopback({ schedule: null });
    world.devices.attach(world.loop.ends[1]);
    await world.open();
    expect(answers).toHaveLength(2);
    expect(answers[1]).toEqual(answers[0]);
  });

  it.each([
    ['messages no dialect could use', { revision: 1, maxSize: 51, features: 0 }],
    ['a size that is no number', { revision: 1, maxSize: Number.NaN, features: 0 }],
    ['no revision', { revision: 0, maxSize: 264, features: 0 }],
  ])('refuses %s, and goes on listening', async (_what, proposal) => {
    const { world } = negotiating({ ours: [0, 1] });
    expect(await world.until(world.devices.negotiate(proposal))).toBe(null);
    const good = { revision: 1, maxSize: 264, features: 0 };
    expect(await world.until(world.devices.negotiate(good))).toEqual(good);
  });

  it('has no answer but no where it was given no revisions, or was closed', async () => {
    const proposal = { revision: 1, maxSize: 264, features: 0 };
    const without = new World();
    expect(await without.until(without.devices.negotiate(proposal))).toBe(null);
    const { world } = negotiating();
    world.devices.close();
    expect(await world.until(world.devices.negotiate(proposal))).toBe(null);
  });
});
