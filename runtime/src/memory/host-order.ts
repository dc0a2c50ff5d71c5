/** `Atomics` and typed arrays use the order of the host; what both sides of a bus see is little-endian. */
const LITTLE_HOST = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** A 16-bit cell of shared memory as its value, or a value as its cell. */
export const ordered16 = (cell: number): number => (LITTLE_HOST ? cell : ((cell & 0xff) << 8) | (cell >>> 8));
