import { asBuffer, eachKind, type Peer } from '../peer.js';
import { plainRecord } from './plain-record.js';

export async function load(): Promise<Peer> {
  const { Packr } = await import('msgpackr');
  // Shared structures, bigints and an output buffer of our own: the settings its documentation recommends for speed.
  const packr = new Packr({ useRecords: true, structures: [], int64AsType: 'bigint' });
  const room = Buffer.allocUnsafe(1 << 16);
  return {
    name: 'msgpackr',
    codecs: eachKind((kind) => ({
      layout: 'own',
      prepare: plainRecord(kind),
      open: asBuffer,
      decode: (bytes: Buffer) => packr.unpack(bytes),
      encode(record: object) {
        packr.useBuffer(room);
        return packr.pack(record);
      },
    })),
  };
}
