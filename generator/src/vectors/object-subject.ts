import type { DialectIndex } from '../interpret/dialect-index.js';
import { readInt } from '../interpret/int.js';
import { fromHex, type Spelled, spell, toHex, type Value } from '../interpret/values.js';
import type { BodyIR, FieldIR, IntFieldIR } from '../ir/types.js';
import { bodyModule, type CodecModule } from './codec-module.js';
import { type Subject, settle } from './subject.js';

const MAX_MESSAGE = 65536;

/** The owned object form of the generated codecs: `decode` and `encode_message`. */
export function objectSubject(module: CodecModule): Subject {
  const scratch = new DataView(new ArrayBuffer(MAX_MESSAGE));
  return {
    name: 'object codec',
    decode(bytes, named) {
      // An odd start in a larger buffer shows a codec that forgets the view's own offset.
      const { view, p } = embedded(bytes);
      const open = module.decode(view, p, p + bytes.length);
      const settled = 'wireError' in open && open.code === 'ambiguous' && named !== undefined;
      const result = settled ? bodyModule(module, named.key).decode(view, p, p + bytes.length) : open;
      if ('wireError' in result) return { error: result };
      return {
        key: `${result.class}.${result.message}.${result.kind}`,
        header: spellRecord(result.header),
        fields: spellRecord(result.fields),
        size: result.size,
        surplus: result.surplus,
      };
    },
    encode(body, header, fields) {
      const message = { header: { ...header }, fields: nativeFields(body, fields) };
      const size = bodyModule(module, body.key).encode_message(scratch, 0, message);
      return size === 0 ? null : toHex(new Uint8Array(scratch.buffer, 0, size));
    },
  };
}

/** The one body that the type and id of these bytes announce, `named` settling what they leave open. */
export function announcedBody(index: DialectIndex, bytes: Uint8Array, named?: BodyIR): BodyIR | undefined {
  if (bytes.length < index.ir.framing.headerSize) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const value = ({ offset, type }: IntFieldIR): number => Number(readInt(view, offset, type));
  const { type, id } = index.announcedBy(value);
  const announced = settle(index.at(type, id), named);
  return announced.length === 1 ? announced[0] : undefined;
}

/** The bytes at an odd offset of a larger buffer, seen through a view that does not start at the buffer's start. */
export function embedded(bytes: Uint8Array): { view: DataView; p: number } {
  const buffer = new ArrayBuffer(bytes.length + 16);
  new Uint8Array(buffer).fill(0xee).set(bytes, 7);
  return { view: new DataView(buffer, 3), p: 4 };
}

const spellRecord = (values: Readonly<Record<string, unknown>>): Record<string, Spelled> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, spell(value as Value)]));

/** Values as the codec's types have them: u64 as bigint, byte arrays as bytes. */
export function nativeFields(body: BodyIR, fields: Readonly<Record<string, Spelled>>): Record<string, unknown> {
  const kinds = new Map<string, FieldIR>(body.fields.map((f) => [f.name, f]));
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      const field = kinds.get(name);
      if (field?.kind === 'bytes') {
        const hex = fromHex(String(value));
        return [name, 'bytes' in hex ? hex.bytes : new Uint8Array(0)];
      }
      if (field?.kind === 'int' && field.type === 'u64') return [name, BigInt(value as string)];
      if (field?.kind === 'ints' && field.type === 'u64') return [name, (value as string[]).map(BigInt)];
      return [name, value];
    }),
  );
}
