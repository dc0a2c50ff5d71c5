import type { Answered } from '../bus/request-desk.js';
import type { TransportBus } from './transport-bus.js';

/**
 * Writes 0 to the status of a device and waits until it reads 0, as long as devices get for that. `over` is told whether it
 * does; nothing more is asked once `ended` says so, and `over` has to know by itself.
 */
export function resetDevice(
  bus: TransportBus,
  device: number,
  ended: () => boolean,
  over: (reset: boolean) => void,
): void {
  const { resetPollInterval, resetPollLimit } = bus.limits;
  const until = bus.clock.now() + resetPollLimit;
  const key = `${device}:poll`;
  const head = { kind: 'request', device, token: 0 } as const;
  const answered: Answered = (response) => {
    const status = response !== null && 'status' in response.fields ? response.fields.status : null;
    if (status === 0 || status === null || ended() || bus.clock.now() >= until) over(status === 0);
    else
      bus.arm(key, resetPollInterval, () => bus.submit({ ...head, name: 'GET_DEVICE_STATUS', fields: {} }, answered));
  };
  bus.cancel(key);
  bus.submit({ ...head, name: 'SET_DEVICE_STATUS', fields: { status: 0 } }, answered);
}
