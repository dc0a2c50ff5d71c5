import { describe, expect, test } from 'vitest';
import { type BusQuirk, PEERS } from '../../runtime/dist/index.js';
import { bytesOf, casesOf, readOf, rfc3 } from './support/replay-capture.js';
import { DriverReplay, type OpenOptions } from './support/replay-driver.js';
import { changes } from './support/replay-order.js';
import * as order from './support/replay-order-reasons.js';
import { type CapturedSide, linuxSide, opteeSide, qemuSide } from './support/replay-peers.js';

/**
 * A driver bus is opened on device sides that answer as captured ones did. It has to get as far as the captured driver
 * with the preset of that peer, and to fail as stated where a part of the preset is missing. Our requests on the way to live
 * are compared with the captured driver's; every difference is in a table with its reason.
 */
const LINUX = [
  { name: 'linux-loopback-blk-rfc2.jsonl', order: order.OLDER_DISK },
  { name: 'linux-loopback-blk-rfc3.jsonl', order: order.OLDER_DISK },
  { name: 'linux-loopback-blk-v1-2026.jsonl', order: order.DISK },
  { name: 'linux-loopback-rng-rfc2.jsonl', order: order.OLDER_ENTROPY },
  { name: 'linux-loopback-rng-rfc3.jsonl', order: order.OLDER_ENTROPY },
  { name: 'linux-loopback-rng-v1-2026.jsonl', order: order.ENTROPY },
];
const { qemu, optee } = PEERS;
const rfcv1 = PEERS['qemu-rfcv1'];
const CHOSEN = [28, 32, 40];
const WITH_EVENT_IDX = [28, 29, 32, 40];
const QEMU = [
  { name: 'qemu-rng.jsonl', peer: qemu, order: order.QEMU },
  { name: 'qemu-rng-amp-shmem.jsonl', peer: qemu, order: order.QEMU },
  { name: 'qemu-rng-linux-user.jsonl', peer: qemu, order: order.QEMU },
  { name: 'qemu-rfcv1-rng.jsonl', peer: rfcv1, order: order.QEMU_RFCV1 },
];
const newQemu = (features = CHOSEN) => qemuSide('qemu-rng.jsonl', 'qemu-rng-malformed.jsonl', features);
const oldQemu = () => qemuSide('qemu-rfcv1-rng.jsonl', 'qemu-rfcv1-rng-malformed.jsonl', CHOSEN);
const qemuNamed = (name: string, features: readonly number[]) =>
  qemuSide(name, name.replace(/rng.*/, 'rng-malformed.jsonl'), features);

/** Opens the bus and brings the device up; throws where either fails. */
async function live(side: CapturedSide, preset: Partial<OpenOptions> = {}) {
  const replay = new DriverReplay({ ...side.options, ...preset });
  const bus = await replay.open();
  if (typeof bus === 'string') throw new Error(`not opened: ${bus}`);
  expect([[...bus.devices.keys()], bus.complete]).toEqual([[side.number], true]);
  const driver = side.driver();
  const transport = await replay.bind(side.number, driver);
  if (typeof transport === 'string') throw new Error(`not live: ${transport}`);
  expect([transport.state, transport.status]).toEqual(['live', 15]);
  return { replay, bus, driver, transport, probe: [...replay.peer.asked] };
}

/** One buffer of 16 bytes for queue 0; what became of it. */
const buffer = async ({ replay, driver }: Awaited<ReturnType<typeof live>>): Promise<number | string> => {
  const used = await replay.outcome(driver.services!.port(0).request([], [16]));
  return typeof used === 'string' ? used : used.written;
};

/** As many buffers as the capture has notifications. */
async function expectBuffers(on: Awaited<ReturnType<typeof live>>): Promise<void> {
  const notified = on.replay.peer.count('EVENT_USED');
  expect(notified).toBeGreaterThan(0);
  for (let i = 0; i < notified; i++) expect(await buffer(on)).toBe(16);
  expect(on.replay.peer.kicks).toBe(notified);
}

const expectOrder = (theirs: readonly string[], ours: readonly string[], listed: readonly order.Change[]): void =>
  expect(changes(theirs, ours)).toEqual(listed.map(([change]) => change));

describe('a driver bus on the device a Linux kernel drove', () => {
  test.each(LINUX)('$name', async ({ name, order: listed }) => {
    const side = linuxSide(name);
    const on = await live(side);
    const { replay, bus, driver } = on;
    expectOrder(side.probe, on.probe, listed);
    // Older kernels never read a queue back, so their captures do not have it; nothing else is missing.
    expect(replay.peer.unknown).toEqual([]);
    expect(replay.peer.supplied).toEqual(name.includes('v1-2026') ? [] : ['GET_VQUEUE 0']);
    await expectBuffers(on);
    if (driver.id === 2) {
      const told = [...driver.config].sort(([a], [b]) => a - b);
      expect(told).toEqual([
        [0, '0008000000000000'],
        [12, '1e000000'],
        [20, '00020000'],
        [32, '01'],
      ]);
      expect(await replay.outcome(driver.services!.writeConfig(32, Uint8Array.of(0)))).toBeUndefined();
      expect(replay.peer.changeConfig()).toBe(true);
      await replay.clock.idle();
      expect(driver.changes).toBe(1);
      await replay.outcome(driver.read());
      expect([driver.config.get(0), driver.config.get(32)]).toEqual(['0010000000000000', '00']);
      expect(replay.peer.changeConfig()).toBe(false);
    }
    await replay.outcome(bus.close());
    expect([bus.state, bus.counters.all()]).toEqual(['down', {}]);
  });
});

describe('a driver bus on QEMU', () => {
  test.each(QEMU)('$name', async ({ name, peer, order: listed }) => {
    const side = qemuNamed(name, CHOSEN);
    const on = await live(side, peer);
    const { replay, bus, transport } = on;
    expectOrder(side.probe, on.probe, listed);
    await expectBuffers(on);
    // As the capture goes on: the queue is reset, then the device.
    expect(await replay.outcome(transport.resetQueue(0))).toBeUndefined();
    expect(await buffer(on)).toBe(16);
    expect(await replay.outcome(transport.restart())).toBeUndefined();
    expect([transport.status, await buffer(on)]).toEqual([15, 16]);
    // It stays up, alive by its echoes or not asked for any.
    await replay.clock.pass(10_000);
    expect(replay.peer.asked.includes('PING')).toBe(peer === qemu);
    expect([replay.peer.unknown, replay.peer.supplied]).toEqual([[], []]);
    await replay.outcome(bus.close());
    // The surplus is the bytes behind the bitmap of a page.
    expect([bus.state, bus.counters.all()]).toEqual(['down', { surplus: 1 }]);
  });

  test.each(QEMU)('$name with VIRTIO_F_EVENT_IDX, as in its second life', async ({ name, peer }) => {
    const on = await live(qemuNamed(name, WITH_EVENT_IDX), peer);
    expect(on.transport.has(29)).toBe(true);
    await expectBuffers(on);
  });

  test.each([
    { name: 'qemu', side: newQemu(), peer: qemu },
    { name: 'qemu-rfcv1', side: oldQemu(), peer: rfcv1 },
  ])('$name: a number without a device is one, whatever vendor it tells, or none at all', async ({ side, peer }) => {
    const replay = new DriverReplay({ ...side.options, ...peer, devices: [0, 1, 31, 32] });
    const bus = await replay.open();
    if (typeof bus === 'string') throw new Error(bus);
    expect([...bus.devices.keys()]).toEqual([0]);
    // 1 and 31 have a vendor and no type; 32 is never answered.
    expect([bus.counters.of('bad_value'), bus.counters.of('timeout')]).toEqual([2, 1]);
  });

  test.each([
    { name: 'qemu', side: newQemu(), peer: qemu },
    { name: 'qemu-rfcv1', side: oldQemu(), peer: rfcv1 },
  ])('$name: a generation that is ignored and a request that is dropped', async ({ side, peer }) => {
    const { replay, bus } = await live(side, peer);
    const to = { kind: 'request', device: 0, token: 0 } as const;
    const data = Uint8Array.of(0xaa, 0xbb, 0xcc, 0xdd);
    // Taken by the words of the answer, whatever the generation; there is no configuration to write to.
    const write = bus.request({ ...to, name: 'SET_CONFIG', fields: { generation: 7, offset: 0, data } });
    expect(await replay.outcome(write)).toMatchObject({ name: 'SET_CONFIG', fields: { generation: 0, data } });
    const read = bus.request({ ...to, name: 'GET_CONFIG', fields: { offset: 0, length: 29 } });
    expect([await replay.outcome(read), bus.state]).toEqual(['timeout', 'up']);
  });
});

describe('a driver bus on OP-TEE', () => {
  test('optee-device.jsonl', async () => {
    const side = opteeSide();
    const on = await live(side, optee);
    const { replay, bus, driver } = on;
    expectOrder(side.probe, on.probe, order.OPTEE);
    expect(driver.config).toEqual(new Map([[0, '0300000000000000']]));
    // The capture does not read the last queue back.
    expect([replay.peer.unknown, replay.peer.supplied]).toEqual([[], ['GET_VQUEUE 2']]);
    await replay.clock.pass(10_000);
    expect([bus.state, replay.peer.asked.includes('PING')]).toEqual(['up', true]);
    // Its bus answers the kick, which no event is; buffers were not used in the capture.
    const sent = driver.services!.port(1).request([Uint8Array.of(1)], []);
    await replay.clock.idle();
    expect([replay.peer.kicks, bus.counters.of('wrong_dir')]).toEqual([1, 1]);
    // It lets the device go as it is: a reset would be its end.
    const [, ended] = await Promise.all([replay.outcome(bus.close()), replay.outcome(sent)]);
    expect([bus.state, ended, replay.peer.dead]).toEqual(['down', 'removed', false]);
  });

  test.each([8, 64, 256])('finds its device in windows of %i', async (widestWindow) => {
    await live(opteeSide(), { ...optee, widestWindow });
  });

  test('a window too wide for its messages is not taken for an empty bus', async () => {
    const replay = new DriverReplay({ ...opteeSide().options, ...optee, maxMessage: 200, widestWindow: 1024 });
    const bus = await replay.open();
    if (typeof bus === 'string') throw new Error(bus);
    expect([[...bus.devices.keys()], bus.complete, replay.peer.asked]).toEqual([[], false, ['GET_DEVICES 0 1024']]);
  });

  test('a device that was brought up once is not brought up again', async () => {
    const { replay, transport } = await live(opteeSide(), optee);
    expect(await replay.outcome(transport.restart())).toBe('timeout');
    expect(replay.peer.dead).toBe(false);
  });
});

test('every difference in order has a reason that is used', () => {
  const why = [...LINUX, ...QEMU, { order: order.OPTEE }].flatMap((capture) =>
    capture.order.map(([, reason]) => reason),
  );
  expect([...new Set(why)].sort()).toEqual(Object.keys(order.ORDER).sort());
});

describe('without a part of its preset', () => {
  /** How far it gets: the walk, the devices, the driver, and the bus ten seconds later. */
  async function fate(side: CapturedSide, preset: Partial<OpenOptions>): Promise<string[]> {
    const replay = new DriverReplay({ ...side.options, ...preset });
    const bus = await replay.open();
    if (typeof bus === 'string') return [bus];
    const found = [bus.complete ? 'complete' : 'incomplete', `devices ${[...bus.devices.keys()].join() || 'none'}`];
    const bound = await replay.bind(side.number, side.driver());
    const reached = typeof bound === 'string' ? bound : bound.state;
    await replay.clock.pass(10_000);
    const end = replay.news.flatMap((news) => (news.type === 'down' ? [`down: ${news.code}`] : []));
    return [...found, reached, ...end, ...(replay.peer.dead ? ['peer died'] : [])];
  }

  const without = <P extends { readonly quirks: readonly BusQuirk[] }>(peer: P, quirk: BusQuirk) => ({
    ...peer,
    quirks: peer.quirks.filter((other) => other !== quirk),
  });

  const GOOD = ['complete', 'devices 0', 'live'];
  const CASES: readonly { name: string; side: CapturedSide; preset: Partial<OpenOptions>; fate: readonly string[] }[] =
    [
      { name: 'qemu', side: newQemu(), preset: qemu, fate: GOOD },
      { name: 'qemu-rfcv1', side: oldQemu(), preset: rfcv1, fate: GOOD },
      { name: 'optee', side: opteeSide(), preset: optee, fate: GOOD },
      {
        name: 'qemu without next-offset-never-zero does not know that it has seen all',
        side: newQemu(),
        preset: without(qemu, 'next-offset-never-zero'),
        fate: ['incomplete', 'devices 0', 'live'],
      },
      {
        name: 'qemu without bus-answers-without-token hears no page, and takes the peer for dead',
        side: newQemu(),
        preset: without(qemu, 'bus-answers-without-token'),
        fate: ['incomplete', 'devices none', 'no_device', 'down: peer_dead'],
      },
      {
        name: 'qemu without size-before-setup takes the queue for active',
        side: newQemu(),
        preset: without(qemu, 'size-before-setup'),
        fate: ['complete', 'devices 0', 'bad_state'],
      },
      {
        name: 'qemu-rfcv1 without bus-answers-without-token hears no page',
        side: oldQemu(),
        preset: without(rfcv1, 'bus-answers-without-token'),
        fate: ['incomplete', 'devices none', 'no_device'],
      },
      {
        name: 'qemu-rfcv1 without size-before-setup takes the queue for active',
        side: oldQemu(),
        preset: without(rfcv1, 'size-before-setup'),
        fate: ['complete', 'devices 0', 'bad_state'],
      },
      {
        name: 'qemu-rfcv1 asked for wider windows answers with less than it says',
        side: oldQemu(),
        preset: { ...rfcv1, widestWindow: 256 },
        fate: ['incomplete', 'devices none', 'no_device'],
      },
      {
        name: 'qemu-rfcv1 asked for signs of life gives none',
        side: oldQemu(),
        preset: { ...rfcv1, pings: true },
        fate: ['complete', 'devices 0', 'live', 'down: peer_dead'],
      },
      {
        name: 'optee without count-is-popcount hears no window it asked for',
        side: opteeSide(),
        preset: without(optee, 'count-is-popcount'),
        fate: ['incomplete', 'devices none', 'no_device'],
      },
      {
        name: 'optee without reset-is-fatal is ended by the first request of the driver',
        side: opteeSide(),
        preset: without(optee, 'reset-is-fatal'),
        fate: ['complete', 'devices 0', 'peer_dead', 'down: peer_dead', 'peer died'],
      },
    ];

  test.each(CASES.map((given) => [given.name, given] as const))(
    '%s',
    async (_name, { side, preset, fate: expected }) => {
      expect(await fate(side, preset)).toEqual(expected);
    },
  );
});

describe('a live driver hears what a QEMU sent to malformed messages', () => {
  const asksForReset = (hex: string): boolean => {
    const message = readOf(rfc3, hex);
    return message?.name === 'EVENT_CONFIG' && (message.fields.device_status & 0x40) !== 0;
  };
  const MALFORMED = [
    { name: 'qemu-rng-malformed.jsonl', side: newQemu, peer: qemu, resets: 1 },
    { name: 'qemu-rfcv1-rng-malformed.jsonl', side: oldQemu, peer: rfcv1, resets: 6 },
  ];

  test.each(MALFORMED)('$name: nothing of it harms', async ({ name, side, peer }) => {
    const on = await live(side(), peer);
    for (const { answers, case: what } of casesOf(name)) {
      for (const hex of answers.filter((answer) => !asksForReset(answer))) on.replay.peer.medium.say(bytesOf(hex));
      await on.replay.clock.idle();
      expect([what, on.bus.state, on.transport.state, await buffer(on)]).toEqual([what, 'up', 'live', 16]);
    }
    expect(on.driver.lives).toBe(1);
  });

  test.each(MALFORMED)('$name: a device that asks for a reset gets one', async ({ name, side, peer, resets }) => {
    const asking = casesOf(name).flatMap(({ answers }) => answers.filter(asksForReset));
    expect(asking).toHaveLength(resets);
    for (const hex of asking) {
      const on = await live(side(), peer);
      on.replay.peer.medium.say(bytesOf(hex));
      await on.replay.clock.pass(10);
      expect([on.transport.status, on.driver.lives, await buffer(on)]).toEqual([15, 2, 16]);
    }
  });
});
