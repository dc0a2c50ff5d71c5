/** Reads hexadecimal text into one buffer that is used again and again. What was read is valid until the next read. */
export class HexScratch {
  #bytes = Buffer.alloc(1 << 12);
  view = viewOf(this.#bytes);

  /** Number of bytes read, or -1 where the text is not simply pairs of digits; `fromHex` then tells what it is. */
  read(text: string): number {
    const length = text.length >> 1;
    if (length > this.#bytes.length) {
      this.#bytes = Buffer.alloc(2 * length);
      this.view = viewOf(this.#bytes);
    }
    // `write` stops at the first pair that is none.
    return this.#bytes.write(text, 0, 'hex') * 2 === text.length ? length : -1;
  }

  bytes(length: number): Uint8Array {
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset, length);
  }
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
