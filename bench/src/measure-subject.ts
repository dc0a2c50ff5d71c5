import { WrongSubject } from './codec-case.js';
import { LONG, QUICK, sharedLoop } from './measure.js';
import type { Order, Told } from './processes.js';
import { type Subject, subjects } from './subjects.js';
import { syncTask, type Task } from './task.js';
import { Unavailable } from './unavailable.js';

type Tell = (told: Told) => void | Promise<void>;

/** Loads one subject, verifies all of it, and only then measures it. */
export async function measureSubject(order: Order, tell: Tell, all: readonly Subject[] = subjects()): Promise<void> {
  const [name] = order.subjects;
  const subject = all.find((s) => s.name === name);
  if (subject === undefined) throw new Error(`no subject ${name}`);
  const tasks = await attempt(subject.name, tell, async () => {
    const wanted = (await subject.load()).filter((t) => isWanted(t, order));
    for (const task of wanted) await task.verify();
    return wanted;
  });
  await measureAll(tasks ?? [], order, tell);
}

const isWanted = ({ message, op }: Pick<Task, 'message' | 'op'>, { messages, operations }: Order): boolean =>
  messages.includes(message) && (operations === null || operations.includes(op));

/** Rounds that every operation makes before any is measured, so that each meets code that has seen all. */
const ROUNDS = 2000;

/** Everything in one process, warmed up together and measured through one loop. */
export async function measureTogether(order: Order, tell: Tell, all: readonly Subject[] = subjects()): Promise<void> {
  const tasks: Task[] = [];
  const warm: (() => void)[] = [];
  for (const subject of all) {
    if (!order.subjects.includes(subject.name) || subject.together === null) continue;
    const load = subject.together;
    const cases = await attempt(subject.name, tell, async () => {
      const wanted = (await load()).filter((c) => isWanted(c, order));
      for (const c of wanted) c.verify();
      return wanted;
    });
    for (const c of cases ?? []) {
      tasks.push(syncTask(c, true));
      const rounds = Math.ceil(ROUNDS / c.perCall);
      warm.push(() => {
        sharedLoop(c.hand, c.mask)(rounds);
        sharedLoop(c.ours, c.mask)(rounds);
      });
    }
  }
  for (let i = 0; i < 3; i++) for (const run of warm) run();
  await measureAll(tasks, order, tell);
}

async function measureAll(tasks: readonly Task[], order: Order, tell: Tell): Promise<void> {
  for (const task of tasks) {
    await tell({ now: `${task.subject}, ${task.message} ${task.op}` });
    await tell({ row: await task.measure(order.quick ? QUICK : LONG) });
  }
}

/** What cannot be had or comes to a wrong result is told and not measured; other failures are ours, and end the process. */
async function attempt<T>(subject: string, tell: Tell, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Unavailable) await tell({ unavailable: { subject, reason: error.message } });
    else if (error instanceof WrongSubject) await tell({ wrong: { subject, reason: error.message } });
    else throw error;
    return null;
  }
}
