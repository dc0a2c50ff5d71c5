import {
  type Device,
  DIALECTS,
  type Dialect,
  type DialectName,
  type TransportMessage,
} from '../../../runtime/dist/index.js';
import { described, encoded, type Frame, framesOf, infoOf, linuxHeader, messageOf, turnsOf } from './replay-capture.js';
import { Comparison } from './replay-compare.js';
import { CapturedDevice, DeviceReplay, type ReplayOptions } from './replay-device.js';
import { memoryAround, RingScript } from './replay-ring.js';

export interface Flow {
  readonly dialect: DialectName;
  readonly frames: readonly Frame[];
  readonly device: CapturedDevice;
  readonly options: Omit<ReplayOptions, 'memory'>;
  /** What the captured device did by itself when it sent an EVENT_CONFIG. */
  readonly change?: (device: CapturedDevice) => void;
}

const bits = (mask: bigint): number[] =>
  Array.from({ length: 64 }, (_, bit) => bit).filter((b) => (mask >> BigInt(b)) & 1n);
const TRANSPORT = [28, 29, 32, 33, 40];

/** The configuration space the throwaway disk had. */
function diskConfig(size: number): Uint8Array {
  const config = new DataView(new ArrayBuffer(size));
  config.setBigUint64(0, 2048n, true); // capacity
  config.setUint32(12, 30, true); // seg_max
  config.setUint32(20, 512, true); // blk_size
  config.setUint8(32, 1); // writeback
  return new Uint8Array(config.buffer);
}

/** Largest size of the queues, as the capture tells it. */
function sizeOf(dialect: DialectName, frames: readonly Frame[]): number {
  for (const { toDevice, hex } of frames) {
    const message = toDevice ? null : messageOf(DIALECTS[dialect], hex);
    if (message?.name === 'GET_VQUEUE' && message.kind === 'response') return message.fields.max_size;
  }
  throw new Error('no queue in this capture');
}

export function linuxFlow(name: string, quirks: ReplayOptions['quirks']): Flow {
  const header = linuxHeader(name);
  const { dialect } = header;
  const frames = framesOf(name);
  const info = infoOf(DIALECTS[dialect], frames);
  const offered = bits(BigInt(header.device_features));
  const disk = header.device === 'blk';
  const device = new CapturedDevice({
    id: info.device_id,
    vendor: info.vendor_id,
    features: offered.filter((bit) => !TRANSPORT.includes(bit)),
    queues: new Array(info.max_virtqueues).fill(sizeOf(dialect, frames)),
    ...(disk ? { config: diskConfig(info.config_size), writable: [32, 1] } : {}),
  });
  const ringFeatures = offered.filter((bit) => TRANSPORT.includes(bit));
  const options = { dialect, ringFeatures, number: header.device_number, maxMessage: header.bus_max_msg_size };
  const capacity = new Uint8Array(8);
  new DataView(capacity.buffer).setBigUint64(0, 4096n, true);
  const change = (d: CapturedDevice): void => d.change({ offset: 0, data: capacity });
  return { dialect, frames, device, options: { ...options, quirks }, change };
}

/** QEMU's virtio-rng as captured; the queue is as large as this QEMU says. */
export function qemuFlow(name: string): Flow {
  const frames = framesOf(name);
  const { vendor_id } = infoOf(DIALECTS.rfc3, frames);
  return { dialect: 'rfc3', frames, ...entropy(vendor_id, sizeOf('rfc3', frames)) };
}

export function entropy(vendor: number, size: number): Pick<Flow, 'device' | 'options'> {
  const device = new CapturedDevice({ id: 4, vendor, features: [], queues: [size] });
  return { device, options: { dialect: 'rfc3', ringFeatures: [28, 29, 32, 40], number: 0, maxMessage: 48 } };
}

/** Buffers as the captured driver had them, in lengths of their pieces, going by what became of them. */
function offer(ring: RingScript, { note, used }: Frame): void {
  if (note.includes('two buffers')) ring.offer(16);
  if (note.includes('chain of two')) ring.offer(8, 8);
  else ring.offer(used ?? 16);
}

type Setup = Extract<TransportMessage, { name: 'SET_VQUEUE'; kind: 'request' }>['fields'];

/** Plays the driver of a capture to a device bus, with the rings it must have had. */
export function replayFlow(flow: Flow) {
  const dialect = DIALECTS[flow.dialect];
  const turns = turnsOf(flow.frames);
  const setups = turns.flatMap(({ said }): Setup[] => {
    const message = said === null ? null : messageOf(dialect, said.hex);
    return message?.name === 'SET_VQUEUE' && message.kind === 'request' ? [message.fields] : [];
  });
  const { memory, base } = memoryAround(setups[0]!.descriptor_addr);
  const replay = new DeviceReplay(flow.device as Device, { ...flow.options, memory });
  const comparison = new Comparison();
  let features: readonly number[] = [];
  let ring: RingScript | null = null;
  for (const [i, { said, answers }] of turns.entries()) {
    if (said === null) {
      comparison.frames('0 before anything was said', answers, replay.take());
      continue;
    }
    const message = messageOf(dialect, said.hex);
    const at = `${i} ${described(message)}`;
    const notified = answers.some((hex) => messageOf(dialect, hex).name === 'EVENT_USED');
    if (message.name === 'SET_DRIVER_FEATURES' && message.kind === 'request') features = message.fields.features;
    if (message.name === 'SET_VQUEUE' && message.kind === 'request')
      ring = new RingScript(memory, base, message.fields, features);
    if (message.name === 'EVENT_AVAIL' && ring !== null && (notified || said.used !== null)) {
      offer(ring, said);
      if (!notified) ring.wantNothing();
      ring.publish();
    }
    replay.say(said.hex);
    if (answers.some((hex) => messageOf(dialect, hex).name === 'EVENT_CONFIG'))
      replay.do(() => flow.change?.(flow.device));
    comparison.frames(at, answers, replay.take());
    const written = message.name === 'EVENT_AVAIL' ? (ring?.take() ?? []) : [];
    if (said.used !== null) comparison.value(`${at}, bytes written`, String(said.used), written.join());
  }
  const { number } = flow.options;
  return {
    ...comparison,
    status: replay.bus.statusOf(number),
    counters: replay.bus.counters.all(),
    queueSize: queueSizeNow(replay, dialect, number),
  };
}

/** Entries queue 0 is set up with, 0 where it is not. */
function queueSizeNow(replay: DeviceReplay, dialect: Dialect, device: number): number {
  replay.say(encoded(dialect, { name: 'GET_VQUEUE', kind: 'request', device, token: 1, fields: { index: 0 } }));
  const answer = messageOf(dialect, replay.take()[0]!);
  return answer.name === 'GET_VQUEUE' && answer.kind === 'response' ? answer.fields.cur_size : -1;
}
