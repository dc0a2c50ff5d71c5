import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DriverBus } from '../bus/driver-bus.js';
import type { DriverBusNews } from '../bus/driver-bus-options.js';
import { VirtioError } from '../bus/error.js';
import { BlockDriver } from '../devices/block/block-driver.js';
import { SECTOR } from '../devices/block/layout.js';
import { ConsoleDriver } from '../devices/console/console-driver.js';
import { EntropyDriver } from '../devices/entropy/entropy-driver.js';
import type { DriverTransport } from '../driver/driver-transport.js';
import type { DialectName } from '../wire/dialect.js';
import { DISK, GUEST_DISK, RANDOM, TERMINAL } from './device-side.js';
import { type Ends, MEMORY_BASE } from './ends.js';
import { PATIENT } from './patience.js';
import type { Telling } from './telling.js';

/** Names and numbers of one step, for people and programs. */
export type Figures = Readonly<Record<string, string | number | readonly (string | number)[]>>;

/** What a step needs. */
export interface Scene {
  readonly ends: Ends;
  readonly dialect: DialectName;
  readonly folder: string;
  readonly telling: Telling;
}

/** One thing the demo shows: it throws where that does not come true. */
export interface Step {
  readonly name: string;
  readonly run: () => Promise<Figures>;
}

const FILE_SIZE = 1024 * 1024;

/** The steps, in their order; each relies on those before it. */
export function story({ ends, dialect, folder, telling }: Scene): readonly Step[] {
  const news: DriverBusNews[] = [];
  let listener = (): void => {};
  const disk = new BlockDriver();
  const random = new EntropyDriver();
  const terminal = new ConsoleDriver();
  let bus: DriverBus;
  let diskTransport: DriverTransport;

  /** Waits for news of a kind about a device; a bound is set by whoever runs the demo. */
  const heard = async (type: DriverBusNews['type'], number: number): Promise<void> => {
    while (!news.some((n) => n.type === type && 'number' in n && n.number === number))
      await new Promise<void>((resolve) => {
        listener = resolve;
      });
  };

  return [
    {
      name: 'discovery',
      run: async () => {
        const { medium, memory, memorySize } = ends;
        const watch = (it: DriverBusNews): void => {
          news.push(it);
          listener();
        };
        const driverMemory = { memory, base: MEMORY_BASE, length: memorySize };
        const options = { medium, dialect, memory: driverMemory, limits: PATIENT };
        bus = await DriverBus.open({ ...options, tracer: telling, watch });
        const found = [...bus.devices].map(([number, info]) => `${number}: type ${info.device_id}`);
        agree('devices', found.join(', '), '1: type 2, 2: type 4, 3: type 3');
        return { devices: found };
      },
    },
    {
      name: 'negotiation',
      run: async () => {
        diskTransport = await bus.bind(DISK, disk);
        const others = [await bus.bind(RANDOM, random), await bus.bind(TERMINAL, terminal)];
        for (const { status } of [diskTransport, ...others]) agree('status', status, 15);
        return { features: diskTransport.features, sectors: disk.capacity };
      },
    },
    {
      name: 'file through block',
      run: async () => {
        const source = join(folder, 'source');
        await writeFile(source, noise(FILE_SIZE));
        const begun = performance.now();
        await copyIn(disk, await readFile(source));
        await disk.flush();
        const copy = await disk.read(0, FILE_SIZE / SECTOR);
        const seconds = (performance.now() - begun) / 1000;
        await writeFile(join(folder, 'copy'), copy);
        const sum = sha256(await readFile(source));
        agree('what was read back', sha256(await readFile(join(folder, 'copy'))), sum);
        agree('the file of the disk', sha256((await readFile(join(folder, 'disk'))).subarray(0, FILE_SIZE)), sum);
        return {
          bytes: 2 * FILE_SIZE,
          'MB/s': Math.round((2 * FILE_SIZE) / seconds / 1e5) / 10,
          sha256: sum.slice(0, 16),
        };
      },
    },
    {
      name: 'random bytes',
      run: async () => {
        const bytes = await random.read(64);
        agree('bytes', bytes.length, 64);
        if (bytes.every((byte) => byte === 0)) throw new Error('64 random bytes are all zero');
        return { bytes: bytes.length, first: Buffer.from(bytes.subarray(0, 8)).toString('hex') };
      },
    },
    {
      name: 'console echo',
      run: async () => {
        const said = 'hello over virtio-msg';
        let echo = '';
        const complete = new Promise<void>((resolve) => {
          terminal.onData((bytes) => {
            echo += Buffer.from(bytes).toString();
            if (echo.length >= said.length) resolve();
          });
        });
        await terminal.write(Buffer.from(said));
        await complete;
        agree('echo', echo, said);
        return { echo };
      },
    },
    {
      name: 'hotplug',
      run: async () => {
        ends.plugIn();
        await heard('added', GUEST_DISK);
        const guest = new BlockDriver();
        await bus.bind(GUEST_DISK, guest);
        const id = await guest.deviceId();
        agree('id of the new disk', id, 'plugged in');
        ends.pullOut();
        await heard('removed', GUEST_DISK);
        const refused = await failure(guest.read(0, 1));
        return { plugged: id, afterwards: refused };
      },
    },
    {
      name: 'reset in mid-flight',
      run: async () => {
        const block = noise(64 * SECTOR);
        const writes = Array.from({ length: 64 }, (_, i) => disk.write(2048 + 64 * i, block));
        const settled = Promise.allSettled(writes);
        // Then some are done, some with the device, and some still wait.
        await writes[0];
        await diskTransport.restart();
        const outcomes = await settled;
        const ended = outcomes.filter(({ status }) => status === 'rejected').length;
        for (const outcome of outcomes) {
          if (
            outcome.status === 'rejected' &&
            !(outcome.reason instanceof VirtioError && outcome.reason.code === 'reset')
          )
            throw outcome.reason;
        }
        agree('status', diskTransport.status, 15);
        await disk.write(2048, block);
        agree('what was written afterwards', sha256(await disk.read(2048, 64)), sha256(block));
        return { writes: writes.length, 'ended by the reset': ended };
      },
    },
    {
      name: 'end',
      run: async () => {
        const device = await ends.counters();
        await bus.close();
        const counted = { ...bus.counters.all() };
        return {
          messages: telling.messages,
          'message bytes': telling.bytes,
          'counted by the driver': pairs(counted),
          'counted by the devices': pairs(device),
        };
      },
    },
  ];
}

async function copyIn(disk: BlockDriver, bytes: Uint8Array): Promise<void> {
  const piece = 64 * SECTOR;
  const writes: Promise<void>[] = [];
  for (let at = 0; at < bytes.length; at += piece) writes.push(disk.write(at / SECTOR, bytes.subarray(at, at + piece)));
  await Promise.all(writes);
}

async function failure(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof VirtioError) return error.code;
    throw error;
  }
  throw new Error('a disk that was pulled out still reads');
}

function agree(what: string, got: string | number, expected: string | number): void {
  if (got !== expected) throw new Error(`${what}: expected ${expected}, got ${got}`);
}

const pairs = (counts: Record<string, number>): string[] =>
  Object.entries(counts).map(([name, count]) => `${name} ${count}`);

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Bytes that look random and are the same every time: a xorshift generator. */
function noise(length: number): Uint8Array {
  const words = new Uint32Array(length / 4);
  let x = 2463534242;
  for (let i = 0; i < words.length; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    words[i] = x;
  }
  return new Uint8Array(words.buffer);
}
