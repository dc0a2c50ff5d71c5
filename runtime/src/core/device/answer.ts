import type { TransportMessage } from '../../wire/message.js';
import type { DeviceContext } from './context.js';
import type { Emit } from './contract.js';

type Response = Extract<TransportMessage, { readonly kind: 'response' }>;
type Body = Response extends infer M ? (M extends Response ? Pick<M, 'name' | 'fields'> : never) : never;

/** The one answer to a request. Number and token are the request's (S); only a bus may change a token. */
export function reply(to: TransportMessage, body: Body, emit: Emit): void {
  // Written out, so that all messages have one shape whatever they are.
  const { name, fields } = body;
  const message = { name, kind: 'response', device: to.device, token: to.token, fields } as TransportMessage;
  emit({ type: 'reply', message });
}

type EventBody<Name extends TransportMessage['name']> = Extract<
  TransportMessage,
  { readonly name: Name; readonly kind: 'event' }
>['fields'];

/** An event of this device. Token 0 (S3); nobody answers it. */
export function send<Name extends 'EVENT_CONFIG' | 'EVENT_USED'>(
  c: DeviceContext,
  name: Name,
  fields: EventBody<Name>,
  emit: Emit,
): void {
  emit({
    type: 'send',
    message: { name, kind: 'event', device: c.setup.device, token: 0, fields } as TransportMessage,
  });
}
