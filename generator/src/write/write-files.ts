import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256, sortedJson } from '../ir/seal.js';

/** Files of one output folder, by path relative to it, as text. */
export type Files = ReadonlyMap<string, string>;

/** What stands on disk differs from what would be written. */
export interface Change {
  readonly path: string;
  readonly kind: 'new' | 'changed' | 'stale';
  /** First differing line, counted from 1, where both exist. */
  readonly line?: number;
}

/** `all`: the files are everything the folder should hold. `some`: others stay as they are. */
export type Extent = 'all' | 'some';

const MANIFEST = 'manifest.json';

interface Manifest {
  readonly files: Readonly<Record<string, string>>;
}

/** What writing `files` into `folder` would change; nothing is touched. */
export function compareFiles(folder: string, files: Files, extent: Extent = 'all'): Change[] {
  const before = readManifest(folder).files;
  const changes: Change[] = [];
  for (const [path, text] of withManifest(files, extent === 'all' ? {} : before)) {
    const there = readIfThere(join(folder, path));
    if (there === null) changes.push({ path, kind: 'new' });
    else if (there !== text) changes.push({ path, kind: 'changed', line: firstDifference(there, text) });
  }
  for (const path of extent === 'all' ? Object.keys(before) : []) {
    if (!files.has(path) && existsSync(join(folder, path))) changes.push({ path, kind: 'stale' });
  }
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Writes what changed and removes what became stale. Files that are the same are not touched. */
export function writeFiles(folder: string, files: Files, extent: Extent = 'all'): Change[] {
  const changes = compareFiles(folder, files, extent);
  const texts = withManifest(files, extent === 'all' ? {} : readManifest(folder).files);
  for (const { path, kind } of changes) {
    const target = join(folder, path);
    if (kind === 'stale') rmSync(target);
    else {
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, texts.get(path) ?? '');
    }
  }
  return changes;
}

/** Adds the manifest, which lists every file with its hash, so that a later run knows what has become stale. */
function withManifest(files: Files, kept: Manifest['files']): Map<string, string> {
  const hashes = Object.fromEntries([...files].map(([path, text]) => [path, sha256(text)]));
  return new Map([...files, [MANIFEST, sortedJson({ files: { ...kept, ...hashes } } satisfies Manifest)]]);
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function readManifest(folder: string): Manifest {
  const text = readIfThere(join(folder, MANIFEST));
  if (text === null) return { files: {} };
  try {
    const value = JSON.parse(text) as Partial<Manifest>;
    // A path out of the folder in a broken manifest must not make us remove somebody's file.
    const files = Object.entries(value.files ?? {}).filter(
      ([path]) => !path.startsWith('/') && !path.split('/').includes('..'),
    );
    return { files: Object.fromEntries(files) };
  } catch {
    return { files: {} };
  }
}

function firstDifference(a: string, b: string): number {
  const left = a.split('\n');
  const right = b.split('\n');
  const at = left.findIndex((line, i) => line !== right[i]);
  return (at < 0 ? Math.min(left.length, right.length) : at) + 1;
}
