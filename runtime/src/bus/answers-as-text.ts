import type { ResponseMessage } from '../core/correlation/effect.js';
import type { Dialect } from '../wire/dialect.js';
import type { BusMessage, Message } from '../wire/message.js';
import type { BusQuirk } from './quirks.js';

/** Requests to the bus whose tokens are remembered for peers that do not repeat them. */
const BUS_TOKENS = 64;

/** What a request to the bus and its response have in common, beside the token. */
const busKey = (message: BusMessage): string => {
  if (message.name === 'PING') return `PING ${message.fields.data}`;
  return message.name === 'GET_DEVICES' ? `GET_DEVICES ${message.fields.offset}` : message.name;
};

/** Answers of the bus as a peer that keeps to the text would have sent them. */
export class AnswersAsText {
  readonly #dialect: Dialect;
  readonly #quirks: readonly BusQuirk[];
  /** Tokens of requests to the bus that are out, by what their answers repeat of them. */
  readonly #tokens = new Map<string, number>();

  constructor(dialect: Dialect, quirks: readonly BusQuirk[]) {
    this.#dialect = dialect;
    this.#quirks = quirks;
  }

  /** A message has gone out. */
  sent(message: Message): void {
    if (message.name !== 'GET_DEVICES' && message.name !== 'PING') return;
    const key = busKey(message);
    // One that is sent again is answered under its new token only, and counts as the newest.
    this.#tokens.delete(key);
    this.#tokens.set(key, message.token);
    if (this.#tokens.size > BUS_TOKENS) this.#tokens.delete(this.#tokens.keys().next().value!);
  }

  /** `bytes` is what the message was read from. */
  of(message: ResponseMessage, bytes: Uint8Array): ResponseMessage {
    if (message.name !== 'GET_DEVICES' && message.name !== 'PING') return message;
    let text = message;
    if (text.token === 0 && this.#quirks.includes('bus-answers-without-token')) {
      const key = this.#keyOf(text);
      text = { ...text, token: this.#tokens.get(key) ?? 0 };
      this.#tokens.delete(key);
    }
    if (text.name === 'GET_DEVICES' && this.#quirks.includes('count-is-popcount')) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      const end = this.#dialect.messageSize(view, 0);
      const bitmap = bytes.slice(end - text.fields.bitmap.length - this.#surplus(text, end), end);
      text = { ...text, fields: { ...text.fields, bitmap } };
    }
    return text;
  }

  /** By which the request it answers is remembered. */
  #keyOf(text: BusMessage): string {
    const exact = busKey(text);
    if (text.name !== 'GET_DEVICES' || this.#tokens.has(exact)) return exact;
    // A peer may cut the offset; what else it got wrong is for the machines to find. The value of a PING is never cut: another
    // one is a second copy of an answer that was here, and would leave the next PING without its own.
    return [...this.#tokens.keys()].find((key) => key.startsWith(text.name)) ?? exact;
  }

  /** Bytes of the message behind the bitmap that the text would give it. */
  #surplus(message: Message, size: number): number {
    return Math.max(0, size - this.#dialect.sizeOf(message));
  }
}
