import type { BodyIR, DialectIR } from '../ir/types.js';
import { carried } from './capacity.js';

/** The device a driver initialises. */
export interface Device {
  /** Feature blocks of 32 bits that are read and written. */
  readonly featureBlocks: number;
  /** Bytes of configuration that are read. */
  readonly configSize: number;
  /** Virtqueues that are set up. */
  readonly queues: number;
}

/** One step of the initialisation, `times` messages and as many answers. */
export interface Step {
  readonly message: string;
  readonly why: string;
  readonly times: number;
  /** Whether there is a response to wait for. */
  readonly answered: boolean;
  /** Whether request and response fit; what does not is impossible on this bus. */
  readonly fits: boolean;
}

export interface Initialisation {
  readonly device: Device;
  readonly steps: readonly Step[];
  /** Requests whose response the driver waits for; null where a message it needs does not fit. */
  readonly roundTrips: number | null;
  /** Messages without a response, which nobody waits for. */
  readonly oneWay: number;
}

const FEATURES = { read: ['GET_DEVICE_FEATURES', 'GET_FEATURES'], write: ['SET_DRIVER_FEATURES', 'SET_FEATURES'] };

/** What one message carries of what comes in pieces: the smaller of what request and response have room for. */
export interface Pieces {
  /** Blocks of 32 feature bits. */
  readonly featuresRead: number;
  readonly featuresWritten: number;
  /** Bytes of configuration. */
  readonly configRead: number;
  readonly configWritten: number;
  readonly configInEvent: number;
}

export function piecesOf(ir: DialectIR, room: number): Pieces {
  const bytes = (messages: readonly string[], field: string): number => {
    const bodies = ['request', 'response', 'event'].flatMap((kind) => bodyOf(ir, messages, kind) ?? []);
    const found = bodies.flatMap((b) => carried(b, field, room) ?? []);
    return found.length === 0 || bodies.some((b) => b.minSize > room) ? 0 : Math.min(...found);
  };
  return {
    featuresRead: Math.floor(bytes(FEATURES.read, 'features') / 4),
    featuresWritten: Math.floor(bytes(FEATURES.write, 'features') / 4),
    configRead: bytes(['GET_CONFIG'], 'data'),
    configWritten: bytes(['SET_CONFIG'], 'data'),
    configInEvent: bytes(['EVENT_CONFIG'], 'data'),
  };
}

/**
 * The messages of a driver that initialises one device, nothing failing: the device has reset when it answers, agrees to the
 * features, and its configuration does not change meanwhile. What happens before the device is known is not counted
 * (version, enumeration), nor are notifications.
 */
export function initialise(ir: DialectIR, room: number, device: Device): Initialisation {
  const pieces = piecesOf(ir, room);
  const steps: Step[] = [];
  const step = (messages: readonly string[], why: string, times = 1, possible = true): void => {
    const request = bodyOf(ir, messages, 'request');
    if (request === undefined || times === 0) return;
    const response = bodyOf(ir, messages, 'response');
    const fits = possible && request.minSize <= room && (response?.minSize ?? 0) <= room;
    steps.push({ message: request.message, why, times, answered: response !== undefined, fits });
  };
  const set = ['SET_DEVICE_STATUS'];
  const get = ['GET_DEVICE_STATUS'];
  const told = bodyOf(ir, set, 'response')?.fields.some((f) => f.name === 'status') ?? false;
  const status = (bits: string): void => {
    step(set, bits);
    if (!told) step(get, 'the answer does not tell the status');
  };
  const inPieces = (whole: number, piece: number): number =>
    piece === 0 ? Math.min(whole, 1) : Math.ceil(whole / piece);

  step(['GET_DEVICE_INFO'], 'what it is');
  status('0: reset');
  status('ACKNOWLEDGE');
  status('DRIVER');
  const { featureBlocks, configSize, queues } = device;
  const read = inPieces(featureBlocks, pieces.featuresRead);
  step(FEATURES.read, `${featureBlocks} blocks`, read, pieces.featuresRead > 0);
  const written = inPieces(featureBlocks, pieces.featuresWritten);
  step(FEATURES.write, `${featureBlocks} blocks`, written, pieces.featuresWritten > 0);
  step(set, 'FEATURES_OK');
  step(get, 'whether FEATURES_OK stayed');
  const consistent = configSize > 0 && bodyOf(ir, ['GET_CONFIG_GEN'], 'request') !== undefined;
  if (consistent) step(['GET_CONFIG_GEN'], 'before the configuration');
  step(['GET_CONFIG'], `${configSize} bytes`, inPieces(configSize, pieces.configRead), pieces.configRead > 0);
  if (consistent) step(['GET_CONFIG_GEN'], 'whether it changed meanwhile');
  step(['GET_VQUEUE'], 'what each queue can', queues);
  step(['SET_VQUEUE'], 'set each up', queues);
  step(['GET_VQUEUE'], 'whether each is', queues);
  status('DRIVER_OK');

  const sum = (some: readonly Step[]): number => some.reduce((total, s) => total + s.times, 0);
  return {
    device,
    steps,
    roundTrips: steps.every((s) => s.fits) ? sum(steps.filter((s) => s.answered)) : null,
    oneWay: sum(steps.filter((s) => !s.answered)),
  };
}

const bodyOf = (ir: DialectIR, messages: readonly string[], kind: string): BodyIR | undefined =>
  ir.bodies.find((b) => b.class === 'transport' && messages.includes(b.message) && b.kind === kind);
