import { describe, expect, test } from 'vitest';
import { DIALECTS, PEERS } from '../../runtime/dist/index.js';
import { described, framesOf, linuxHeader, messageOf } from './support/replay-capture.js';
import type { Comparison } from './support/replay-compare.js';
import { linuxFlow, qemuFlow, replayFlow } from './support/replay-flow.js';
import * as linux from './support/replay-linux-table.js';
import { replayMalformed } from './support/replay-malformed.js';
import { OPTEE } from './support/replay-optee-table.js';
import { replayPairs } from './support/replay-pairs.js';
import * as malformed from './support/replay-qemu-malformed-table.js';
import * as qemu from './support/replay-qemu-table.js';
import { REASONS } from './support/replay-reasons.js';
import { type Listed, sideBySide } from './support/replay-table.js';

/**
 * The frames of real drivers, and of drivers that tried real device sides, go to a device bus with the captured device on
 * it. What it sends is compared byte for byte with what the captured peer sent; every difference is in a table with its
 * reason. `equal` counts the frames and statuses that are the same.
 */
const { quirks } = PEERS['linux-loopback'];
const NONE: readonly Listed[] = [];

/** `status` is where the kernel left the device: hot removal in v1-2026 says nothing, older kernels reset and acknowledge. */
const LINUX = [
  { name: 'linux-loopback-blk-rfc2.jsonl', equal: 75, status: 1, table: linux.BLK_RFC2 },
  { name: 'linux-loopback-blk-rfc3.jsonl', equal: 74, status: 1, table: linux.BLK_RFC3 },
  { name: 'linux-loopback-blk-v1-2026.jsonl', equal: 66, status: 15, table: linux.BLK_V1_2026 },
  { name: 'linux-loopback-rng-rfc2.jsonl', equal: 52, status: 1, table: NONE },
  { name: 'linux-loopback-rng-rfc3.jsonl', equal: 52, status: 1, table: NONE },
  { name: 'linux-loopback-rng-v1-2026.jsonl', equal: 48, status: 15, table: NONE },
];

const ORDERLY = [
  { name: 'qemu-rng.jsonl', equal: 42, table: qemu.QEMU },
  { name: 'qemu-rng-amp-shmem.jsonl', equal: 42, table: qemu.QEMU },
  { name: 'qemu-rng-linux-user.jsonl', equal: 42, table: qemu.QEMU },
  { name: 'qemu-rfcv1-rng.jsonl', equal: 41, table: qemu.QEMU_RFCV1 },
];

const MALFORMED = [
  { name: 'qemu-rng-malformed.jsonl', like: 'qemu-rng.jsonl', equal: 217, own: malformed.QEMU },
  { name: 'qemu-rfcv1-rng-malformed.jsonl', like: 'qemu-rfcv1-rng.jsonl', equal: 201, own: malformed.QEMU_RFCV1 },
];

function expectListed(found: Pick<Comparison, 'differences' | 'same'>, listed: readonly Listed[], equal: number): void {
  const sides = sideBySide(found.differences, listed);
  expect(sides.found).toEqual(sides.listed);
  expect(found.same).toBe(equal);
}

describe('a Linux kernel drives a device bus', () => {
  test.each(LINUX)('$name', ({ name, equal, status, table }) => {
    const flow = linuxFlow(name, quirks);
    const replay = replayFlow(flow);
    expectListed(replay, table, equal);
    expect([replay.status, replay.counters]).toEqual([status, {}]);
    expect(replay.queueSize > 0).toBe(status === 15);
    expect(flow.device.kicks).toBeGreaterThan(0);
  });

  test.each(LINUX)('$name: without no-bus-messages it hears an EVENT_DEVICE it has no use for', ({ name, table }) => {
    const { differences } = replayFlow(linuxFlow(name, []));
    const { dialect } = linuxHeader(name);
    const [first, ...rest] = differences;
    expect(described(messageOf(DIALECTS[dialect], first!.ours))).toBe('EVENT_DEVICE');
    expect([first!.at, first!.theirs]).toEqual(['0 before anything was said', '']);
    expect(sideBySide(rest, table).found).toEqual(sideBySide(rest, table).listed);
  });

  test.each(LINUX)('$name asks as kernels do', ({ name, status }) => {
    const dialect = DIALECTS[linuxHeader(name).dialect];
    const said = framesOf(name).flatMap(({ toDevice, hex }) => (toDevice ? [described(messageOf(dialect, hex))] : []));
    const older = status === 1;
    // Older kernels ask for the generation with a range of no bytes, whose configuration has no such range where it is empty.
    expect(said.includes('GET_CONFIG 0 0')).toBe(older && name.includes('blk'));
    // They reset the queue of a device they have reset already, and leave it acknowledged.
    const end = said.lastIndexOf('SET_DEVICE_STATUS 0');
    const unbinding = ['SET_DEVICE_STATUS 0', 'RESET_VQUEUE 0', 'GET_DEVICE_STATUS', 'GET_DEVICE_STATUS'];
    expect(said.slice(end).join().startsWith(unbinding.join())).toBe(older);
    expect(said.at(-1) === 'SET_DEVICE_STATUS 1').toBe(older);
  });
});

describe('the driver that tried QEMU drives a device bus', () => {
  test.each(ORDERLY)('$name', ({ name, equal, table }) => {
    const replay = replayFlow(qemuFlow(name));
    expectListed(replay, table, equal);
    expect([replay.status, replay.counters, replay.queueSize]).toEqual([0, {}, 0]);
  });

  test.each(MALFORMED)('$name', ({ name, like, equal, own }) => {
    const replay = replayMalformed(name, like);
    expectListed(replay, [...malformed.EITHER_QEMU, ...own], equal);
    // About the queue file and the registers of the captured bus: no message was sent, or none is in the capture.
    expect(replay.silent).toEqual([
      'doorbell with empty queue',
      'doorbell register 0x24 (second fifo, does not exist)',
      'device queue full: 70 requests without reading answers',
    ]);
  });
});

describe('the driver that tried OP-TEE drives a device bus', () => {
  test('optee-device.jsonl', () => {
    expectListed(replayPairs('optee-device.jsonl'), OPTEE, 117);
  });
});

test('every reason explains a difference', () => {
  const tables = [...LINUX, ...ORDERLY].map(({ table }) => table).concat(MALFORMED.map(({ own }) => own));
  const why = [...tables.flat(), ...malformed.EITHER_QEMU, ...OPTEE].flatMap((row) => row.why);
  // What the preset for Linux switches off explains nothing any more.
  const reasons = Object.keys(REASONS).filter((reason) => reason !== 'no-bus-messages');
  expect([...new Set(why)].sort()).toEqual(reasons.sort());
});
