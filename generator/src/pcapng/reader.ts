import type { Direction } from '../rules/finding.js';
import {
  BLOCK,
  BYTE_ORDER_MAGIC,
  INBOUND,
  LARGEST_BLOCK,
  OPTION,
  OUTBOUND,
  padded,
  SMALLEST_BLOCK,
  USER0,
  USER15,
} from './format.js';
import { type Interface, readInterface, UNDESCRIBED } from './interfaces.js';
import { eachOption } from './options.js';
import type { PcapngProblem } from './problem.js';

/**
 * Hears of a packet: bytes `start` to `end` of `view`, valid only during the call. What is known around it stands in the
 * reader: `packet`, `at`, `direction`, `time`, `interface`, `comment`.
 */
export type PacketHeard = (view: DataView, start: number, end: number, reader: PcapngReader) => void;

/** Bytes that a block of a type has at least. */
const LEAST: Readonly<Record<number, number>> = {
  [BLOCK.SECTION_HEADER]: 28,
  [BLOCK.INTERFACE_DESCRIPTION]: 20,
  [BLOCK.PACKET]: 32,
  [BLOCK.SIMPLE_PACKET]: 16,
  [BLOCK.NAME_RESOLUTION]: 16,
  [BLOCK.INTERFACE_STATISTICS]: 24,
  [BLOCK.ENHANCED_PACKET]: 32,
};

/**
 * Reads a pcapng file chunk by chunk: both byte orders, several sections, blocks it does not know, all three kinds of
 * packet block. Memory is bounded by one chunk and one block, whatever lengths the bytes claim. What is broken becomes a
 * problem with its place; reading goes on at the next bytes that are a block from beginning to end.
 *
 * A packet block's direction is that of epb_flags, seen from the driver: outbound is `driver->device`.
 */
export class PcapngReader {
  /** Number of the packet, from 1 on, as Wireshark counts: packets of foreign link types are counted too. */
  packet = 0;
  /** Byte of the file at which its block begins. */
  at = 0;
  direction: Direction | null = null;
  /** Milliseconds since 1970 or whatever the writer counts from; null for simple packet blocks, which have no time. */
  time: number | null = null;
  comment: string | null = null;
  interface: Interface = UNDESCRIBED;
  /** Packets of foreign link types, which were left out. */
  foreign = 0;
  #buffer = new Uint8Array(1 << 17);
  #view = new DataView(this.#buffer.buffer);
  #filled = 0;
  /** Position in the file of the first byte of the buffer. */
  #base = 0;
  #little = true;
  #interfaces: Interface[] = [];
  readonly #foreignTypes = new Set<number>();
  /** Where bytes began that are no block; -1 while all is well. */
  #lost = -1;
  #started = false;

  constructor(
    readonly heard: PacketHeard,
    readonly problem: (problem: PcapngProblem) => void,
  ) {}

  push(chunk: Uint8Array): void {
    this.#room(chunk.length);
    this.#buffer.set(chunk, this.#filled);
    this.#filled += chunk.length;
    this.#read(false);
  }

  /** The file is over: a block that is not whole is told, and the blocks that may stand in what it claimed are read. */
  end(): void {
    this.#read(true);
    this.#found(this.#base + this.#filled);
    this.#base += this.#filled;
    this.#filled = 0;
  }

  #read(last: boolean): void {
    let p = 0;
    for (;;) {
      const left = this.#filled - p;
      if (left === 0 || (left < SMALLEST_BLOCK && !last)) break;
      const length = this.#extent(p, left, last);
      if (length === 0) break;
      if (length < 0) {
        if (this.#lost < 0) this.#lost = this.#base + p;
        // Blocks begin at multiples of four bytes; the last few may be fewer.
        p += Math.min(4, left);
        continue;
      }
      this.#found(this.#base + p);
      this.#block(p, length);
      p += length;
    }
    this.#buffer.copyWithin(0, p, this.#filled);
    this.#filled -= p;
    this.#base += p;
  }

  /** Bytes of the block at `p`; 0 where more are needed, negative where there is none. Tells the first problem only. */
  #extent(p: number, left: number, last: boolean): number {
    const offset = this.#base + p;
    if (left < SMALLEST_BLOCK) {
      this.#complain('cut_block', 'the file ends within a block', offset, `at least ${SMALLEST_BLOCK} bytes`, left);
      return -1;
    }
    const view = this.#view;
    const section = view.getUint32(p, true) === BLOCK.SECTION_HEADER;
    // The type of a section header reads the same both ways; its byte order is that of the magic behind it.
    const little = section ? view.getUint32(p + 8, true) === BYTE_ORDER_MAGIC : this.#little;
    if (section && view.getUint32(p + 8, little) !== BYTE_ORDER_MAGIC) {
      this.#complain(
        'bad_magic',
        'a section header without the byte-order magic',
        offset,
        '1a2b3c4d',
        hex(view, p + 8),
      );
      return -1;
    }
    if (!section && !this.#started) {
      this.#complain('bad_magic', 'the file does not begin with a section header', offset, '0a0d0d0a', hex(view, p));
      this.#started = true;
    }
    const length = view.getUint32(p + 4, little);
    if (length < SMALLEST_BLOCK + (section ? 16 : 0) || length % 4 !== 0 || length > LARGEST_BLOCK) {
      const expected = `a multiple of 4 from ${SMALLEST_BLOCK} to ${LARGEST_BLOCK}`;
      this.#complain('bad_length', 'the length of a block cannot be', offset, expected, length);
      return -1;
    }
    // Lengths stand side by side in packets too: what is taken for a block among lost bytes has to be of a known type.
    if (this.#lost >= 0 && length < (LEAST[view.getUint32(p, little)] ?? Number.POSITIVE_INFINITY)) return -1;
    if (length > left) {
      if (!last) return 0;
      this.#complain('cut_block', `a block of ${length} bytes is cut off`, offset, length, left);
      return -1;
    }
    const again = view.getUint32(p + length - 4, little);
    if (again === length) {
      this.#little = little;
      return length;
    }
    this.#complain('bad_length', 'the two lengths of a block differ', offset, length, again);
    return -1;
  }

  #complain(
    code: PcapngProblem['code'],
    message: string,
    offset: number,
    expected: string | number,
    got: string | number,
  ): void {
    // While lost, every four bytes would complain.
    if (this.#lost < 0) this.#tell(code, message, offset, expected, got);
  }

  #tell(
    code: PcapngProblem['code'],
    message: string,
    offset: number,
    expected: string | number,
    got: string | number,
  ): void {
    this.problem({ code, message: `${message}: byte ${offset} of the file`, offset, expected: String(expected), got });
  }

  /** Something is a block again, or the file is over. */
  #found(at: number): void {
    if (this.#lost < 0) return;
    const from = this.#lost;
    this.#lost = -1;
    this.#tell('skipped', `${at - from} bytes are no block and were skipped`, from, 'a block', at - from);
  }

  #block(p: number, length: number): void {
    const type = this.#view.getUint32(p, this.#little);
    const from = p + 8;
    const end = p + length - 4;
    this.at = this.#base + p;
    this.#started = true;
    if (type === BLOCK.ENHANCED_PACKET) this.#stamped(from, end, 4);
    else if (type === BLOCK.SECTION_HEADER) this.#interfaces = [];
    else if (type === BLOCK.INTERFACE_DESCRIPTION)
      this.#interfaces.push(readInterface(this.#view, from, end, this.#little, () => this.#options('an interface')));
    else if (type === BLOCK.SIMPLE_PACKET) this.#simple(from, end);
    else if (type === BLOCK.PACKET) this.#stamped(from, end, 2);
  }

  /** A packet behind 20 bytes that say when it was taken, how long it is, and which interface it belongs to. */
  #stamped(from: number, end: number, interfaceBytes: 2 | 4): void {
    const view = this.#view;
    if (!this.#head(from, end, 20)) return;
    const id = interfaceBytes === 4 ? view.getUint32(from, this.#little) : view.getUint16(from, this.#little);
    this.#timed(this.#of(id), from + 4);
    this.#packet(from + 20, view.getUint32(from + 12, this.#little), end);
  }

  #simple(from: number, end: number): void {
    if (!this.#head(from, end, 4)) return;
    this.#of(0);
    this.time = null;
    // It says how long the packet was, not how much of it was kept: the block's end does, padding included.
    const length = this.#view.getUint32(from, this.#little);
    this.direction = null;
    this.comment = null;
    this.#hand(from + 4, Math.min(from + 4 + length, end));
  }

  #head(from: number, end: number, needed: number): boolean {
    this.packet++;
    if (end - from >= needed) return true;
    this.#tell('bad_block', `packet ${this.packet} is shorter than its own header`, this.at, needed, end - from);
    return false;
  }

  #of(number: number): Interface {
    const known = this.#interfaces[number];
    if (known === undefined)
      this.#tell(
        'no_interface',
        `packet ${this.packet} names an interface that nothing describes`,
        this.at,
        `below ${this.#interfaces.length}`,
        number,
      );
    this.interface = known ?? UNDESCRIBED;
    return this.interface;
  }

  #timed({ perMs, shift }: Interface, at: number): void {
    const high = this.#view.getUint32(at, this.#little);
    const low = this.#view.getUint32(at + 4, this.#little);
    this.time = (high * 0x1_0000_0000 + low) / perMs + shift;
  }

  #packet(start: number, kept: number, end: number): void {
    let length = kept;
    if (kept > end - start) {
      this.#tell(
        'bad_length',
        `packet ${this.packet} has more bytes than its block`,
        this.at,
        `at most ${end - start}`,
        kept,
      );
      length = end - start;
    }
    this.direction = null;
    this.comment = null;
    const options = start + padded(length);
    if (options < end) this.#packetOptions(options, end);
    this.#hand(start, start + length);
  }

  #packetOptions(from: number, end: number): void {
    const view = this.#view;
    const little = this.#little;
    // Nearly every packet of ours has the one option.
    if (
      end - from === 12 &&
      view.getUint16(from, little) === OPTION.EPB_FLAGS &&
      view.getUint16(from + 2, little) === 4
    ) {
      this.#flags(view.getUint32(from + 4, little));
      return;
    }
    const fits = eachOption(view, from, end, little, (code, at, length) => {
      if (code === OPTION.EPB_FLAGS && length >= 4) this.#flags(view.getUint32(at, little));
      else if (code === OPTION.COMMENT)
        this.comment = Buffer.from(view.buffer, view.byteOffset + at, length).toString('utf8');
    });
    if (!fits) this.#options(`packet ${this.packet}`);
  }

  #flags(flags: number): void {
    const way = flags & 3;
    this.direction = way === OUTBOUND ? 'driver->device' : way === INBOUND ? 'device->driver' : null;
  }

  #options(of: string): void {
    this.#tell(
      'bad_option',
      `the options of ${of} do not fit in its block`,
      this.at,
      'options within the block',
      'more',
    );
  }

  #hand(start: number, end: number): void {
    const { linkType, plain } = this.interface;
    if (plain) {
      this.heard(this.#view, start, end, this);
      return;
    }
    this.foreign++;
    if (this.#foreignTypes.has(linkType)) return;
    this.#foreignTypes.add(linkType);
    this.#tell(
      'foreign_link',
      `packets of link type ${linkType} hold no bare messages and are left out`,
      this.at,
      `LINKTYPE_USER0 to USER15 (${USER0} to ${USER15})`,
      linkType,
    );
  }

  #room(more: number): void {
    if (this.#filled + more <= this.#buffer.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#buffer.length, this.#filled + more));
    grown.set(this.#buffer.subarray(0, this.#filled));
    this.#buffer = grown;
    this.#view = new DataView(grown.buffer);
  }
}

const hex = (view: DataView, at: number): string => view.getUint32(at).toString(16).padStart(8, '0');
