import { sink } from '../hand.js';
import { FIELDS, type Kind } from '../messages.js';

/** Objects of libraries that spell dev_num as devNum. */
interface Header {
  readonly type: number;
  readonly msgId: number;
  readonly devNum: number;
  readonly token: number;
  readonly msgSize: number;
}
interface EventUsed extends Header {
  readonly vqIndex: number;
}
interface EventAvail extends EventUsed {
  readonly next: number;
}
interface SetVqueue extends Header {
  readonly index: number;
  readonly reserved0: number;
  readonly size: number;
  readonly reserved1: number;
  readonly descriptorAddr: unknown;
  readonly driverAddr: unknown;
  readonly deviceAddr: unknown;
}
interface Features extends Header {
  readonly blockIndex: number;
  readonly numBlocks: number;
  readonly features: ArrayLike<number>;
}
interface SetConfig extends Header {
  readonly generation: number;
  readonly offset: number;
  readonly length: number;
  readonly data: Uint8Array;
}
interface DeviceInfo extends Header {
  readonly deviceId: number;
  readonly vendorId: number;
  readonly numFeatureBits: number;
  readonly configSize: number;
  readonly maxVirtqueues: number;
  readonly adminVqStart: number;
  readonly adminVqCount: number;
}

export const headerSum = (o: Header): number => o.type + o.msgId + o.devNum + o.token + o.msgSize;

/** As `read` of the messages, under the other names. */
export const readCamel = {
  EVENT_AVAIL: (o: EventAvail) => (headerSum(o) + o.vqIndex + (o.next & 0x7fffffff) + (o.next >>> 31)) | 0,
  EVENT_USED: (o: EventUsed) => (headerSum(o) + o.vqIndex) | 0,
  SET_VQUEUE(o: SetVqueue) {
    sink.a = o.descriptorAddr;
    sink.b = o.driverAddr;
    sink.c = o.deviceAddr;
    return (headerSum(o) + o.index + o.reserved0 + o.size + o.reserved1) | 0;
  },
  GET_DEVICE_FEATURES(o: Features) {
    const words = o.features;
    let sum = headerSum(o) + o.blockIndex + o.numBlocks;
    for (let i = 0; i < words.length; i++) sum = (sum + words[i]!) | 0;
    return sum | 0;
  },
  SET_CONFIG(o: SetConfig) {
    const bytes = o.data;
    return (headerSum(o) + o.generation + o.offset + o.length + bytes[0]! + bytes[bytes.length - 1]!) | 0;
  },
  GET_DEVICE_INFO(o: DeviceInfo) {
    const first = headerSum(o) + o.deviceId + o.vendorId + o.numFeatureBits + o.configSize;
    return (first + o.maxVirtqueues + o.adminVqStart + o.adminVqCount) | 0;
  },
} as const;

export const camel = (name: string): string => name.replace(/_(.)/g, (_, c: string) => c.toUpperCase());

/** The fields under the names they have in the specification. */
export const plainCamel =
  (kind: Kind) =>
  (o: object): Readonly<Record<string, unknown>> =>
    Object.fromEntries(FIELDS[kind].map(([name]) => [name, (o as Readonly<Record<string, unknown>>)[camel(name)]]));
