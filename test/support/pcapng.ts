/** pcapng written and read by other code than ours, straight from draft-ietf-opsawg-pcapng, in either byte order. */

export class Maker {
  constructor(readonly little: boolean) {}

  u16(...values: number[]): Buffer {
    const bytes = Buffer.alloc(2 * values.length);
    for (const [i, v] of values.entries()) {
      if (this.little) bytes.writeUInt16LE(v, 2 * i);
      else bytes.writeUInt16BE(v, 2 * i);
    }
    return bytes;
  }

  u32(...values: number[]): Buffer {
    const bytes = Buffer.alloc(4 * values.length);
    for (const [i, v] of values.entries()) {
      if (this.little) bytes.writeUInt32LE(v, 4 * i);
      else bytes.writeUInt32BE(v, 4 * i);
    }
    return bytes;
  }

  block(type: number, ...content: Buffer[]): Buffer {
    const body = pad(Buffer.concat(content));
    const length = this.u32(12 + body.length);
    return Buffer.concat([this.u32(type), length, body, length]);
  }

  option(code: number, value: Buffer): Buffer {
    return Buffer.concat([this.u16(code, value.length), pad(value)]);
  }

  section(): Buffer {
    return this.block(0x0a0d0d0a, this.u32(0x1a2b3c4d), this.u16(1, 0), this.u32(0xffff_ffff, 0xffff_ffff));
  }

  interface(link = 147, ...options: Buffer[]): Buffer {
    return this.block(1, this.u16(link, 0), this.u32(0), ...options);
  }

  packet(hex: string, { time = 0n, face = 0, options = [] as Buffer[], kept = hex.length / 2 } = {}): Buffer {
    const data = Buffer.from(hex, 'hex');
    const stamp = this.u32(Number(time >> 32n), Number(time & 0xffff_ffffn));
    return this.block(6, this.u32(face), stamp, this.u32(kept, kept), pad(data), ...options);
  }

  flags(way: number): Buffer {
    return Buffer.concat([this.option(2, this.u32(way)), this.option(0, Buffer.alloc(0))]);
  }
}

const pad = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);

export interface ReadBlock {
  readonly type: number;
  readonly body: Buffer;
}

/** Blocks of a little-endian file; throws where lengths do not agree or are no multiples of four. */
export function blocksIn(file: Buffer): ReadBlock[] {
  const blocks: ReadBlock[] = [];
  for (let at = 0; at < file.length; ) {
    const length = file.readUInt32LE(at + 4);
    if (length % 4 !== 0 || file.readUInt32LE(at + length - 4) !== length) throw new Error(`lengths at byte ${at}`);
    blocks.push({ type: file.readUInt32LE(at), body: file.subarray(at + 8, at + length - 4) });
    at += length;
  }
  return blocks;
}

/** Options of a little-endian block, by code. */
export function optionsIn(body: Buffer, from: number): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = from; at < body.length; ) {
    const [code, length] = [body.readUInt16LE(at), body.readUInt16LE(at + 2)];
    if (code === 0) return found;
    found.set(code, body.subarray(at + 4, at + 4 + length));
    at += 4 + length + ((4 - (length % 4)) % 4);
  }
  if (from < body.length) throw new Error('options without an end');
  return found;
}
