import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { DialectIndex } from './interpret/dialect-index.js';
import { FamilyIndex, type Named, structNameOf } from './interpret/structs/family-index.js';
import type { FamilyIR, RegionIR } from './ir/structs.js';
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
  /** Families of structs; one may hold enumerations alone. */
  readonly families: readonly string[];
  /** Family of every struct, by its name. */
  readonly structs: Readonly<Record<string, string>>;
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
  readonly #families = new Map<string, FamilyIndex>();
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

  /** The family of this name, read when asked for. */
  family(protocol: string, name: string): FamilyIndex | null {
    const key = `${protocol}/${name}`;
    let index = this.#families.get(key);
    if (index === undefined) {
      if (!this.families(protocol).includes(name)) return null;
      index = new FamilyIndex(
        JSON.parse(readFileSync(join(this.folder, protocol, `${name}.json`), 'utf8')) as FamilyIR,
      );
      this.#families.set(key, index);
    }
    return index;
  }

  /** Names of a protocol's families of structs. */
  families(protocol: string): string[] {
    return [...(this.index.protocols[protocol]?.families ?? [])];
  }

  /** A struct as vector files spell it, of any protocol where none is given; `protocol` may also name a family. */
  struct(protocol: string | undefined, spelled: string): (Named & { readonly index: FamilyIndex }) | null {
    const name = structNameOf(spelled);
    const alone = name.replace(/:.*/, '');
    for (const [key, { structs }] of Object.entries(this.index.protocols)) {
      const family = structs[Object.hasOwn(structs, name) ? name : alone];
      if (family === undefined || ![undefined, key, family].includes(protocol)) continue;
      const index = this.family(key, family);
      const named = index?.find(spelled) ?? null;
      if (index !== null && named !== null) return { ...named, index };
    }
    return null;
  }

  /** Names of the structs of a protocol or family, or of all. */
  structNames(protocol: string | undefined): string[] {
    return Object.entries(this.index.protocols).flatMap(([key, { structs }]) =>
      Object.entries(structs).flatMap(([name, family]) => ([undefined, key, family].includes(protocol) ? [name] : [])),
    );
  }

  /**
   * A region of shared memory by the dialect that has it. Beside messages it is in a family of its own, which is called
   * after their dialect: `ffa-v1-fifo` holds those of `ffa-v1`.
   */
  layout(
    dialect: string,
    message: string,
  ): (Named & { readonly index: FamilyIndex; readonly region: RegionIR }) | null {
    for (const { protocol, family } of this.#layoutFamilies(dialect)) {
      const index = this.family(protocol, family);
      const named = index?.find(message) ?? null;
      const region = named?.struct.region;
      if (index !== null && named !== null && region !== undefined) return { ...named, index, region };
    }
    return null;
  }

  /** Names of the layouts of a dialect. */
  layoutNames(dialect: string): string[] {
    return this.#layoutFamilies(dialect).flatMap(({ protocol, family }) =>
      (this.family(protocol, family)?.ir.structs ?? []).flatMap((s) => (s.region === undefined ? [] : [s.name])),
    );
  }

  /** Every name a layout may be asked for by: those of families and dialects. */
  get layoutDialects(): string[] {
    return [...Object.keys(this.index.protocols).flatMap((protocol) => this.families(protocol)), ...this.names];
  }

  #layoutFamilies(dialect: string): { protocol: string; family: string }[] {
    const found = this.#names.get(dialect);
    return Object.keys(this.index.protocols).flatMap((protocol) =>
      this.families(protocol)
        .filter(
          (family) =>
            family === dialect ||
            `${protocol}/${family}` === dialect ||
            (found?.protocol === protocol && family.startsWith(`${found.dialect}-`)),
        )
        .map((family) => ({ protocol, family })),
    );
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
