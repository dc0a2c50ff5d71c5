import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { WrongUse } from '../select.js';
import { type Install, installByNpm, installedIn, NpmFailed, platformPackage } from './npm-package.js';

/** Where this system keeps what can be fetched again; `XDG_CACHE_HOME` may say otherwise. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.XDG_CACHE_HOME) return env.XDG_CACHE_HOME;
  if (process.platform === 'win32') return env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches');
  return join(homedir(), '.cache');
}

/** Where to look for programs, and how to come by one that is not there. */
export interface Store {
  readonly folder: string;
  readonly install: Install;
  /** What takes long is told. */
  readonly told: (line: string) => void;
}

export const defaultStore = (): Store => ({
  folder: join(cacheFolder(), 'virtio-wire', 'node'),
  install: installByNpm,
  told: (line) => void process.stderr.write(`${line}\n`),
});

/** `24` is any 24.x.y, `24.1` any 24.1.y. */
export const satisfies = (version: string, asked: string): boolean => `${version}.`.startsWith(`${asked}.`);

/** The program of the newest version that is kept and as asked; null where there is none. */
function kept(asked: string, name: string, folder: string): string | null {
  if (!existsSync(folder)) return null;
  const versions = readdirSync(folder)
    .filter((entry) => entry.endsWith(`-${name}`))
    .map((entry) => entry.slice(0, -name.length - 1))
    .filter((version) => satisfies(version, asked))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const newest = versions.at(-1);
  return newest === undefined ? null : installedIn(join(folder, `${newest}-${name}`), name).program;
}

/** The program of a version: the newest that is kept, else fetched from npm. `asked` is digits and dots. */
export async function keptOrFetched(asked: string, store: Store): Promise<string> {
  const name = platformPackage();
  const found = kept(asked, name, store.folder);
  if (found !== null) return found;
  mkdirSync(store.folder, { recursive: true });
  // Under a name of its own until it is whole: who interrupts this leaves nothing that looks like a Node.
  const fresh = mkdtempSync(join(store.folder, 'fetching-'));
  try {
    store.told(`fetching Node ${asked} (${name} on npm, some 60 MB) into ${store.folder}`);
    await store.install(name, asked, fresh);
    const home = join(store.folder, `${installedIn(fresh, name).version}-${name}`);
    // Somebody else may have been faster.
    if (!existsSync(home)) renameSync(fresh, home);
    return installedIn(home, name).program;
  } catch (error) {
    if (error instanceof NpmFailed) throw whyNot(error, asked, name);
    throw error;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function whyNot({ code, message }: NpmFailed, asked: string, name: string): WrongUse {
  const instead = 'or give the path of one that is installed: --node /path/to/node';
  if (code === 'ETARGET')
    return new WrongUse(`--node ${asked}: npm has no such version of ${name}`, `npm view ${name} versions; ${instead}`);
  if (code === 'E404') return new WrongUse(`--node ${asked}: npm has no Node for this platform (${name})`, instead);
  if (code === 'ENOENT')
    return new WrongUse(`--node ${asked}: there is no npm to fetch it with`, `install npm, ${instead}`);
  return new WrongUse(
    `--node ${asked}: npm could not fetch ${name}: ${code}: ${message}`,
    `the network, or the registry npm is set to, may be out of reach: try again, ${instead}`,
  );
}
