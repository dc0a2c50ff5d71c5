import type { PendingEvent } from '../core/bus/pending.js';
import type { Message } from '../wire/message.js';

/** An event of the device side as the message that tells of it; null where none does. */
export function eventMessage(event: PendingEvent): Message | null {
  if (event.type === 'used') {
    const fields = { vq_index: event.index };
    return { name: 'EVENT_USED', kind: 'event', device: event.device, token: 0, fields };
  }
  if (event.type !== 'device') return null;
  const fields = { device_number: event.number, device_bus_state: event.state };
  return { name: 'EVENT_DEVICE', kind: 'event', device: 0, token: 0, fields };
}
