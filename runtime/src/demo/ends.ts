import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loopback } from '../medium/loopback.js';
import type { Medium } from '../medium/medium.js';
import { StreamMedium } from '../medium/stream.js';
import { FileMemory } from '../memory/file-memory.js';
import type { GuestMemory } from '../memory/guest-memory.js';
import { SharedMemory } from '../memory/shared-memory.js';
import type { DialectName } from '../wire/dialect.js';
import { DIALECTS } from '../wire/dialects.js';
import { deviceSide } from './device-side.js';

/** Where the driver's memory lies on the bus. */
export const MEMORY_BASE = 0x4000_0000;
const MEMORY_SIZE = 4 * 1024 * 1024;

/** A bus with devices at its other end. */
export interface Ends {
  readonly medium: Medium;
  readonly memory: GuestMemory;
  readonly memorySize: number;
  plugIn(): void;
  pullOut(): void;
  counters(): Promise<Record<string, number>>;
  close(): Promise<void>;
}

/** Both ends in this process, with memory that both see. */
export async function inOneProcess(dialect: DialectName, diskPath: string): Promise<Ends> {
  const { ends } = loopback();
  const memory = new SharedMemory([{ base: MEMORY_BASE, bytes: new Uint8Array(new SharedArrayBuffer(MEMORY_SIZE)) }]);
  const devices = await deviceSide(ends[1], memory, dialect, diskPath);
  return {
    medium: ends[0],
    memory,
    memorySize: MEMORY_SIZE,
    plugIn: devices.plugIn,
    pullOut: devices.pullOut,
    counters: async () => devices.counters(),
    close: devices.close,
  };
}

/** The devices in a process of their own: messages over a unix socket, memory in a file that both have open. */
export async function inTwoProcesses(dialect: DialectName, diskPath: string, folder: string): Promise<Ends> {
  const memoryPath = join(folder, 'memory');
  const file = await open(memoryPath, 'w');
  await file.truncate(MEMORY_SIZE);
  await file.close();
  const memory = new FileMemory(memoryPath, MEMORY_BASE);
  const path = process.platform === 'win32' ? `\\\\.\\pipe\\virtio-wire-${process.pid}` : join(folder, 'bus');
  const server = createServer();
  server.listen(path);
  await once(server, 'listening');
  const entry = fileURLToPath(new URL('./device-process.js', import.meta.url));
  const child = fork(entry, [path, memoryPath, String(MEMORY_BASE), dialect, diskPath], {
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  const socket = await connected(server, child);
  server.close();
  socket.setNoDelay(true);
  return {
    medium: new StreamMedium(socket, socket, { dialect: DIALECTS[dialect] }),
    memory,
    memorySize: MEMORY_SIZE,
    plugIn: () => void child.send('plug in'),
    pullOut: () => void child.send('pull out'),
    counters: async () => {
      child.send('counters');
      const [counters] = (await once(child, 'message')) as [Record<string, number>];
      return counters;
    },
    close: async () => {
      // One that was killed has a signal and no code.
      const gone = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : Promise.resolve();
      if (child.connected) child.send('close');
      await gone;
      memory.close();
    },
  };
}

async function connected(server: ReturnType<typeof createServer>, child: ChildProcess): Promise<Socket> {
  const died = once(child, 'exit').then(([code]) => {
    throw new Error(`the process with the devices ended with ${code} before it connected`);
  });
  const [socket] = (await Promise.race([once(server, 'connection'), died])) as [Socket];
  died.catch(() => {});
  return socket;
}
