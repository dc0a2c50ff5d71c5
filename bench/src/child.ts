import { measureSubject, measureTogether } from './measure-subject.js';
import type { Order, Told } from './processes.js';

/** A process that measures what it is ordered to, and tells its parent line by line. */
process.once('message', async (order: Order) => {
  const tell = (told: Told): Promise<void> => new Promise((done) => void process.send?.(told, () => done()));
  if (order.together) await measureTogether(order, tell);
  else await measureSubject(order, tell);
  await tell({ done: true });
  process.exit(0);
});
