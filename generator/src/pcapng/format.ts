/** Numbers of the pcapng format, as draft-ietf-opsawg-pcapng names them. Sizes are in bytes. */
export const BLOCK = {
  SECTION_HEADER: 0x0a0d0d0a,
  INTERFACE_DESCRIPTION: 1,
  PACKET: 2,
  SIMPLE_PACKET: 3,
  NAME_RESOLUTION: 4,
  INTERFACE_STATISTICS: 5,
  ENHANCED_PACKET: 6,
} as const;

/** Stands in a section header in the byte order of its section. */
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

export const OPTION = {
  END: 0,
  COMMENT: 1,
  IF_NAME: 2,
  IF_DESCRIPTION: 3,
  IF_TSRESOL: 9,
  IF_TSOFFSET: 14,
  SHB_USERAPPL: 4,
  EPB_FLAGS: 2,
} as const;

/** Bits 0 and 1 of epb_flags. */
export const INBOUND = 1;
export const OUTBOUND = 2;

/** LINKTYPE_USER0 to LINKTYPE_USER15: free for anyone; here a packet of one is a message and nothing around it. */
export const USER0 = 147;
export const USER15 = 162;

/** Type, length, and the length again at the end. */
export const SMALLEST_BLOCK = 12;

/** A longer block is taken for a broken length: no message comes near it, and memory has to stay bounded. */
export const LARGEST_BLOCK = 1 << 24;

/** The next multiple of four: where whatever follows `n` bytes starts. */
export const padded = (n: number): number => n + ((4 - (n % 4)) % 4);

/** Whether a file that begins with these bytes is pcapng. */
export const isPcapng = (head: Uint8Array): boolean =>
  head.length >= 4 && head[0] === 0x0a && head[1] === 0x0d && head[2] === 0x0d && head[3] === 0x0a;

const OLD = ['d4c3b2a1', 'a1b2c3d4', '4d3cb2a1', 'a1b23c4d'];

/** Whether it is a capture in the older pcap format, which has no place for a packet's direction. */
export const isOldPcap = (head: Uint8Array): boolean =>
  head.length >= 4 && OLD.includes(Buffer.from(head.subarray(0, 4)).toString('hex'));
