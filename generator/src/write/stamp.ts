import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Compiled } from '../compile.js';
import { sha256, sortedJson } from '../ir/seal.js';

const packageRoot = fileURLToPath(new URL('../..', import.meta.url));

/** Where runs leave what saves the next one time; never needed, and never committed. */
export const CACHE = join(packageRoot, '.cache');

/** A file in it of one output folder. */
export const cacheName = (folder: string, what: string): string =>
  join(CACHE, `${sha256(folder).slice(7, 23)}.${what}.json`);

/**
 * Remembers that these inputs gave those outputs, so that a run with nothing to do need not load a back end. It only ever
 * saves time: it vouches for the content of every file it covers, and `--check` does not ask it.
 */
export class Stamp {
  readonly #file: string;
  readonly #key: string;
  fileCount = 0;

  constructor(compiled: Compiled, folder: string) {
    this.#file = cacheName(folder, 'stamp');
    this.#key = sha256(
      sortedJson(
        {
          dialects: compiled.dialects.map((d) => d.hash),
          families: compiled.families.map((f) => f.hash),
          profiles: [...compiled.profiles],
          generator: generatorHash(),
        },
        0,
      ),
    );
  }

  /** Whether the same inputs produced exactly what stands on disk now. */
  holds(): boolean {
    try {
      const kept = JSON.parse(readFileSync(this.#file, 'utf8')) as {
        key: string;
        targets: string[];
        files: number;
        content: string;
      };
      this.fileCount = kept.files;
      return kept.key === this.#key && kept.content === contentOf(kept.targets);
    } catch {
      return false;
    }
  }

  /** `files` is the number of files the run accounts for. */
  keep(targets: readonly string[], files: number): void {
    this.fileCount = files;
    try {
      mkdirSync(CACHE, { recursive: true });
      writeFileSync(this.#file, JSON.stringify({ key: this.#key, targets, files, content: contentOf(targets) }));
    } catch {
      // A package folder may be read-only; the next run then does the work again.
    }
  }
}

/** Hash over everything that turns IR into files: the built generator and its assets. */
export function generatorHash(): string {
  generator ??= contentOf([join(packageRoot, 'dist'), join(packageRoot, 'assets')]);
  return generator;
}
let generator: string | undefined;

/** Hash over paths and content; build output and installed packages below a target are not ours to vouch for. */
function contentOf(targets: readonly string[]): string {
  const hash = createHash('sha256');
  const add = (path: string): void => {
    if (!existsSync(path)) return;
    if (statSync(path).isDirectory()) {
      for (const name of readdirSync(path).sort()) {
        if (
          name === 'node_modules' ||
          (name === 'dist' && !path.startsWith(packageRoot)) ||
          name.endsWith('.tsbuildinfo')
        )
          continue;
        add(join(path, name));
      }
      return;
    }
    hash.update(path).update('\0').update(readFileSync(path)).update('\0');
  };
  for (const target of targets) add(target);
  return hash.digest('hex');
}
