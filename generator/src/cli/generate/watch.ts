import { watch } from 'node:fs';
import type { KeptFiles } from '../../write/kept-files.js';
import { note, outLine } from '../terminal.js';
import { schemaFolder } from '../workspace.js';
import { generateOnce, keptFor } from './run.js';
import { summarize } from './summary.js';
import type { GenerateOptions, Targets } from './targets.js';

/** Editors write a file in several steps; a run starts when nothing has happened for this long. */
const QUIET_MS = 60;

/** Regenerates whenever a schema file changes, until interrupted. The back ends stay loaded, so that a turn is short. */
export async function watchSchema(options: GenerateOptions, targets: Targets): Promise<never> {
  const { folder, shown } = schemaFolder(options.schema);
  const kept = keptFor(targets);
  let running = false;
  let again = false;
  const turn = async (): Promise<void> => {
    if (running) {
      again = true;
      return;
    }
    running = true;
    do {
      again = false;
      await attempt(options, targets, kept);
    } while (again);
    running = false;
  };
  let timer: NodeJS.Timeout | undefined;
  watch(folder, { recursive: true }, (_event, name) => {
    // What this command writes into the folder itself must not start the next turn.
    if (name === null || !/\.ya?ml$/.test(name)) return;
    clearTimeout(timer);
    timer = setTimeout(() => void turn(), QUIET_MS);
  });
  await turn();
  await outLine(`watching   ${shown}; interrupt to stop`);
  return new Promise<never>(() => {});
}

async function attempt(options: GenerateOptions, targets: Targets, kept: KeptFiles): Promise<void> {
  try {
    const outcome = await generateOnce(options, targets, kept);
    if (outcome !== null) await summarize(outcome, options);
  } catch (error) {
    // A file may vanish between two looks at the folder; the next change starts the next turn.
    note(`vwire: ${error instanceof Error ? error.message : String(error)}`);
  }
}
