import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { IrStore } from '@virtio-wire/generator';
import { WrongSubject } from '../codec-case.js';
import { machine, machineLine } from '../machine.js';
import { WrongUse } from '../select.js';
import { dialectsOf } from './bodies.js';
import { type Card, type CardRow, type ControlRow, spelled, spreadsOf, titleOf } from './card.js';
import { ATTEMPTS, isSuspect, regressionsOf, staleness } from './check.js';
import { WRITTEN_AS, WRITTEN_IN } from './control.js';
import { type Inventory, inventoryOf } from './inventory.js';
import { measureBody } from './measure-body.js';
import type { Plan } from './plan.js';
import { renderCard } from './render.js';
import { type Costs, verifyBoth } from './subject.js';

export { WrongUse };

export interface CardOptions {
  /** Root of the repository. */
  readonly root: string;
  /** One process per body and short samples. */
  readonly quick: boolean;
  /** Compare with the card that is there, and leave it as it is. */
  readonly check: boolean;
  /** Measure nothing: sizes anew, times as they are on the card. */
  readonly sizes: boolean;
  /** Dialects to measure, separated by commas; null for all. */
  readonly only: string | null;
}

type Body = Inventory['bodies'][number];

/** Writes the card anew, or checks it; false where the check found something, or a codec comes to a wrong result. */
export async function run(options: CardOptions): Promise<boolean> {
  try {
    return await writeOrCheck(options);
  } catch (error) {
    if (!(error instanceof WrongSubject)) throw error;
    progress('');
    tell(`wrong, not measured: ${error.message}`);
    return false;
  }
}

async function writeOrCheck(options: CardOptions): Promise<boolean> {
  const store = new IrStore(join(options.root, 'generated/ir'));
  const wanted = dialectsNamed(options.only, store);
  const inventory = await inventoryOf(store);
  const measured = (body: Body): boolean =>
    !options.sizes && body.stated.dialects.some((dialect) => wanted.includes(dialect));
  const chosen = inventory.bodies.filter(measured);
  const controls = wanted.includes(WRITTEN_IN) && !options.sizes ? controlsOf(inventory) : [];
  // What is measured is verified in its own process.
  if (options.sizes) for (const { plan } of inventory.bodies) await verifyBoth(plan);
  const path = join(options.root, 'docs/bench/cost-card.json');
  if (options.check) {
    const card = readCard(path);
    if (machineLine(card.machine) !== machineLine() && !options.sizes)
      process.stderr.write(
        `The card is of ${machineLine(card.machine)}; this is ${machineLine()}. Other V8s and processors come to other ratios.\n`,
      );
    const found = await check(card, inventory, chosen, controls, options.quick);
    const times = options.sizes ? 'none' : `${chosen.length}`;
    tell(
      found.length === 0
        ? `as on the card: ${inventory.bodies.length} bodies, ${times} of them measured`
        : found.join('\n'),
    );
    return found.length === 0;
  }
  const old = chosen.length === inventory.bodies.length ? null : readCard(path);
  const known = new Map(old?.bodies.map((row) => [titleOf(row), row]));
  const unknown = inventory.bodies.filter((body) => !measured(body) && !known.has(titleOf(body.stated)));
  if (unknown.length > 0)
    throw new WrongUse(
      `not on the card, and not to be measured: ${unknown.map(({ plan }) => plan.title).join(', ')}`,
      `name their dialects with --only, without --sizes`,
    );
  const processes = options.quick ? 1 : ATTEMPTS;
  const control: ControlRow[] = [];
  for (const { stated, plan } of controls)
    control.push({ name: stated.name, ...spreadsOf(await measureTimes(processes, plan, options.quick, stated.name)) });
  const bodies: CardRow[] = [];
  for (const body of inventory.bodies) {
    const { stated, plan } = body;
    progress(`${bodies.length + 1} of ${inventory.bodies.length}: ${plan.title}`);
    const { decode, encode } = measured(body)
      ? spreadsOf(await measureTimes(processes, plan, options.quick))
      : known.get(titleOf(stated))!;
    bodies.push({ ...stated, decode, encode });
  }
  progress('');
  const card: Card = {
    machine: options.sizes && old !== null ? old.machine : machine(),
    processes: options.sizes && old !== null ? old.processes : processes,
    esbuild: inventory.esbuild,
    control: control.length === 0 && old !== null ? old.control : control,
    bodies,
  };
  writeFileSync(path, spelled(card));
  writeFileSync(path.replace(/json$/, 'md'), renderCard(card));
  tell(`docs/bench/cost-card.md: ${bodies.length} bodies, ${chosen.length} of them measured`);
  return true;
}

/** What the card says and is not so. Whatever one process is too slow at is measured again, before it counts. */
async function check(
  card: Card,
  inventory: Inventory,
  chosen: readonly Body[],
  controls: readonly Body[],
  quick: boolean,
): Promise<string[]> {
  const found = staleness(
    card,
    inventory.esbuild,
    inventory.bodies.map((body) => body.stated),
  );
  const rows = new Map(card.bodies.map((row) => [titleOf(row), row]));
  const judged = async (title: string, row: ControlRow | undefined, measure: () => Promise<Costs>): Promise<void> => {
    if (row === undefined) return;
    const costs = [await measure()];
    while (costs.length < ATTEMPTS && isSuspect(row, costs.at(-1)!)) costs.push(await measure());
    if (costs.length === ATTEMPTS) found.push(...regressionsOf(title, row, costs));
  };
  for (const { stated, plan } of controls) {
    const row = card.control.find(({ name }) => name === stated.name);
    await judged(`hand.ts ${stated.name}`, row, () => measureBody(plan, quick, stated.name));
  }
  for (const [i, { stated, plan }] of chosen.entries()) {
    progress(`${i + 1} of ${chosen.length}: ${plan.title}`);
    await judged(plan.title, rows.get(titleOf(stated)), () => measureBody(plan, quick));
  }
  progress('');
  return found;
}

async function measureTimes(
  times: number,
  plan: Plan,
  quick: boolean,
  control: string | null = null,
): Promise<Costs[]> {
  const costs: Costs[] = [];
  for (let i = 0; i < times; i++) costs.push(await measureBody(plan, quick, control));
  return costs;
}

/** Bodies that are written by hand as well. */
const controlsOf = ({ bodies }: Inventory): Body[] =>
  bodies.filter(({ stated: { name, dialects } }) => Object.hasOwn(WRITTEN_AS, name) && dialects.includes(WRITTEN_IN));

function dialectsNamed(only: string | null, store: IrStore): string[] {
  const all = dialectsOf(store);
  if (only === null) return all;
  return only.split(',').map((term) => {
    const ir = store.dialect(term.trim())?.index.ir;
    const name = `${ir?.protocol}/${ir?.dialect}`;
    if (!all.includes(name))
      throw new WrongUse(`--only ${term} is no dialect with messages`, `dialects: ${all.join(' ')}`);
    return name;
  });
}

function readCard(path: string): Card {
  if (!existsSync(path)) throw new WrongUse(`there is no ${path}`, 'measure all dialects: vwire bench --card');
  return JSON.parse(readFileSync(path, 'utf8')) as Card;
}

const tell = (text: string): void => void process.stdout.write(`${text}\n`);

const progress = (text: string): void => {
  if (process.stderr.isTTY === true) process.stderr.write(`\r\x1b[K${text}`);
};
