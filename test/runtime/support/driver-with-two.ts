import { HostileMemory } from './hostile-memory.js';
import { features, Ring } from './ring.js';
import { DriverQueue } from './runtime.js';

/** A driver queue of 8 with two buffers out: head 0 of two descriptors, head 2 of one; 5 and 9 bytes writable. */
export function driverWithTwo(...bits: number[]): { ring: Ring; memory: HostileMemory; queue: DriverQueue<string> } {
  const ring = new Ring(8);
  const memory = new HostileMemory(ring.memory, () => {});
  const queue = new DriverQueue<string>(memory, ring.config, features(...bits));
  queue.initialise();
  queue.add([{ address: ring.at(0), length: 4 }], [{ address: ring.at(8), length: 5 }], 'a');
  queue.add([], [{ address: ring.at(16), length: 9 }], 'b');
  queue.publish();
  return { ring, memory, queue };
}
