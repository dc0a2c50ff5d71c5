import type { DeviceTimer } from '../core/device/contract.js';
import type { DeviceHost } from '../host/device-host.js';
import type { Alarms } from './alarms.js';

/** Timers of devices, named by host and not by number: one may be used again while the last device of it still stops. */
export class HostTimers {
  readonly #alarms: Alarms;
  readonly #names = new WeakMap<DeviceHost, number>();
  #last = 0;

  constructor(alarms: Alarms) {
    this.#alarms = alarms;
  }

  /** Tells the host in `ms` milliseconds. */
  arm(host: DeviceHost, timer: DeviceTimer, ms: number): void {
    this.#alarms.arm(this.#keyOf(host, timer), ms, () => host.timer(timer));
  }

  cancel(host: DeviceHost, timer: DeviceTimer): void {
    this.#alarms.cancel(this.#keyOf(host, timer));
  }

  #keyOf(host: DeviceHost, timer: DeviceTimer): string {
    let name = this.#names.get(host);
    if (name === undefined) {
      name = ++this.#last;
      this.#names.set(host, name);
    }
    return `${name}:${timer}`;
  }
}
