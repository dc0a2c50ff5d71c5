import { type CountCode, type Fault, type FaultCode, fault } from '../fault.js';
import { type Machine, table } from '../table.js';

/** `new`: not taken in yet. `held`: the response is here, an older one of the same device is missing. */
export type RequestState = 'new' | 'waiting' | 'in_flight' | 'held' | 'settled';

/** What a table row may look at and change of one request. */
export interface RequestContext {
  /** It is a reset of its device: SET_DEVICE_STATUS(0). */
  readonly reset: boolean;
  /** Asking twice is asking once (5.4). */
  readonly idempotent: boolean;
  /** Times it may still be sent again. */
  retries: number;
  /** Timed out and waiting to be sent again. It has no token meanwhile. */
  pausing: boolean;
  /** On the wire, as far as we know; false while the medium is full. */
  sent: boolean;
  /** Its response is here: the wire owes nothing any more. */
  answered: boolean;
}

export type RequestEvent =
  /** `refusal`: why it cannot even be taken in. `room`: there is a token, and no limit of bus or device is reached. */
  | { readonly type: 'submit'; readonly refusal: FaultCode | null; readonly room: boolean }
  | { readonly type: 'token' }
  | { readonly type: 'refused' }
  | { readonly type: 'writable' }
  /** `fits`: message id and device are those of the request. `early`: an older one is in flight and order counts. */
  | { readonly type: 'response'; readonly fits: boolean; readonly early: boolean }
  | { readonly type: 'older_settled' }
  | { readonly type: 'overflow' }
  /** `token`: there is one, if it should be needed. */
  | { readonly type: 'timer'; readonly token: boolean }
  | { readonly type: 'cancel' }
  | { readonly type: 'limit_lowered' }
  | { readonly type: 'device_reset' }
  | { readonly type: 'device_removed' }
  | { readonly type: 'bus_down'; readonly code: FaultCode };

export type RequestEffect =
  /** Give it a token unless it has one, and send it. */
  | { readonly do: 'send' }
  | { readonly do: 'arm'; readonly timer: 'request' | 'retry' }
  | { readonly do: 'disarm' }
  /** The response to its token is here. */
  | { readonly do: 'answered' }
  /** Nobody waits for its token any more, but the wire still owes the response. */
  | { readonly do: 'abandon' }
  /** Its token was never on the wire. */
  | { readonly do: 'release' }
  /** Hand the response to the caller, or what was wrong with it. */
  | { readonly do: 'deliver' }
  | { readonly do: 'fail'; readonly code: FaultCode; readonly outcome: Fault['outcome'] }
  | { readonly do: 'drop'; readonly code: FaultCode }
  | { readonly do: 'count'; readonly code: CountCode }
  | { readonly do: 'bus_error'; readonly code: FaultCode };

type Emit = (effect: RequestEffect) => void;

const SEND: RequestEffect = { do: 'send' };
const ARM: RequestEffect = { do: 'arm', timer: 'request' };
const ARM_RETRY: RequestEffect = { do: 'arm', timer: 'retry' };
const DISARM: RequestEffect = { do: 'disarm' };
const ANSWERED: RequestEffect = { do: 'answered' };
const DELIVER: RequestEffect = { do: 'deliver' };
const ABANDON: RequestEffect = { do: 'abandon' };
const RELEASE: RequestEffect = { do: 'release' };

/** What the caller must reckon with: nothing happened, or nobody knows. */
const outcomeOf = (c: RequestContext): Fault['outcome'] => (c.sent && !c.idempotent ? 'unknown' : 'none');

const fail = (c: RequestContext, code: FaultCode, emit: Emit): void => {
  emit({ do: 'fail', code, outcome: outcomeOf(c) });
};

const letGo = (c: RequestContext, emit: Emit): void => {
  // A token that was answered is quarantined already; making a zombie of it would wait for a second response for ever.
  if (!c.answered) emit(c.sent ? ABANDON : RELEASE);
};

/** Ends it from outside. */
const end = (code: FaultCode) => (c: RequestContext, _event: unknown, emit: Emit) => {
  letGo(c, emit);
  if (!c.answered) emit(DISARM);
  fail(c, code, emit);
};

const go = (c: RequestContext, _event: unknown, emit: Emit): void => {
  c.sent = true;
  emit(SEND);
  emit(ARM);
};

const { row } = table<RequestState, RequestContext, RequestEvent, RequestEffect>();
const ALIVE = ['waiting', 'in_flight', 'held'] as const;

/** One request, from the caller's submit to its one settlement. */
export const REQUEST: Machine<RequestState, RequestContext, RequestEvent, RequestEffect> = {
  name: 'request',
  section: '5.2',
  states: ['new', 'waiting', 'in_flight', 'held', 'settled'],
  rows: [
    row('new', 'submit', 'settled', 'C', {
      when: ['bus not up, too big, unknown device, or no room to wait', (_c, e) => e.refusal !== null],
      act: (c, e, emit) => fail(c, e.refusal!, emit),
    }),
    row('new', 'submit', 'in_flight', 'C', { when: ['a token and room in flight', (_c, e) => e.room], act: go }),
    row('new', 'submit', 'waiting', 'C', { act: (_c, _e, emit) => emit(ARM) }),

    row('waiting', 'token', 'in_flight', 'C', { act: go }),
    row('waiting', 'timer', 'settled', 'C', { act: (c, _e, emit) => fail(c, 'timeout', emit) }),

    row('in_flight', 'refused', null, 'C', {
      act: (c) => {
        c.sent = false;
      },
    }),
    row('in_flight', 'writable', null, 'C', {
      act: (c, _e, emit) => {
        c.sent = true;
        emit(SEND);
      },
    }),

    row('in_flight', 'response', null, 'S3', {
      when: ['not on the wire yet: response before request', (c) => !c.sent],
      act: (_c, _e, emit) => emit({ do: 'drop', code: 'stale' }),
    }),
    row('in_flight', 'response', null, ['S3', 'C'], {
      when: ['msg_id or dev_num differs; the true response may still come', (_c, e) => !e.fits],
      act: (_c, _e, emit) => emit({ do: 'drop', code: 'mismatch' }),
    }),
    row('in_flight', 'response', 'held', ['S4', 'C'], {
      when: ['an older request of this device is in flight, order strict', (_c, e) => e.early],
      act: (c, _e, emit) => {
        c.answered = true;
        emit(ANSWERED);
        emit(DISARM);
        emit({ do: 'count', code: 'early' });
      },
    }),
    row('in_flight', 'response', 'settled', 'S', {
      act: (c, _e, emit) => {
        c.answered = true;
        emit(ANSWERED);
        emit(DISARM);
        emit(DELIVER);
      },
    }),

    row('held', 'older_settled', 'settled', 'S4', { act: (_c, _e, emit) => emit(DELIVER) }),
    row('held', 'overflow', 'settled', 'C', {
      act: (_c, _e, emit) => {
        emit({ do: 'count', code: 'limit' });
        emit({ do: 'bus_error', code: 'limit' });
        emit(DELIVER);
      },
    }),

    row('in_flight', 'timer', null, 'C', {
      when: ['the pause before a retry is over and there is a token', (c, e) => c.pausing && e.token],
      act: (c, e, emit) => {
        c.pausing = false;
        go(c, e, emit);
      },
    }),
    row('in_flight', 'timer', 'settled', 'C', {
      when: ['the pause before a retry is over, but no token is free', (c) => c.pausing],
      act: (c, _e, emit) => fail(c, 'no_tokens', emit),
    }),
    row('in_flight', 'timer', null, 'C', {
      when: ['idempotent and retries left', (c) => c.idempotent && c.retries > 0],
      act: (c, _e, emit) => {
        letGo(c, emit);
        c.retries--;
        c.sent = false;
        c.pausing = true;
        emit(ARM_RETRY);
      },
    }),
    row('in_flight', 'timer', 'settled', 'C', {
      act: (c, _e, emit) => {
        letGo(c, emit);
        fail(c, 'timeout', emit);
      },
    }),

    row(ALIVE, 'cancel', 'settled', 'C', { act: end('cancelled') }),
    row(['waiting', 'in_flight'], 'limit_lowered', 'settled', 'S4', {
      when: ['not on the wire', (c) => !c.sent],
      act: end('too_big'),
    }),
    row(ALIVE, 'limit_lowered', null, 'S4'),
    row(ALIVE, 'device_reset', 'settled', ['S', 'C'], {
      when: ['not the reset itself', (c) => !c.reset],
      act: end('reset'),
    }),
    row(ALIVE, 'device_reset', null, 'C'),
    row(ALIVE, 'device_removed', 'settled', ['S', 'C'], { act: end('removed') }),
    // Tokens are not let go one by one: a new epoch frees them all.
    row(ALIVE, 'bus_down', 'settled', 'C', {
      act: (c, e, emit) => {
        if (!c.answered) emit(DISARM);
        fail(c, e.code, emit);
      },
    }),
    row('settled', 'response', null, 'S3', { act: (_c, _e, emit) => emit({ do: 'drop', code: 'duplicate' }) }),
  ],
};

/** Why a request failed, in words. */
export const requestFault = (code: FaultCode, outcome: Fault['outcome'], name: string, device: number): Fault =>
  fault(code, `${name}, device ${device}: ${code}`, outcome);
