import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localRegistry, type Registry } from './support/registry.js';
import { subpath } from './support/vectors.js';
import { root } from './support/vwire.js';

const PACKAGES = ['generated', 'generator', 'runtime'] as const;
const scratch = mkdtempSync(join(tmpdir(), 'vwire-packages-'));
const project = join(scratch, 'project');
const tarballs: Record<string, string> = {};

let registry: Registry;
const run = (command: string, args: readonly string[], cwd: string): string =>
  execFileSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...registry.env, NO_COLOR: '1' },
  });

beforeAll(async () => {
  registry = await localRegistry();
  mkdirSync(project);
  for (const name of PACKAGES) {
    const [packed] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', scratch], join(root, name))) as [
      { filename: string },
    ];
    tarballs[name] = join(scratch, packed.filename);
  }
});
afterAll(async () => {
  await registry.close();
  rmSync(scratch, { recursive: true });
});

describe.each(PACKAGES)('the tarball of %s', (name) => {
  it('has nothing publint objects to', () => {
    const text = run('npx', ['publint', '--strict', tarballs[name] as string], root);
    expect(text).toMatch(/All good/);
  });

  it('resolves for TypeScript wherever it may be imported', () => {
    const text = run('npx', ['attw', '--profile', 'esm-only', '--no-emoji', tarballs[name] as string], root);
    // It exits 1, and so throws here, where a resolution that counts has a problem.
    expect(text).toMatch(/node16 \(from ESM\)/);
    expect(text.replace(/\(ignored[^│\n]*/g, '')).not.toMatch(/failed|Masquerading|Missing|Unexpected/);
  });

  it('names types before code for every import', () => {
    const { exports } = JSON.parse(readFileSync(join(root, name, 'package.json'), 'utf8')) as {
      exports: Record<string, unknown>;
    };
    for (const [path, target] of Object.entries(exports)) {
      if (typeof target === 'object' && target !== null)
        expect(Object.keys(target), path).toEqual(['types', 'default']);
    }
  });
});

describe('a dialect of the codecs', () => {
  it.each(['rfc1', 'rfc2', 'rfc2+token', 'rfc3', 'v1-2026', 'ffa-v1'])(
    '%s loads of other dialects only what it has in common with them, and nothing from outside the package',
    (dialect) => {
      const seen = new Set<string>();
      const visit = (path: string): void => {
        if (seen.has(path)) return;
        seen.add(path);
        for (const [, target = ''] of readFileSync(path, 'utf8').matchAll(/from '([^']+)'/g)) {
          expect(target.startsWith('.'), `${path} imports ${target}`).toBe(true);
          visit(join(path, '..', target));
        }
      };
      visit(join(root, `generated/dist/${subpath(dialect)}/index.js`));
      const outside = [...seen].filter((path) => !path.includes(`/${subpath(dialect)}/`));
      expect(outside.map((path) => path.slice(root.length))).toContain('generated/dist/support/v1.js');
      expect(outside.filter((path) => /\/(index|message|stream|enums)\.js$/.test(path))).toEqual([]);
      expect(outside.length < seen.size).toBe(true);
      expect(seen.size).toBeGreaterThan(30);
    },
  );
});

describe('somebody else’s project', () => {
  const put = (path: string, text: string): void => {
    mkdirSync(join(project, path, '..'), { recursive: true });
    writeFileSync(join(project, path), text);
  };

  it('extends rfc3 by a message of its own, generates, compiles under --strict and round-trips', () => {
    put('package.json', JSON.stringify({ name: 'own', version: '1.0.0', private: true, type: 'module' }));
    run('npm', ['install', ...PACKAGES.map((name) => tarballs[name] as string), 'typescript@5.9'], project);
    cpSync(join(root, 'test/fixtures/project'), project, { recursive: true });
    const vwire = join(project, 'node_modules/.bin/vwire');
    const text = run(vwire, ['generate', '--schema', 'wire', '--out', 'src/wire'], project);
    expect(text).toMatch(/1 dialects/);
    run(
      'npx',
      [
        'tsc',
        '--strict',
        '--noUncheckedIndexedAccess',
        '--target',
        'es2022',
        '--module',
        'nodenext',
        '--outDir',
        'dist',
        'src/main.ts',
      ],
      project,
    );
    expect(JSON.parse(run('node', ['dist/main.js'], project))).toEqual({
      own: { name: 'ACME_TEMPERATURE.event', sensor: 3, millikelvin: 271336, hex: '0090010000000e000300e8230400' },
      inherited: 'PING.request',
      shipped: 'GET_DEVICE_INFO.request',
      truncated: 'short_body',
    });
    expect(readdirSync(join(project, 'src/wire')).sort()).toEqual(['ir', 'manifest.json', 'support', 'virtio-msg']);
    expect(run(vwire, ['generate', '--schema', 'wire', '--out', 'src/wire', '--check'], project)).toContain(
      'all current',
    );
    expect(run(vwire, ['decode', '-d', 'rfc3', '--json', '0002000003000800'], project)).toContain('GET_DEVICE_INFO');
  });
});
