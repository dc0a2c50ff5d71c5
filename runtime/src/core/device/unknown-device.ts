import type { TransportMessage } from '../../wire/message.js';
import { NO_DEVICE_INFO } from './context.js';
import { type Dialect, TEXTS } from './texts.js';

/**
 * The answer to a request for a number without a device, or null for silence. Only GET_DEVICE_INFO has one, and only in
 * some texts (9.2); `told` overrides the text.
 */
export function unknownDeviceAnswer(
  dialect: Dialect,
  message: TransportMessage,
  told: 'zeros' | 'drop' = TEXTS[dialect].unknownDevice,
): TransportMessage | null {
  if (message.kind !== 'request' || message.name !== 'GET_DEVICE_INFO' || told === 'drop') return null;
  const { device, token } = message;
  return { name: 'GET_DEVICE_INFO', kind: 'response', device, token, fields: NO_DEVICE_INFO };
}
