import type { CorrelationEffect, RequestMessage, ResponseMessage } from '../core/correlation/effect.js';
import { RequestTable, type RequestTableOptions } from '../core/correlation/request-table.js';
import type { CountCode, Fault, FaultCode } from '../core/fault.js';
import type { Head } from '../core/intake.js';
import type { Sent } from '../medium/medium.js';
import type { Message } from '../wire/message.js';
import { rethrowLater } from './rethrow.js';
import type { Timers } from './timers.js';

/** How a request ended: with its response, or not. */
export type Answered = (response: ResponseMessage | null, why: Fault | null) => void;

export interface DeskOptions extends RequestTableOptions {
  readonly send: (message: Message) => Sent;
  readonly timers: Pick<Timers<number | string>, 'arm' | 'cancel'>;
  readonly count: (code: CountCode) => void;
  readonly soon: (call: () => void) => void;
  /** Responses were lost: see at once whether the peer is alive. */
  readonly ping: () => void;
  /** The peer broke a rule that the bus stands on. */
  readonly broken: (code: FaultCode) => void;
}

/** The requests of one side at work: each gets its answer, or its fault, by one call. */
export class RequestDesk {
  readonly #table: RequestTable<Answered>;
  readonly #options: DeskOptions;

  constructor(options: DeskOptions) {
    this.#options = options;
    this.#table = new RequestTable(options);
  }

  /** Sends a request; `done` is called once, never from within. Returns its name. */
  submit(request: RequestMessage, done: Answered, timeout?: number): number {
    const { id, effects } = this.#table.submit(request, timeout, done);
    this.#perform(effects, id);
    return id;
  }

  cancel(id: number): void {
    this.#perform(this.#table.cancel(id));
  }

  response(message: ResponseMessage): void {
    this.#perform(this.#table.response(message));
  }

  malformed(head: Head, code: FaultCode): void {
    this.#perform(this.#table.malformed(head, code));
  }

  timer(id: number): void {
    this.#perform(this.#table.timer(id));
  }

  writable(): void {
    this.#perform(this.#table.writable());
  }

  removed(device: number): void {
    this.#perform(this.#table.deviceRemoved(device));
  }

  limit(bytes: number): void {
    this.#perform(this.#table.maxMessageChanged(bytes));
  }

  down(code: 'bus_down' | 'peer_dead'): void {
    this.#perform(this.#table.busDown(code));
  }

  up(): void {
    this.#table.busUp();
  }

  /** What ends the request `own` at once is told behind its `submit`, whose caller does not know its name yet. */
  #perform(effects: readonly CorrelationEffect<Answered>[], own = 0): void {
    const options = this.#options;
    for (const effect of effects) {
      switch (effect.type) {
        case 'send':
          // Where the medium is gone it will say so; until then nothing can be sent either.
          if (options.send(effect.message) !== 'sent') this.#perform(this.#table.refused(effect.id));
          break;
        case 'arm':
          options.timers.arm(effect.timer, effect.ms);
          break;
        case 'cancel':
          options.timers.cancel(effect.timer);
          break;
        case 'done':
          this.#tell(effect.caller, effect.message, null);
          break;
        case 'fail':
          this.#fail(effect.caller, effect.fault, effect.id === own);
          break;
        case 'drop':
        case 'count':
          options.count(effect.code);
          break;
        case 'ping':
          options.ping();
          break;
        case 'bus_error':
          options.broken(effect.code);
          break;
        case 'needs_reset':
      }
    }
  }

  #fail(caller: Answered, why: Fault, later: boolean): void {
    if (later) this.#options.soon(() => this.#tell(caller, null, why));
    else this.#tell(caller, null, why);
  }

  /** The requests behind this one are told whatever this caller does. */
  #tell(caller: Answered, response: ResponseMessage | null, why: Fault | null): void {
    try {
      caller(response, why);
    } catch (reason) {
      rethrowLater(reason);
    }
  }
}
