import { IDEMPOTENT } from '../../wire/message.js';
import type { FaultCode } from '../fault.js';
import type { RequestMessage, ResponseMessage } from './effect.js';
import type { Lane } from './lane.js';
import type { Line, Linked } from './line.js';
import type { RequestContext, RequestState } from './request-machine.js';
import { isReset } from './retry.js';

/** One request that is not settled yet. All fields are set here, so that all of them have one hidden class. */
export class Pending implements RequestContext, Linked<Pending> {
  readonly id: number;
  readonly request: RequestMessage;
  readonly lane: Lane;
  readonly timeout: number;
  /** Whoever asked, in the shell's own terms. */
  readonly caller: unknown;
  readonly reset: boolean;
  state: RequestState = 'new';
  retries: number;
  pausing = false;
  sent = false;
  answered = false;
  /** 0: none. */
  token = 0;
  /** When it was sent last, counted in sent requests. */
  serial = 0;
  /** The response, or what was wrong with it. */
  answer: ResponseMessage | FaultCode | null = null;
  line: Line<Pending> | null = null;
  previous: Pending | null = null;
  next: Pending | null = null;

  constructor(id: number, request: RequestMessage, lane: Lane, timeout: number, retries: number, caller: unknown) {
    this.id = id;
    this.request = request;
    this.lane = lane;
    this.timeout = timeout;
    this.caller = caller;
    this.reset = isReset(request);
    this.retries = retries;
  }

  /** Looked up when it matters, which is when something went wrong. */
  get idempotent(): boolean {
    return IDEMPOTENT.has(this.request.name);
  }
}
