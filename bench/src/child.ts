import { measureSubject, measureTogether } from './measure-subject.js';
import { answerParent, type Order, type Told } from './processes.js';

/** A process that measures what it is ordered to, and tells its parent line by line. */
answerParent<Order, Told>((order, tell) =>
  order.together ? measureTogether(order, tell) : measureSubject(order, tell),
);
