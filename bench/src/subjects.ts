import { cases } from './cases.js';
import { type Case, decodeCase, encodeCase, handCode, streamDecodeCase, streamEncodeCase } from './codec-case.js';
import { SINGLES, STREAM, TITLES } from './messages.js';
import { startNative } from './native.js';
import type { Peer } from './peer.js';
import { peerCases } from './peer-cases.js';
import { refusedCases } from './refused.js';
import { BETWEEN_THREADS, RINGS, ringTasks } from './ring/ring-cases.js';
import { BUS } from './runtime/bus-cases.js';
import { QUEUES } from './runtime/queue-cases.js';
import { asyncTask, type Family, syncTask, type Task } from './task.js';
import { Unavailable } from './unavailable.js';

/** What is measured in a process of its own. */
export interface Subject {
  readonly name: string;
  readonly family: Family;
  /** Rejects with `Unavailable` where this machine does not have it. */
  load(): Promise<readonly Task[]>;
  /** Its cases for a process with everything in it; null where it cannot be one of them. */
  readonly together: (() => Promise<readonly Case[]>) | null;
}

const synchronous = (name: string, family: Family, load: () => Promise<readonly Case[]>): Subject => ({
  name,
  family,
  load: async () => (await load()).map((c) => syncTask(c)),
  together: load,
});

/** A file of `peers`, by the name its subject has in results. */
const LIBRARIES: Readonly<Record<string, string>> = {
  'DataView and object literal': 'dataview-objects',
  'Node Buffer methods': 'node-buffer',
  flatbuffers: 'flatbuffers',
  avsc: 'avsc',
  bebop: 'bebop',
  msgpackr: 'msgpackr',
  protobufjs: 'protobufjs',
  'protobuf-es': 'protobuf-es',
  'kaitai-struct': 'kaitai',
  'binary-parser': 'binary-parser',
  structurae: 'structurae',
  'typed-struct': 'typed-struct',
  restructure: 'restructure',
};

/** A library that is not installed, or not on this Node, must not stop the others. */
export async function loadPeer(path: string): Promise<Peer> {
  try {
    const { load } = (await import(path)) as { load: () => Peer | Promise<Peer> };
    return await load();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const missing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
    const [first] = message.split('\n');
    throw new Unavailable(missing ? `not installed (npm ci): ${first}` : `cannot be loaded: ${first}`);
  }
}

const library = (name: string, family: Family, file: string): Subject =>
  synchronous(name, family, async () => peerCases(await loadPeer(file)));

const CONTROL = 'hand-written DataView';

/** The baseline against itself, by the same ways as all others. */
const control = (): Case[] => [
  ...SINGLES.flatMap((kind) => [
    decodeCase(CONTROL, kind, handCode.decode[kind]),
    encodeCase(CONTROL, kind, handCode.encode[kind] as never),
  ]),
  streamDecodeCase(CONTROL, handCode.decodeStream),
  streamEncodeCase(CONTROL, handCode.encodeStream),
];

/** The subjects of `make`, each with its cases alone; they are made to learn their names, and once more to be measured. */
function named(make: () => readonly Case[]): Subject[] {
  const names = new Set(make().map((c) => c.subject));
  return [...names].map((name) => synchronous(name, 'ours', async () => make().filter((c) => c.subject === name)));
}

const runtime = (name: string, load: Subject['load']): Subject => ({ name, family: 'runtime', load, together: null });

export function subjects(): Subject[] {
  return [
    ...named(cases),
    ...named(refusedCases),
    library('interpreter', 'ours', './ours-interpreter.js'),
    synchronous(CONTROL, 'hand', async () => control()),
    { name: 'C', family: 'native', load: async () => startNative().tasks, together: null },
    ...Object.entries(LIBRARIES).map(([name, file]) => library(name, 'library', `./peers/${file}.js`)),
    ...Object.entries(QUEUES).map(([name, make]) => runtime(name, async () => [syncTask(make())])),
    ...Object.entries(BUS).map(([name, make]) => runtime(name, async () => [asyncTask(await make())])),
    ...Object.keys(RINGS).map((name) => runtime(name, async () => ringTasks(name))),
  ];
}

/** Every message there are rows of. */
export const MESSAGES: readonly string[] = [
  ...Object.values(TITLES),
  STREAM,
  'virtqueue buffer',
  'GET_DEVICE_STATUS',
  'read of 4 KiB',
  BETWEEN_THREADS,
];
