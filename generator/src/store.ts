import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { DialectIndex } from './interpret/dialect-index.js';
import type { DialectIR, ProfileIR } from './ir/types.js';

/** What `ir/index.json` holds: enough to look names up without reading every dialect. */
export interface IrIndex {
  readonly protocols: Readonly<Record<string, ProtocolIndex>>;
}

export interface ProtocolIndex {
  /** Parents before children. */
  readonly dialects: readonly string[];
  readonly aliases: Readonly<Record<string, { readonly dialect: string; readonly profile: string }>>;
  readonly profiles: readonly string[];
}

/** A dialect as it was asked for: an alias brings its own profile. */
export interface Found {
  readonly index: DialectIndex;
  readonly profile: string;
}

/** The IR on disk, read when asked for and kept. Loads neither YAML nor any generator back end. */
export class IrStore {
  readonly index: IrIndex;
  readonly #dialects = new Map<string, DialectIndex>();
  readonly #profiles = new Map<string, readonly ProfileIR[]>();
  readonly #names = new Map<string, { protocol: string; dialect: string; profile: string | null }>();

  constructor(readonly folder: string) {
    const path = join(folder, 'index.json');
    if (!existsSync(path)) throw new MissingIr(folder);
    this.index = JSON.parse(readFileSync(path, 'utf8')) as IrIndex;
    for (const [protocol, { dialects, aliases }] of Object.entries(this.index.protocols)) {
      const name = (given: string, dialect: string, profile: string | null): void => {
        this.#names.set(given, { protocol, dialect, profile });
        this.#names.set(`${protocol}/${given}`, { protocol, dialect, profile });
      };
      for (const dialect of dialects) name(dialect, dialect, null);
      for (const [alias, { dialect, profile }] of Object.entries(aliases)) name(alias, dialect, profile);
    }
  }

  /** Dialect and alias names, without their protocol. */
  get names(): string[] {
    return [...this.#names.keys()].filter((n) => !n.includes('/'));
  }

  dialect(name: string): Found | null {
    const found = this.#names.get(name);
    if (found === undefined) return null;
    const key = `${found.protocol}/${found.dialect}`;
    let index = this.#dialects.get(key);
    if (index === undefined) {
      index = new DialectIndex(
        JSON.parse(readFileSync(join(this.folder, found.protocol, `${found.dialect}.json`), 'utf8')) as DialectIR,
      );
      this.#dialects.set(key, index);
    }
    return { index, profile: found.profile ?? index.ir.profile };
  }

  profile(protocol: string, name: string): ProfileIR | null {
    let profiles = this.#profiles.get(protocol);
    if (profiles === undefined) {
      const path = join(this.folder, protocol, 'profiles.json');
      profiles = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as ProfileIR[]) : [];
      this.#profiles.set(protocol, profiles);
    }
    return profiles.find((p) => p.name === name) ?? null;
  }

  /** Every profile name of every protocol. */
  get profileNames(): string[] {
    return [...new Set(Object.values(this.index.protocols).flatMap((p) => p.profiles))];
  }
}

export class MissingIr extends Error {
  constructor(readonly folder: string) {
    super(`there is no IR in ${folder}: run "vwire generate" first, or name its folder with --ir`);
  }
}

/** The IR that ships with the codecs package next to this one. */
export function shippedIr(): string {
  return join(dirname(createRequire(import.meta.url).resolve('@virtio-wire/codecs/package.json')), 'ir');
}
