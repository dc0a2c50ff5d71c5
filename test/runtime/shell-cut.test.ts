import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeviceBus } from '../../runtime/dist/bus/device-bus.js';
import { DriverBus } from '../../runtime/dist/bus/driver-bus.js';
import { StreamMedium } from '../../runtime/dist/medium/stream.js';
import { SharedMemory } from '../../runtime/dist/memory/shared-memory.js';
import type { DialectName } from '../../runtime/dist/wire/dialect.js';
import { DIALECTS } from '../../runtime/dist/wire/dialects.js';
import { runs } from './support/properties.js';
import { HandClock } from './support/shell-clock.js';
import { BASE, DIALECT_NAMES, TestDevice, TestDriver, watch } from './support/shell-world.js';

/** What happens to the bytes of one direction behind the first `at` of them. */
interface Harm {
  readonly from: 0 | 1;
  readonly at: number;
  readonly how: 'dies' | 'stalls' | 'lies';
}

/** One end of a pair of sockets in this process. */
class Socket extends Duplex {
  peer!: Socket;
  sent = 0;
  harm: Harm | null = null;

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const { harm, sent } = this;
    this.sent += chunk.length;
    if (harm === null || this.sent <= harm.at) this.peer.push(chunk);
    else if (harm.how === 'lies') {
      const lie = Buffer.from(chunk);
      if (sent <= harm.at) lie[harm.at - sent]! ^= 0xff;
      this.peer.push(lie);
    } else {
      if (sent < harm.at) this.peer.push(chunk.subarray(0, harm.at - sent));
      // What it wrote is out; the process is gone.
      if (harm.how === 'dies') queueMicrotask(() => this.destroy());
    }
    done();
  }

  override _final(done: () => void): void {
    this.peer.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.peer.destroyed) this.peer.push(null);
    done(error);
  }
}

function sockets(): readonly [Socket, Socket] {
  const [a, b] = [new Socket(), new Socket()] as const;
  a.peer = b;
  b.peer = a;
  return [a, b];
}

/** A device side that stays, and drivers that come one after the other, each over sockets of its own. */
class Town {
  readonly clock = new HandClock();
  readonly memory = new SharedMemory([{ base: BASE, bytes: new Uint8Array(new SharedArrayBuffer(1 << 16)) }]);
  readonly device = new TestDevice();
  readonly dialect: DialectName;
  devices: DeviceBus | null = null;

  constructor(dialect: DialectName) {
    this.dialect = dialect;
  }

  /** Plays a whole session: whatever is promised meanwhile, how it stands, and the sockets. */
  async session(harm: Harm | null) {
    const { clock, memory, dialect: name } = this;
    const dialect = DIALECTS[name];
    const pair = sockets();
    if (harm !== null) pair[harm.from].harm = harm;
    const medium = (socket: Socket) => new StreamMedium(socket, socket, { dialect, clock });
    const theirs = medium(pair[1]);
    if (this.devices === null) {
      this.devices = new DeviceBus({ medium: theirs, dialect: name, memory, clock });
      this.devices.add(1, this.device);
    } else this.devices.attach(theirs);
    const length = 1 << 16;
    const opening = watch(
      DriverBus.open({ medium: medium(pair[0]), dialect: name, clock, memory: { memory, base: BASE, length } }),
    );
    await this.rest(pair);
    const bus = opening.value;
    const promised: { state: string; error: unknown }[] = [opening];
    const driver = new TestDriver();
    const play = <T>(promise: Promise<T>) => {
      const seen = watch(promise);
      promised.push(seen);
      return this.rest(pair).then(() => seen);
    };
    if (bus !== undefined) {
      const bound = await play(bus.bind(1, driver));
      if (bound.state === 'ok') {
        await play(driver.ask());
        await play(driver.services!.readConfig(0, 4));
        await play(driver.services!.writeConfig(0, new Uint8Array([5])));
        await play(bound.value!.resetQueue(0));
      }
      await play(bus.close());
    }
    return { promised, pair, opening };
  }

  /** Until nothing happens by itself. */
  async rest(pair: readonly Socket[]): Promise<void> {
    for (let idle = 0, last = -1; idle < 2; ) {
      let turned = false;
      while (this.clock.turn()) turned = true;
      await new Promise(setImmediate);
      const now = pair.reduce((sum, { sent }) => sum + sent, 0);
      idle = turned || now !== last || this.clock.turns.length > 0 ? 0 : idle + 1;
      last = now;
    }
  }

  async pass(ms: number, pair: readonly Socket[]): Promise<void> {
    const until = this.clock.time + ms;
    await this.rest(pair);
    while (this.clock.fire(until)) await this.rest(pair);
    this.clock.time = until;
  }
}

const KNOWN = ['ok', 'bus_down', 'peer_dead', 'timeout', 'reset', 'removed'];

async function cut(dialect: DialectName, harm: Harm): Promise<void> {
  const town = new Town(dialect);
  const { promised, pair, opening } = await town.session(harm);
  await town.pass(30_000, pair);
  // Whoever has a bus that failed, or came late, closes it.
  promised.push(watch(opening.value?.close() ?? Promise.resolve()));
  await town.pass(15_000, pair);
  const where = `${dialect} ${JSON.stringify(harm)}`;
  for (const { state, error } of promised) {
    expect(state, where).not.toMatch(/pending|not ours/);
    // Of a lie anything may come that has a name.
    if (harm.how !== 'lies') expect(KNOWN, `${where}: ${error}`).toContain(state);
  }
  if (opening.value !== undefined) expect(['down', 'failed'], where).toContain(opening.value.state);
  // Nothing is left behind: no timer, no open socket, no driver in the device.
  expect([town.clock.timers.size, pair.map(({ destroyed }) => destroyed)], where).toEqual([0, [true, true]]);
  expect(town.devices!.statusOf(1), where).toBe(0);
  // And the next driver finds everything as the first one did.
  const next = await town.session(null);
  expect(
    next.promised.map(({ state }) => state),
    where,
  ).toEqual(Array(7).fill('ok'));
}

/** Bytes each side sends in a session that nothing happens to. */
async function lengths(dialect: DialectName): Promise<readonly [number, number]> {
  const { promised, pair } = await new Town(dialect).session(null);
  expect(promised.map(({ state }) => state)).toEqual(Array(7).fill('ok'));
  return [pair[0].sent, pair[1].sent];
}

describe.each(DIALECT_NAMES)('a peer of %s', (dialect) => {
  it.each(['dies', 'stalls', 'lies'] as const)('that %s, at any byte of a session', async (how) => {
    const bytes = await lengths(dialect);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(0 as const, 1 as const), fc.nat(), async (from, at) => {
        await cut(dialect, { from, at: at % bytes[from], how });
      }),
      runs(6),
    );
  });
});
