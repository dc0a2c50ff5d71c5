/** Device id of a console (Virtio 1.3, 5.3.1). */
export const CONSOLE = 3;

/** Virtio 1.3, 5.3.3. */
export const ConsoleFeature = { SIZE: 0, EMERG_WRITE: 2 } as const;

/** Virtqueues of port 0 (Virtio 1.3, 5.3.2). */
export const ConsoleQueue = { RECEIVE: 0, TRANSMIT: 1 } as const;

/**
 * struct virtio_console_config, Virtio 1.3, 5.3.4: le16 cols, le16 rows, le32 max_nr_ports, le32 emerg_wr. A branch of the
 * text has rows first; devices and drivers that exist have columns first.
 */
export const ConsoleConfig = { LENGTH: 12, COLS: 0, ROWS: 2, EMERG_WR: 8 } as const;

/** In characters; 0 by 0 where nobody knows. */
export interface ConsoleSize {
  readonly cols: number;
  readonly rows: number;
}

/** The first four bytes of the configuration. */
export function encodeSize({ cols, rows }: ConsoleSize): Uint8Array {
  const bytes = new Uint8Array(4);
  const view = new DataView(bytes.buffer);
  view.setUint16(ConsoleConfig.COLS, cols, true);
  view.setUint16(ConsoleConfig.ROWS, rows, true);
  return bytes;
}

export function decodeSize(bytes: Uint8Array): ConsoleSize {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return { cols: view.getUint16(ConsoleConfig.COLS, true), rows: view.getUint16(ConsoleConfig.ROWS, true) };
}
