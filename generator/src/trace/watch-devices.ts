import type { Finding } from '../rules/finding.js';
import type { Told } from './watch-device.js';

/** States of EVENT_DEVICE; older texts say ready for added. */
const ADDED = 1;
const REMOVED = 2;

/** Which device numbers the bus has announced, and which it has said are not there. */
export class DevicesSeen {
  readonly #there = new Map<number, { readonly there: boolean; readonly by: 'GET_DEVICES' | 'EVENT_DEVICE' }>();

  /**
   * Takes a bus message in. Returns the number of a device that went or came, about which nothing is known any more;
   * it has `appeared` where the bus said before that it was not there, since the event may be repeated or late (R36).
   */
  hear(told: Told): { readonly number: number; readonly appeared: boolean } | null {
    if (told.message === 'GET_DEVICES' && told.kind === 'response') this.#window(told);
    if (told.message !== 'EVENT_DEVICE') return null;
    const number = told.number('device_number');
    const state = told.number('device_bus_state');
    if (number === undefined || (state !== ADDED && state !== REMOVED)) return null;
    const appeared = state === ADDED && this.#there.get(number)?.there === false;
    this.#there.set(number, { there: state === ADDED, by: 'EVENT_DEVICE' });
    return { number, appeared };
  }

  /**
   * A message for or from a device that the bus says is not there. Numbers nobody asked about are not judged, and what is
   * behind a number may always be asked: zeros, or nothing, are the answer where no device is (R14).
   */
  judge(device: number, told: Told, field: string, offset: number): Finding | null {
    const known = this.#there.get(device);
    if (known === undefined || known.there) return null;
    if (told.message === 'GET_DEVICE_INFO' && (told.kind === 'request' || told.number('device_id') === 0)) return null;
    const removed = known.by === 'EVENT_DEVICE';
    return {
      rule: 'unknown-device',
      layer: 'state',
      field,
      offset,
      got: device,
      expected: removed ? 'a device that was not removed' : 'a device that GET_DEVICES announced',
      clause: removed ? 'R36' : 'R34',
    };
  }

  /** Bits of the window tell of the numbers in it, least significant first; bits outside it do not exist (R34). */
  #window({ number, fields }: Told): void {
    const { bitmap } = fields;
    if (typeof bitmap !== 'string') return;
    const offset = number('offset') ?? 0;
    const bytes = Buffer.from(bitmap, 'hex');
    const count = Math.min(number('count') ?? 8 * bytes.length, 8 * bytes.length);
    for (let i = 0; i < count; i++) {
      const there = (((bytes[i >> 3] ?? 0) >> (i & 7)) & 1) === 1;
      this.#there.set(offset + i, { there, by: 'GET_DEVICES' });
    }
  }
}
