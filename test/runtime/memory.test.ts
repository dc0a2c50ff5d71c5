import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, test } from 'vitest';
import { HostileMemory } from './support/hostile-memory.js';
import { memoryContract } from './support/memory-contract.js';
import { FileMemory, SharedMemory, toAddress } from './support/runtime.js';

const shared = (base: number | bigint, buffer: ArrayBuffer | SharedArrayBuffer = new ArrayBuffer(4096)) =>
  new SharedMemory([{ base, bytes: new Uint8Array(buffer) }]);

const folder = mkdtempSync(join(tmpdir(), 'guest-memory-'));
afterAll(() => rmSync(folder, { recursive: true }));

memoryContract('SharedMemory over an ArrayBuffer', 0x4000, () => shared(0x4000));
memoryContract('SharedMemory over a SharedArrayBuffer', 0x4000, () => shared(0x4000, new SharedArrayBuffer(4096)));
memoryContract('SharedMemory above 2^53', 1n << 63n, () => shared(1n << 63n));
memoryContract('SharedMemory across 2^53', toAddress(2n ** 53n - 2048n)!, () => shared(2n ** 53n - 2048n));
memoryContract('SharedMemory up to 2^64 - 4096', 2n ** 64n - 8192n, () => shared(2n ** 64n - 8192n));
memoryContract('one of two regions of a buffer', 0x8000, () => {
  const buffer = new ArrayBuffer(8192);
  return new SharedMemory([
    { base: 0x2000, bytes: new Uint8Array(buffer, 4096) },
    { base: 0x8000, bytes: new Uint8Array(buffer, 0, 4096) },
  ]);
});
memoryContract('HostileMemory with a peaceful peer', 0x4000, () => new HostileMemory(shared(0x4000), () => {}));
memoryContract('a file', 0x4000, () => {
  const path = join(folder, 'ram');
  writeFileSync(path, new Uint8Array(4096));
  return new FileMemory(path, 0x4000);
});

describe('SharedMemory', () => {
  test('takes no range that lies in two regions, even if they touch', () => {
    const memory = new SharedMemory([
      { base: 0x1000, bytes: new Uint8Array(16) },
      { base: 0x1010, bytes: new Uint8Array(16) },
    ]);
    expect(memory.readable(0x100f, 1)).toBe(true);
    expect(memory.readable(0x1010, 16)).toBe(true);
    expect(memory.readable(0x100f, 2)).toBe(false);
    expect(memory.read(0x1008, new Uint8Array(16))).toBe(false);
  });

  test('lets nobody write what is read-only', () => {
    const memory = new SharedMemory([{ base: 0x1000, bytes: new Uint8Array(16), writable: false }]);
    expect(memory.readable(0x1000, 16)).toBe(true);
    expect(memory.writable(0x1000, 1)).toBe(false);
    expect(memory.write(0x1000, new Uint8Array(1))).toBe(false);
    expect(memory.store16(0x1000, 1)).toBe(false);
    expect(memory.load16(0x1000)).toBe(0);
  });

  test('refuses wiring that cannot be: overlaps, wraps, odd bases', () => {
    const bytes = new Uint8Array(16);
    const wire =
      (...bases: (number | bigint)[]) =>
      () =>
        new SharedMemory(bases.map((base) => ({ base, bytes })));
    expect(wire(0x1000, 0x1008)).toThrow(RangeError);
    expect(wire(0x1008, 0x1000)).toThrow(RangeError);
    expect(wire(0x1000, 0x1000)).toThrow(RangeError);
    expect(wire(2n ** 64n - 8n)).toThrow(RangeError);
    expect(wire(0x1001)).toThrow(RangeError);
    expect(wire(-8)).toThrow(RangeError);
    expect(wire(0x1000, 0x1010)).not.toThrow();
    expect(wire(2n ** 64n - 16n)).not.toThrow();
  });

  test('shows a cell to another thread', async () => {
    const buffer = new SharedArrayBuffer(64);
    const memory = shared(0x1000, buffer);
    const source = `const { workerData: b } = require('node:worker_threads');
      const c = new Uint16Array(b); while (Atomics.load(c, 1) !== 0x1234); Atomics.store(c, 2, 0x4321);`;
    const worker = new Worker(source, { eval: true, workerData: buffer });
    memory.store16(0x1002, 0x1234);
    await new Promise((done) => worker.once('exit', done));
    expect(memory.load16(0x1004)).toBe(0x4321);
  });
});
