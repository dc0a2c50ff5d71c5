import { existsSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { IrStore, MissingIr, shippedIr } from '../store.js';
import { UsageError } from './failure.js';

/** The generator package, wherever it is installed. */
const packageRoot = fileURLToPath(new URL('../..', import.meta.url));

/** The repository this generator stands in, or null where it is installed as a package. */
export const repositoryRoot = ((): string | null => {
  const root = dirname(packageRoot.replace(/[/\\]$/, ''));
  return existsSync(join(root, 'schema', 'virtio-msg')) && existsSync(join(root, 'generated')) ? root : null;
})();

export interface SchemaFolder {
  readonly folder: string;
  /** How people see it in diagnostics. */
  readonly shown: string;
}

/** The schema folder: what was named, else the repository's. */
export function schemaFolder(named: string | undefined): SchemaFolder {
  if (named === undefined) {
    if (repositoryRoot === null) throw new UsageError('no schema folder', 'name one with --schema DIR');
    return { folder: join(repositoryRoot, 'schema'), shown: 'schema' };
  }
  const folder = resolve(named);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw new UsageError(`there is no folder "${named}"`);
  const inside = relative(process.cwd(), folder).split(sep).join('/');
  return { folder, shown: inside === '' ? '.' : inside.startsWith('..') ? named.split(sep).join('/') : inside };
}

/** The schema that ships with the generator, to extend from; null where neither repository nor package has it. */
export function shippedSchema(): SchemaFolder | null {
  const folder = repositoryRoot === null ? join(packageRoot, 'schema') : join(repositoryRoot, 'schema');
  if (!existsSync(folder)) return null;
  const near = relative(process.cwd(), folder).split(sep).join('/');
  return { folder, shown: near === '' ? '.' : near };
}

/** The IR folder: what was named, else what ships with the codecs. */
export function openStore(named: string | undefined): IrStore {
  try {
    return new IrStore(
      named === undefined
        ? repositoryRoot === null
          ? shippedIr()
          : join(repositoryRoot, 'generated', 'ir')
        : resolve(named),
    );
  } catch (error) {
    if (error instanceof MissingIr) throw new UsageError(error.message);
    throw error;
  }
}
