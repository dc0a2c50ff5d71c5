import type { Finding } from '../rules/finding.js';
import type { Negotiated } from './negotiated.js';
import type { Told } from './watch-device.js';

/** Queues that are remembered as reset; a hostile capture resets four billion of them. */
const MOST_QUEUES = 1024;

/** What a queue has when nobody set it up. */
const SET_UP = ['cur_size', 'descriptor_addr', 'driver_addr', 'device_addr'] as const;

/** The rules about virtqueues that depend on features, and on what was done with a queue before. */
export class QueueWatch {
  /** Queues that RESET_VQUEUE put back and that were not set up again; false until the device answered. */
  readonly #reset = new Map<number, boolean>();

  constructor(readonly negotiated: Negotiated) {}

  /** A reset of the whole device, after which nothing is known about its queues. */
  forget(): void {
    this.#reset.clear();
  }

  hear(told: Told): Finding | null {
    switch (`${told.message} ${told.kind}`) {
      case 'EVENT_AVAIL event':
        return this.#position(told);
      case 'SET_VQUEUE request':
        this.#reset.delete(told.number('index') ?? -1);
        return null;
      case 'RESET_VQUEUE request':
        return this.#resetAsked(told);
      case 'RESET_VQUEUE response':
        for (const index of this.#reset.keys()) this.#reset.set(index, true);
        return null;
      case 'GET_VQUEUE response':
        return this.#afterReset(told);
      default:
        return null;
    }
  }

  /** R31: the position of the driver is told only where that was agreed on. */
  #position(told: Told): Finding | null {
    if (this.negotiated.has('NOTIFICATION_DATA') !== false) return null;
    const field = ['next_offset_wrap', 'next_offset', 'next_wrap'].find((name) => Number(told.fields[name] ?? 0) !== 0);
    if (field === undefined) return null;
    return {
      rule: 'notification-data',
      layer: 'state',
      field,
      offset: told.offsetOf(field),
      got: Number(told.fields[field]),
      expected: '0: VIRTIO_F_NOTIFICATION_DATA was not negotiated',
      clause: 'R31',
    };
  }

  /** R30: a queue is reset alone only where that was agreed on. */
  #resetAsked(told: Told): Finding | null {
    const index = told.number('index');
    const allowed = this.negotiated.has('RING_RESET');
    // What was not agreed on need not have any effect.
    if (index !== undefined && allowed !== false && this.#reset.size < MOST_QUEUES) this.#reset.set(index, false);
    if (allowed !== false) return null;
    const { name, offset } = told.id;
    const expected = 'no such request: VIRTIO_F_RING_RESET was not negotiated';
    return { rule: 'ring-reset', layer: 'state', field: name, offset, got: told.message, expected, clause: 'R30' };
  }

  /** R30: after it was reset a queue reads as not set up, until somebody sets it up again. */
  #afterReset(told: Told): Finding | null {
    if (this.#reset.get(told.number('index') ?? -1) !== true) return null;
    const field = SET_UP.find((name) => Number(told.fields[name] ?? 0) !== 0);
    if (field === undefined) return null;
    return {
      rule: 'queue-after-reset',
      layer: 'state',
      field,
      offset: told.offsetOf(field),
      got: String(told.fields[field]),
      expected: '0 after RESET_VQUEUE',
      clause: 'R30',
    };
  }
}
