import { fromHex } from '../interpret/values.js';
import { textOf } from '../jsonl/entry.js';
import { framesOf } from '../jsonl/frames.js';
import { pcapngHead, pcapngPacket } from '../pcapng/writer.js';
import type { IrStore } from '../store.js';
import { timeOf, unitOf } from '../trace/capture.js';
import type { CaptureLine } from './lines.js';

export interface PcapngFile {
  readonly bytes: Uint8Array;
  readonly packets: number;
  /** Frames that are no hexadecimal digits, and lines that could not be read: left out. */
  readonly left: number;
}

/**
 * Turns a capture into a pcapng file, piece by piece: link type USER0, a message per packet, directions in epb_flags as the
 * driver sees them, times in nanoseconds. A frame without a time has that of the frame before it; remarks become comments.
 * The interface's description names the dialect, `virtio-msg/rfc3`: the given one, else the first that a line declares, down
 * to that of the first message.
 */
export class PcapngMaker {
  readonly #store: IrStore;
  #dialect: string | undefined;
  #begun = false;
  #time = 0;
  #unit = 1000;
  #packets = 0;
  #left = 0;

  constructor(store: IrStore, dialect?: string) {
    this.#store = store;
    this.#dialect = dialect;
  }

  get packets(): number {
    return this.#packets;
  }

  /** Frames that are no hexadecimal digits, and lines that could not be read: left out. */
  get left(): number {
    return this.#left;
  }

  /** What the file goes on with. */
  write(lines: readonly CaptureLine[]): Uint8Array {
    const parts: Uint8Array[] = [];
    for (const line of lines) this.#line(line, parts);
    return Buffer.concat(parts);
  }

  /** The end of the file: nothing, but the head where there was no message. */
  end(): Uint8Array {
    return this.#begun ? new Uint8Array(0) : this.#head();
  }

  #line(line: CaptureLine, parts: Uint8Array[]): void {
    if ('error' in line) {
      this.#left++;
      return;
    }
    const { entry } = line;
    const declared = textOf(entry, 'dialect');
    this.#dialect ??= declared;
    const frames = framesOf(entry);
    if (frames.length === 0 && declared !== undefined) this.#unit = unitOf(entry);
    this.#time = timeOf(entry, this.#unit) ?? this.#time;
    for (const { hex, direction } of frames) {
      const parsed = fromHex(hex);
      if (!('bytes' in parsed)) {
        this.#left++;
        continue;
      }
      const comment = textOf(entry, 'what') ?? textOf(entry, 'note') ?? textOf(entry, 'case') ?? null;
      if (!this.#begun) parts.push(this.#head());
      parts.push(pcapngPacket({ bytes: parsed.bytes, direction, time: this.#time, comment }));
      this.#packets++;
    }
  }

  #head(): Uint8Array {
    this.#begun = true;
    const ir = this.#dialect === undefined ? undefined : this.#store.dialect(this.#dialect)?.index.ir;
    return pcapngHead(ir === undefined ? null : `${ir.protocol}/${ir.dialect}`);
  }
}

/** A capture that is in memory as a pcapng file; see `PcapngMaker`. */
export function capturePcapng(store: IrStore, lines: readonly CaptureLine[], dialect?: string): PcapngFile {
  const maker = new PcapngMaker(store, dialect);
  const bytes = Buffer.concat([maker.write(lines), maker.end()]);
  return { bytes, packets: maker.packets, left: maker.left };
}
