/**
 * What a peer can do wrong in a ring, and what follows:
 *
 * - `latch`: the ring can no longer be believed. No further access; on the device side DEVICE_NEEDS_RESET, on the
 *   driver side FAILED. Only a reset ends it.
 * - `chain`: one buffer is bad. It is given back as used with length 0, so that its slot is not lost.
 * - `request`: the buffer is sound, what it holds is not. The device type answers, or gives it back with length 0.
 */
export type FaultClass = 'latch' | 'chain' | 'request';

/** Every fault of a queue. `side` is the one that finds it. */
export const QUEUE_FAULTS = {
  q_idx_jump: { class: 'latch', side: 'both', text: 'the index of the peer moved by more than can be outstanding' },
  q_bad_head: { class: 'latch', side: 'device', text: 'the available ring names a head outside the descriptor table' },
  q_dup_head: { class: 'latch', side: 'device', text: 'the available ring names a head that is in flight already' },
  q_torn: { class: 'latch', side: 'device', text: 'a packed chain runs past a descriptor that is not available yet' },
  q_memory: { class: 'latch', side: 'both', text: 'memory of the ring cannot be reached any more' },
  q_chain_faults: { class: 'latch', side: 'device', text: 'too many bad chains without a good one between them' },
  q_bad_used: { class: 'latch', side: 'driver', text: 'the used ring names a buffer that is not outstanding' },
  q_chain_long: { class: 'chain', side: 'device', text: 'a chain has more descriptors than allowed, or loops' },
  q_bad_next: { class: 'chain', side: 'device', text: 'next points outside its table' },
  q_indirect: { class: 'chain', side: 'device', text: 'an indirect descriptor that is not allowed, or its table' },
  q_order: { class: 'chain', side: 'device', text: 'a readable descriptor behind a writable one' },
  q_range: { class: 'chain', side: 'device', text: 'a buffer outside the memory the device may use' },
  q_bytes: { class: 'chain', side: 'device', text: 'a chain describes more bytes than allowed' },
  q_used_len: { class: 'chain', side: 'driver', text: 'more bytes reported as written than the buffer can take' },
  q_request: { class: 'request', side: 'device', text: 'a buffer whose content the device type does not accept' },
} as const satisfies Record<string, { class: FaultClass; side: 'device' | 'driver' | 'both'; text: string }>;

export type QueueFaultCode = keyof typeof QUEUE_FAULTS;

/** One fault, as plain data: it survives JSON, structured clone and two copies of this package. */
export interface QueueFault {
  readonly queueFault: 1;
  readonly code: QueueFaultCode;
  readonly class: FaultClass;
  /** The head of the chain concerned, -1 if the fault concerns none. */
  readonly head: number;
  /** What was found: an index, a length, a count; an address is not given, only that it did not fit. */
  readonly got: number;
  /** The bound it broke. */
  readonly limit: number;
}

/** Makes a fault of a code. */
export function queueFault(code: QueueFaultCode, head = -1, got = 0, limit = 0): QueueFault {
  return { queueFault: 1, code, class: QUEUE_FAULTS[code].class, head, got, limit };
}

/** Whether a value is a fault of a queue. It looks at a property, so that copies of this package agree. */
export function isQueueFault(value: unknown): value is QueueFault {
  return typeof value === 'object' && value !== null && (value as { queueFault?: unknown }).queueFault === 1;
}

/** One sentence for people. */
export function describeFault(fault: QueueFault): string {
  const hex = (n: number): string => (n < 0 ? String(n) : `0x${n.toString(16)}`);
  const where = fault.head < 0 ? '' : `, head ${fault.head}`;
  return `${fault.code}: ${QUEUE_FAULTS[fault.code].text} (got ${hex(fault.got)}, limit ${hex(fault.limit)}${where})`;
}

/** How often each fault was met since the queue was made. */
export type FaultCounts = Record<QueueFaultCode, number>;

export function noFaults(): FaultCounts {
  return Object.fromEntries(Object.keys(QUEUE_FAULTS).map((code) => [code, 0])) as FaultCounts;
}
