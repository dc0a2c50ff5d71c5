import type { Driver, DriverServices } from '../../../runtime/dist/driver/driver.js';
import type { Used } from '../../../runtime/dist/driver/driver-port.js';

/** A driver that does nothing by itself: a test offers its buffers. */
export class HandDriver implements Driver {
  services!: DriverServices;

  /** `sizes` has one entry for each queue. */
  constructor(
    readonly id: number,
    readonly sizes: readonly number[],
    readonly features: readonly number[] = [],
  ) {}

  queues(_has: (feature: number) => boolean): { index: number; size: number }[] {
    return this.sizes.map((size, index) => ({ index, size }));
  }

  live(services: DriverServices): void {
    this.services = services;
  }

  offer(queue: number, readable: Uint8Array[], writable: number[]): Promise<Used> {
    return this.services.port(queue).request(readable, writable);
  }
}
