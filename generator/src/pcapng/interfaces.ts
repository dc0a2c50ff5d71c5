import { OPTION, USER0, USER15 } from './format.js';
import { eachOption } from './options.js';

/** What an interface description block says about its packets. */
export interface Interface {
  readonly linkType: number;
  /** Its packets are messages, with nothing around them. */
  readonly plain: boolean;
  readonly name: string | null;
  readonly description: string | null;
  /** Units of a timestamp per millisecond: dividing by it is exact where multiplying by its inverse is not. */
  readonly perMs: number;
  /** Milliseconds to add to every time. */
  readonly shift: number;
}

/** For packets of an interface that nothing describes: the defaults of the format, and no objection to their content. */
export const UNDESCRIBED: Interface = {
  linkType: USER0,
  plain: true,
  name: null,
  description: null,
  perMs: 1000,
  shift: 0,
};

/** Reads the block whose content is `from` to `end`. `bad` hears of options that do not fit. */
export function readInterface(view: DataView, from: number, end: number, little: boolean, bad: () => void): Interface {
  const linkType = end - from >= 2 ? view.getUint16(from, little) : USER0;
  let { name, description, perMs, shift } = UNDESCRIBED;
  const text = (at: number, length: number): string =>
    Buffer.from(view.buffer, view.byteOffset + at, length).toString('utf8');
  const fits = eachOption(view, from + 8, end, little, (code, at, length) => {
    if (code === OPTION.IF_NAME) name = text(at, length);
    else if (code === OPTION.IF_DESCRIPTION) description = text(at, length);
    else if (code === OPTION.IF_TSRESOL && length >= 1) perMs = resolution(view.getUint8(at));
    else if (code === OPTION.IF_TSOFFSET && length >= 8) shift = 1000 * Number(view.getBigInt64(at, little));
  });
  if (!fits || end - from < 8) bad();
  return { linkType, plain: linkType >= USER0 && linkType <= USER15, name, description, perMs, shift };
}

/** Units per millisecond: a second is a power of 2 of them where the highest bit is set, else of 10. */
const resolution = (byte: number): number =>
  (byte & 0x80) === 0 ? 10 ** ((byte & 0x7f) - 3) : 2 ** (byte & 0x7f) / 1000;
