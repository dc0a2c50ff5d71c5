import { DIALECTS, type Driver } from '../../../runtime/dist/index.js';
import {
  casesOf,
  described,
  framesOf,
  linuxHeader,
  messageOf,
  pairsOf,
  readOf,
  rfc3,
  turnsOf,
} from './replay-capture.js';
import { CapturedDriver, type OpenOptions } from './replay-driver.js';
import type { Exchange } from './replay-peer.js';

/** A captured device side, ready to be opened, and the driver that its capture is of. */
export interface CapturedSide {
  readonly options: OpenOptions;
  readonly number: number;
  readonly driver: () => CapturedDriver & Driver;
  /** Requests of the captured driver until it was live. */
  readonly probe: readonly string[];
}

const exchangesOf = (name: string): Exchange[] =>
  turnsOf(framesOf(name)).flatMap(({ said, answers }) => (said === null ? [] : [{ said: said.hex, answers }]));

function probeOf(exchanges: readonly Exchange[], dialect: OpenOptions['dialect']): string[] {
  const messages = exchanges.map(({ said }) => messageOf(dialect, said));
  const asked = messages.filter(({ kind }) => kind === 'request').map(described);
  return asked.slice(0, asked.indexOf('SET_DEVICE_STATUS 15') + 1);
}

/** The throwaway device a Linux kernel drove; its bus has no bus messages, so the number is known. */
export function linuxSide(name: string): CapturedSide {
  const header = linuxHeader(name);
  const dialect = DIALECTS[header.dialect];
  const exchanges = exchangesOf(name);
  const number = header.device_number;
  const options = { dialect, exchanges, maxMessage: header.bus_max_msg_size, ringFeatures: [32] };
  const reads = [
    [12, 4],
    [20, 4],
    [32, 1],
    [0, 8],
  ] as const;
  const disk = { id: 2, features: [2, 6, 9, 11], queues: [64], reads };
  const entropy = { id: 4, queues: [8] };
  return {
    options: { ...options, devices: [number], pings: false },
    number,
    driver: () => new CapturedDriver(header.device === 'blk' ? disk : entropy),
    probe: probeOf(exchanges, dialect),
  };
}

/** What a QEMU answered to single messages that are requests all the same. */
const loreOf = (name: string): Exchange[] =>
  casesOf(name).flatMap(({ pre, send, answers }) => {
    const [said, more] = send;
    if (pre !== 'fresh' || said === undefined || more !== undefined) return [];
    return readOf(rfc3, said)?.kind === 'request' ? [{ said, answers }] : [];
  });

/** A QEMU, with what its malformed capture adds; `ringFeatures` as the captured driver chose them. */
export function qemuSide(name: string, malformed: string, ringFeatures: readonly number[]): CapturedSide {
  const exchanges = exchangesOf(name);
  return {
    options: { dialect: rfc3, exchanges, elsewhere: loreOf(malformed), maxMessage: 48, ringFeatures },
    number: 0,
    driver: () => new CapturedDriver({ id: 4, queues: [8] }),
    probe: probeOf(exchanges, rfc3),
  };
}

/** OP-TEE: discovery, one initialisation, and its end by a reset. Windows are the widest captured. */
export function opteeSide(): CapturedSide {
  const exchanges = pairsOf('optee-device.jsonl').flatMap(({ session, req, resp }): Exchange[] => {
    if (session === 'reset is not implemented in this peer' && resp === null)
      return [{ said: req, answers: [], dies: true }];
    if (session !== 'discovery on the bus' && session !== 'full driver initialisation') return [];
    return [{ said: req, answers: resp === null ? [] : [resp] }];
  });
  return {
    options: { dialect: rfc3, exchanges, maxMessage: 112, ringFeatures: [32, 33], widestWindow: 256 },
    number: 0,
    driver: () => new CapturedDriver({ id: 19, features: [0, 1, 2], queues: [64, 32, 16], reads: [[0, 8]] }),
    // Discovery was tried with windows of all kinds, which is no order to compare with.
    probe: probeOf(exchanges, rfc3).filter((asked) => !asked.startsWith('GET_DEVICES') && asked !== 'PING'),
  };
}
