import { eachKind, type Peer } from '../peer.js';
import { camel, headerSum, plainCamel, readCamel } from './camel.js';
import { plainRecord } from './plain-record.js';

type Features = Parameters<(typeof readCamel)['GET_DEVICE_FEATURES']>[0];
type Config = Parameters<(typeof readCamel)['SET_CONFIG']>[0];

/** The counts are part of its arrays, not fields. */
const read = {
  ...readCamel,
  GET_DEVICE_FEATURES(o: Features) {
    const words = o.features;
    let sum = headerSum(o) + o.blockIndex + words.length;
    for (let i = 0; i < words.length; i++) sum = (sum + words[i]!) | 0;
    return sum | 0;
  },
  SET_CONFIG(o: Config) {
    const bytes = o.data;
    const n = bytes.length;
    return (headerSum(o) + o.generation + o.offset + n + bytes[0]! + bytes[n - 1]!) | 0;
  },
};

const counted = (o: Partial<Features & Config>): object => ({
  ...o,
  numBlocks: o.features?.length,
  length: o.data?.length,
});

/**
 * The code its compiler generates, by readFrom and encodeInto on its view: `decode` would spread and freeze what was read
 * besides, and is slower.
 */
export async function load(): Promise<Peer> {
  const generated = await import('./generated/bebop.js');
  const { BebopView } = await import('bebop');
  const view = BebopView.getInstance();
  const types = {
    EVENT_AVAIL: generated.EventAvail,
    EVENT_USED: generated.EventUsed,
    SET_VQUEUE: generated.SetVqueue,
    GET_DEVICE_FEATURES: generated.DeviceFeatures,
    SET_CONFIG: generated.SetConfig,
    GET_DEVICE_INFO: generated.DeviceInfo,
  };
  return {
    name: 'bebop',
    codecs: eachKind((kind) => {
      const { encodeInto, readFrom } = types[kind];
      return {
        layout: 'wire',
        prepare: plainRecord(kind, { name: camel }),
        decode(bytes: Uint8Array) {
          view.startReading(bytes);
          return readFrom(view);
        },
        encode(record: never) {
          view.startWriting();
          encodeInto(record, view);
          return view.toArray();
        },
        read: read[kind],
        plain: (o: object) => plainCamel(kind)(counted(o)),
      };
    }),
  };
}
