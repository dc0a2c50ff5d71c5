import type { Direction } from '../rules/finding.js';
import { BLOCK, BYTE_ORDER_MAGIC, INBOUND, OPTION, OUTBOUND, padded, USER0 } from './format.js';

export interface PacketToWrite {
  readonly bytes: Uint8Array;
  readonly direction: Direction | null;
  /** Milliseconds on the capture's clock, taken as since 1970; at least 0. */
  readonly time: number;
  readonly comment?: string | null;
}

/** Times are written in nanoseconds. */
const NANO = 9;

/** Section header and the one interface, little-endian: link type USER0, nanoseconds. `description` names the dialect. */
export function pcapngHead(description: string | null): Uint8Array {
  const section = block(BLOCK.SECTION_HEADER, 16, [text(OPTION.SHB_USERAPPL, 'virtio-wire')], (view, at) => {
    view.setUint32(at, BYTE_ORDER_MAGIC, true);
    view.setUint16(at + 4, 1, true);
    view.setUint16(at + 6, 0, true);
    // The section's length: not said.
    view.setBigInt64(at + 8, -1n, true);
  });
  const options = [
    text(OPTION.IF_NAME, 'virtio-msg'),
    ...(description === null ? [] : [text(OPTION.IF_DESCRIPTION, description)]),
    { code: OPTION.IF_TSRESOL, bytes: Uint8Array.of(NANO) },
  ];
  const face = block(BLOCK.INTERFACE_DESCRIPTION, 8, options, (view, at) => {
    view.setUint16(at, USER0, true);
    // No packet is cut.
    view.setUint32(at + 4, 0, true);
  });
  return Buffer.concat([section, face]);
}

/**
 * One enhanced packet block. The direction is that of epb_flags seen from the driver: `driver->device` is outbound, and
 * without one there are no flags.
 */
export function pcapngPacket({ bytes, direction, time, comment }: PacketToWrite): Uint8Array {
  const options: Option[] = [];
  if (comment != null && comment !== '') options.push(text(OPTION.COMMENT, comment));
  if (direction !== null)
    options.push({
      code: OPTION.EPB_FLAGS,
      bytes: Uint8Array.of(direction === 'driver->device' ? OUTBOUND : INBOUND, 0, 0, 0),
    });
  const nanoseconds = BigInt(Math.max(0, Math.round(time * 1e6)));
  return block(BLOCK.ENHANCED_PACKET, 20 + padded(bytes.length), options, (view, at) => {
    view.setUint32(at + 4, Number((nanoseconds >> 32n) & 0xffff_ffffn), true);
    view.setUint32(at + 8, Number(nanoseconds & 0xffff_ffffn), true);
    view.setUint32(at + 12, bytes.length, true);
    view.setUint32(at + 16, bytes.length, true);
    new Uint8Array(view.buffer).set(bytes, at + 20);
  });
}

interface Option {
  readonly code: number;
  readonly bytes: Uint8Array;
}

/** An option's length has 16 bits. */
const LONGEST_OPTION = 0xffff;

const text = (code: number, value: string): Option => ({
  code,
  bytes: new TextEncoder().encode(value).subarray(0, LONGEST_OPTION),
});

function block(
  type: number,
  fixed: number,
  options: readonly Option[],
  fill: (view: DataView, at: number) => void,
): Uint8Array {
  const listed = options.reduce((sum, { bytes }) => sum + 4 + padded(bytes.length), 0);
  const length = 12 + fixed + (listed === 0 ? 0 : listed + 4);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, length, true);
  fill(view, 8);
  let at = 8 + fixed;
  for (const { code, bytes: value } of options) {
    view.setUint16(at, code, true);
    view.setUint16(at + 2, value.length, true);
    bytes.set(value, at + 4);
    at += 4 + padded(value.length);
  }
  view.setUint32(length - 4, length, true);
  return bytes;
}
