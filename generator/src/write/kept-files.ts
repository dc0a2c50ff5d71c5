import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Reuse, Texts } from '../backends/reuse.js';
import { sha256 } from '../ir/seal.js';
import { codePath, type OutputLayout } from './output-layout.js';
import { CACHE, cacheName, generatorHash } from './stamp.js';

/** What groups of files were made of, and the hash of the text of each. */
type Made = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * Output of earlier runs, for the groups of files whose input has not changed: within a process the texts themselves, and
 * from one process to the next those that stand on disk with the content that was written there. Like the stamp it only
 * ever saves time, and `--check` does not ask it.
 */
export class KeptFiles implements Reuse {
  readonly #file: string;
  readonly #generator = generatorHash();
  #before: ReadonlyMap<string, Texts> = new Map();
  #now = new Map<string, Texts>();
  #made: Made | null = null;

  constructor(
    readonly folder: string,
    readonly layout: OutputLayout,
  ) {
    this.#file = cacheName(folder, 'kept');
  }

  files(madeOf: string, render: () => Texts): Texts {
    const key = sha256(madeOf);
    const texts = this.#now.get(key) ?? this.#before.get(key) ?? this.#fromDisk(key) ?? render();
    this.#now.set(key, texts);
    return texts;
  }

  /** Ends a run that has written its files; what it did not ask for is forgotten, unless it rendered only `some`. */
  keep(extent: 'all' | 'some'): void {
    this.#before = extent === 'all' ? this.#now : new Map([...this.#before, ...this.#now]);
    this.#now = new Map();
    const hashed = Object.fromEntries(
      [...this.#before].map(([key, texts]) => [
        key,
        Object.fromEntries([...texts].map(([path, text]) => [path, sha256(text)])),
      ]),
    );
    this.#made = { ...(extent === 'all' ? {} : this.#read()), ...hashed };
    try {
      mkdirSync(CACHE, { recursive: true });
      writeFileSync(this.#file, JSON.stringify({ generator: this.#generator, made: this.#made }));
    } catch {
      // A package folder may be read-only; the next process then renders everything again.
    }
  }

  #fromDisk(key: string): Texts | null {
    const group = this.#read()[key];
    if (group === undefined) return null;
    const texts = new Map<string, string>();
    for (const [path, hash] of Object.entries(group)) {
      try {
        const text = readFileSync(join(this.folder, codePath(this.layout, path)), 'utf8');
        if (sha256(text) !== hash) return null;
        texts.set(path, text);
      } catch {
        return null;
      }
    }
    return texts;
  }

  #read(): Made {
    if (this.#made !== null) return this.#made;
    this.#made = {};
    try {
      const kept = JSON.parse(readFileSync(this.#file, 'utf8')) as { generator: string; made: Made };
      if (kept.generator === this.#generator) this.#made = kept.made;
    } catch {
      // None yet, or not ours.
    }
    return this.#made;
  }
}
