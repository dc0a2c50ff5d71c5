import type { FaultCode } from '../core/fault.js';
import { type Machine, table } from '../core/table.js';

/** Where one direction of a byte stream is: before or inside a header, inside a body, or at its end. */
export type StreamState = 'header' | 'body' | 'dead' | 'closed';

export interface StreamContext {
  /** Bytes of a header. */
  readonly headerSize: number;
  /** Largest message in bytes, header included. */
  readonly maxMessage: number;
  /** Milliseconds from the first bytes of a message to its last. */
  readonly partialMessage: number;
  /** msg_size of the message whose body we are in. */
  size: number;
  /** Whether the timer runs: a message has begun and its end is not there. */
  waiting: boolean;
}

export type StreamEvent =
  /** `there`: bytes of the current message and what follows it; `size`: its msg_size, if its header is there. */
  | { readonly type: 'bytes'; readonly there: number; readonly size: number }
  | { readonly type: 'timer'; readonly timer: 'partial' }
  | { readonly type: 'peer_closed' }
  | { readonly type: 'close' };

export type StreamEffect =
  | { readonly type: 'arm'; readonly timer: 'partial'; readonly ms: number }
  | { readonly type: 'cancel'; readonly timer: 'partial' }
  /** The first `size` bytes are one message; offer the rest again. */
  | { readonly type: 'message'; readonly size: number }
  /** Offer the same bytes again: the header is good. */
  | { readonly type: 'again' }
  /** No resynchronisation is possible. */
  | { readonly type: 'dead'; readonly code: FaultCode; readonly why: string }
  | { readonly type: 'down' };

export const newStream = (
  options: Pick<StreamContext, 'headerSize' | 'maxMessage' | 'partialMessage'>,
): StreamContext => ({ ...options, size: 0, waiting: false });

type Emit = (effect: StreamEffect) => void;

/** Starts the timer, once per message: were every byte to start it anew, a byte now and then would hold us for ever. */
function wait(c: StreamContext, emit: Emit): void {
  if (c.waiting) return;
  c.waiting = true;
  emit({ type: 'arm', timer: 'partial', ms: c.partialMessage });
}

function settle(c: StreamContext, emit: Emit): void {
  c.size = 0;
  if (!c.waiting) return;
  c.waiting = false;
  emit({ type: 'cancel', timer: 'partial' });
}

function die(c: StreamContext, emit: Emit, code: FaultCode, why: string): void {
  settle(c, emit);
  emit({ type: 'dead', code, why });
}

const { row } = table<StreamState, StreamContext, StreamEvent, StreamEffect>();
const OPEN: readonly StreamState[] = ['header', 'body'];

/** How a stream is cut into messages. The last row of the section, the write backlog, is backlog.ts. */
export const stream: Machine<StreamState, StreamContext, StreamEvent, StreamEffect> = {
  name: 'stream',
  section: '15',
  states: ['header', 'body', 'dead', 'closed'],
  rows: [
    row('header', 'bytes', null, 'C', {
      when: ['< header size', (c, e) => e.there < c.headerSize],
      act: (c, _e, emit) => wait(c, emit),
    }),
    row('header', 'bytes', 'body', 'S', {
      when: ['msg_size in header size..max', (c, e) => e.size >= c.headerSize && e.size <= c.maxMessage],
      act: (c, e, emit) => {
        c.size = e.size;
        emit({ type: 'again' });
      },
    }),
    row('header', 'bytes', 'dead', 'C', {
      act: (c, e, emit) =>
        die(c, emit, 'bad_header', `msg_size is ${e.size}, not from ${c.headerSize} to ${c.maxMessage}`),
    }),
    row('body', 'bytes', null, 'C', {
      when: ['< msg_size', (c, e) => e.there < c.size],
      act: (c, _e, emit) => wait(c, emit),
    }),
    row('body', 'bytes', 'header', 'C', {
      act: (c, _e, emit) => {
        const { size } = c;
        settle(c, emit);
        emit({ type: 'message', size });
      },
    }),
    // A timer that was cancelled and comes all the same must not end a stream that is at a boundary.
    row(OPEN, 'timer', 'dead', 'C', {
      when: ['message incomplete', (c) => c.waiting],
      act: (c, _e, emit) => {
        c.waiting = false;
        die(c, emit, 'timeout', `the rest of a message did not come within ${c.partialMessage} ms`);
      },
    }),
    row(OPEN, 'peer_closed', 'dead', 'C', {
      when: ['message incomplete', (c) => c.waiting],
      act: (c, _e, emit) => die(c, emit, 'bad_size', 'the peer closed inside a message'),
    }),
    row(OPEN, 'peer_closed', 'closed', 'C', { act: (_c, _e, emit) => emit({ type: 'down' }) }),
    row(OPEN, 'close', 'closed', 'C', { act: (c, _e, emit) => settle(c, emit) }),
  ],
};
