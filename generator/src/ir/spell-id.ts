/** An id, type byte or mask as texts and people write it: at least two hexadecimal digits. */
export const hexId = (n: number): string => `0x${n.toString(16).padStart(2, '0')}`;
