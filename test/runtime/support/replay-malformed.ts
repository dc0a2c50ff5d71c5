import { DIALECTS, type GuestMemory, type Message, type TransportMessage } from '../../../runtime/dist/index.js';
import { type Case, casesOf, encoded, framesOf, infoOf, messageOf, rfc3 } from './replay-capture.js';
import { Comparison } from './replay-compare.js';
import { DeviceReplay } from './replay-device.js';
import { entropy, type Flow } from './replay-flow.js';
import { memoryAround } from './replay-ring.js';

/** Bytes of one slot of the captured bus, of which a message is the beginning. */
const SLOT = 64;
const TABLE = 0x200000;
const AVAIL = 0x200080;
const BUFFER = 0x208000;

/** What the captured driver did first to reach a state: the frames of the orderly capture of the same QEMU, up to there. */
function framesUpTo(orderly: string, pre: Case['pre']): string[] {
  if (pre === 'fresh') return [];
  const said = framesOf(orderly).flatMap(({ toDevice, hex }) => (toDevice ? [hex] : []));
  const isStatus = (hex: string, status: number): boolean => {
    const message = messageOf(rfc3, hex);
    return message.name === 'SET_DEVICE_STATUS' && message.fields.status === status;
  };
  const stop = { 'features-set': 0x0b, 'features-ok': 0x0f, 'driver-ok': 0x0f }[pre];
  const end = said.findIndex((hex) => isStatus(hex, stop)) + (pre === 'driver-ok' ? 1 : 0);
  return said.slice(0, end);
}

const status = (value: number): string =>
  encoded(rfc3, { name: 'SET_DEVICE_STATUS', kind: 'request', device: 0, token: 1, fields: { status: value } });
const features = (...blocks: readonly number[]): string => {
  const fields = { block_index: 0, features: blocks };
  return encoded(rfc3, { name: 'SET_DRIVER_FEATURES', kind: 'request', device: 0, token: 1, fields });
};

/** Steps a case names and its line does not have. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  'unoffered feature bits, then FEATURES_OK': [status(1), status(3), features(0xffffffff, 0xffffffff)],
  'features without VERSION_1, then FEATURES_OK': [status(1), status(3), features(0x10000000, 0)],
  'FEATURES_OK without SET_DRIVER_FEATURES': [status(1), status(3)],
};

type Descriptor = readonly [address: number, length: number, flags: number, next: number];
const NEXT = 1;
const WRITE = 2;

/** Writes descriptors and what the available ring says: its index, and the head in its first place. */
function ring(memory: GuestMemory, descriptors: readonly Descriptor[], index: number, head = 0): void {
  for (const [i, [address, length, flags, next]] of descriptors.entries()) {
    const bytes = new DataView(new ArrayBuffer(16));
    bytes.setBigUint64(0, BigInt(address), true);
    bytes.setUint32(8, length, true);
    bytes.setUint16(12, flags, true);
    bytes.setUint16(14, next, true);
    memory.write(TABLE + 16 * i, new Uint8Array(bytes.buffer));
  }
  memory.store16(AVAIL + 4, head);
  memory.store16(AVAIL + 2, index);
}

/** What lay in the ring, going by the names of the cases. */
const RINGS: Readonly<Record<string, (memory: GuestMemory) => void>> = {
  'EVENT_AVAIL token 55': (memory) => ring(memory, [[BUFFER, 64, WRITE, 0]], 1),
  'EVENT_AVAIL next_offset garbage without NOTIFICATION_DATA': (memory) => ring(memory, [[BUFFER, 64, WRITE, 0]], 1),
  'ring: avail idx jumped by 100': (memory) => ring(memory, [[BUFFER, 64, WRITE, 0]], 100),
  'ring: head index 200 in avail ring': (memory) => ring(memory, [[BUFFER, 64, WRITE, 0]], 1, 200),
  'ring: descriptor loop': (memory) =>
    ring(
      memory,
      [
        [BUFFER, 64, WRITE | NEXT, 1],
        [BUFFER, 64, WRITE | NEXT, 0],
      ],
      1,
    ),
  'ring: buffer outside RAM': (memory) => ring(memory, [[2 ** 40, 64, WRITE, 0]], 1),
  'ring: read-only descriptor given to rng': (memory) => ring(memory, [[BUFFER, 64, 0, 0]], 1),
  'ring: zero-length writable descriptor': (memory) => ring(memory, [[BUFFER, 0, WRITE, 0]], 1),
};

/** The request a captured answer was given to. */
function requestBehind(answer: Message): TransportMessage {
  const { name, device, token } = answer;
  const common = { kind: 'request', device, token } as const;
  if (name === 'GET_VQUEUE' && answer.kind === 'response')
    return { ...common, name, fields: { index: answer.fields.index } };
  if (name === 'SET_DEVICE_STATUS') return { ...common, name, fields: answer.fields };
  if (name === 'GET_DEVICE_STATUS') return { ...common, name, fields: {} };
  throw new Error(`what was asked for ${name}?`);
}

/** Cases with nothing to say on this level: they are about the queue file and the registers of the captured bus. */
const saysSomething = ({ send }: Case): boolean => send.length > 0;

/** One case, played to a fresh device like the captured one. */
function play(given: Case, orderly: string, like: Pick<Flow, 'device' | 'options'>, comparison: Comparison) {
  const { memory } = memoryAround(BigInt(TABLE));
  const replay = new DeviceReplay(like.device, { ...like.options, memory });
  for (const hex of [...framesUpTo(orderly, given.pre), ...(NAMED[given.case] ?? [])]) replay.say(hex, SLOT);
  RINGS[given.case]?.(memory);
  replay.take();
  for (const hex of given.send) replay.say(hex, SLOT);
  comparison.frames(given.case, given.answers, replay.take());
  for (const [i, hex] of given.post.entries()) {
    replay.say(encoded(DIALECTS.rfc3, requestBehind(messageOf(rfc3, hex))), SLOT);
    comparison.frames(`${given.case}, question ${i + 1}`, [hex], replay.take());
  }
  comparison.value(`${given.case}, status`, given.after ?? 'gone', `0x${replay.bus.statusOf(0)?.toString(16)}`);
}

export function replayMalformed(malformed: string, orderly: string) {
  const frames = framesOf(orderly);
  const { vendor_id } = infoOf(rfc3, frames);
  const size = frames.flatMap(({ toDevice, hex }) => {
    const message = toDevice ? null : messageOf(rfc3, hex);
    return message?.name === 'GET_VQUEUE' && message.kind === 'response' ? [message.fields.max_size] : [];
  })[0]!;
  const comparison = new Comparison();
  const cases = casesOf(malformed);
  for (const given of cases.filter(saysSomething)) play(given, orderly, entropy(vendor_id, size), comparison);
  return { ...comparison, silent: cases.filter((c) => !saysSomething(c)).map((c) => c.case) };
}
