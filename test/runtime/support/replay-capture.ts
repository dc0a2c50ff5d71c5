import { DIALECTS, type Dialect, type DialectName, type Message } from '../../../runtime/dist/index.js';
import { traceLines } from '../../support/vectors.js';

/** One frame of a capture. */
export interface Frame {
  readonly toDevice: boolean;
  readonly hex: string;
  readonly note: string;
  /** What the peer's device did with a buffer behind this frame, where the capture tells. */
  readonly used: number | null;
}

export interface LinuxHeader {
  readonly dialect: DialectName;
  readonly bus_max_msg_size: number;
  readonly device: string;
  readonly device_number: number;
  readonly device_features: string;
}

/** A case of a malformed capture: what was sent, what came back, and what was asked behind it. */
export interface Case {
  readonly case: string;
  readonly pre: 'fresh' | 'features-set' | 'features-ok' | 'driver-ok';
  readonly send: readonly string[];
  readonly answers: readonly string[];
  readonly post: readonly string[];
  /** Device status afterwards; null: the peer is gone. */
  readonly after: string | null;
}

/** A request of an OP-TEE capture with its answer; null: the peer is gone. */
export interface Pair {
  readonly session: string;
  readonly what: string;
  readonly req: string;
  readonly resp: string | null;
  /** How often the device was told to look at its queues; null: the peer is gone. */
  readonly raised: number | null;
}

export const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** A frame as a logical message, or null: not all that peers send is one. */
export function readOf(dialect: Dialect, hex: string): Message | null {
  const bytes = bytesOf(hex);
  const read = dialect.decode(new DataView(bytes.buffer), 0, bytes.length);
  return 'kind' in read ? (read as Message) : null;
}

/** A frame that has to be a message. */
export function messageOf(dialect: Dialect, hex: string): Message {
  const message = readOf(dialect, hex);
  if (message === null) throw new Error(`${hex} is no message of ${dialect.name}`);
  return message;
}

export function encoded(dialect: Dialect, message: Message): string {
  const bytes = new Uint8Array(512);
  const size = dialect.encode(new DataView(bytes.buffer), 0, message);
  if (size === 0) throw new Error(`${message.name} cannot be said in ${dialect.name}`);
  return hexOf(bytes.subarray(0, size));
}

/** A message with the arguments that tell it from others of its name. */
export function described(message: Message): string {
  const fields = message.fields as Record<string, unknown>;
  const told = ['status', 'index', 'vq_index', 'block_index', 'offset', 'length', 'count', 'num_blocks'].flatMap((k) =>
    fields[k] === undefined || fields[k] === null ? [] : [String(fields[k])],
  );
  return [message.name, ...told].join(' ');
}

const parsed = (name: string): Record<string, unknown>[] => traceLines(name).map((line) => JSON.parse(line));

export const linuxHeader = (name: string): LinuxHeader => parsed(name)[0] as unknown as LinuxHeader;

/** The frames of a capture that has one per line, in order. */
export function framesOf(name: string): Frame[] {
  const frames: { -readonly [K in keyof Frame]: Frame[K] }[] = [];
  for (const line of parsed(name).slice(1)) {
    const {
      dir,
      hex,
      note = '',
      used,
    } = line as {
      dir?: string;
      hex?: string;
      note?: string;
      used?: { len: number };
    };
    if (hex !== undefined) frames.push({ toDevice: dir === 'driver->device', hex, note, used: null });
    else if (used !== undefined) {
      const kick = frames.findLast((frame) => frame.toDevice);
      if (kick !== undefined) kick.used = used.len;
    }
  }
  return frames;
}

/** What a driver said, and what came back before it said something else. */
export interface Turn {
  readonly said: Frame | null;
  readonly answers: string[];
}

export function turnsOf(frames: readonly Frame[]): Turn[] {
  const turns: Turn[] = [{ said: null, answers: [] }];
  for (const frame of frames) {
    if (frame.toDevice) turns.push({ said: frame, answers: [] });
    else turns.at(-1)!.answers.push(frame.hex);
  }
  return turns;
}

export const casesOf = (name: string): Case[] =>
  parsed(name)
    .slice(1)
    .map((line) => {
      // Some cases tell in words what was seen there.
      const posts = ([line.post ?? []].flat() as string[]).filter((post) => /^([0-9a-f]{2})+$/.test(post));
      return { ...(line as unknown as Case), post: posts };
    });

export const pairsOf = (name: string): Pair[] => parsed(name).slice(1) as unknown as Pair[];

/** The GET_DEVICE_INFO answer of a capture. */
export function infoOf(dialect: Dialect, frames: readonly Frame[]) {
  for (const { toDevice, hex } of frames) {
    if (toDevice) continue;
    const message = messageOf(dialect, hex);
    if (message.name === 'GET_DEVICE_INFO' && message.kind === 'response') return message.fields;
  }
  throw new Error('no device info in this capture');
}

export const rfc3 = DIALECTS.rfc3;
