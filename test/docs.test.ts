import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localRegistry, type Registry } from './support/registry.js';
import { root } from './support/vwire.js';

interface Block {
  readonly language: string;
  readonly text: string;
  /** What the comment directly above says: `in: project`, `file: path`, `prints`. */
  readonly mark: string;
}

function blocksOf(path: string): Block[] {
  const text = readFileSync(join(root, path), 'utf8');
  return [...text.matchAll(/(?:<!-- ([^>]*?) -->\n)?```(\w+)\n([\s\S]*?)```/g)].map(
    ([, mark = '', language = '', body = '']) => ({
      mark,
      language,
      text: body,
    }),
  );
}

/** What the comments behind `console.log` say it prints. */
const saidIn = (text: string): string[] =>
  [...text.matchAll(/console\.log\(.*\/\/ (.+)$/gm)].map((m) => m[1] as string);

const scratch = mkdtempSync(join(tmpdir(), 'vwire-docs-'));
/** Inside the repository, so that its own packages resolve by name. */
const inside = join(root, 'node_modules/.cache/vwire-docs');
let registry: Registry;
beforeAll(async () => {
  registry = await localRegistry();
});
afterAll(async () => {
  await registry.close();
  rmSync(scratch, { recursive: true });
  rmSync(inside, { recursive: true, force: true });
});

const bash = (script: string, cwd: string, env: Record<string, string> = {}) =>
  spawnSync('bash', ['-euo', 'pipefail', '-c', script], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...registry.env, NO_COLOR: '1', ...env },
  });

describe.each([
  { page: 'docs/guide.md', project: join(scratch, 'project') },
  // Without packages of its own: it finds those of the repository above it.
  { page: 'docs/diff.md', project: join(inside, 'diff') },
  ...['header', 'budget', 'align'].map((name) => ({ page: `docs/${name}.md`, project: join(scratch, name) })),
  { page: 'docs/drift.md', project: join(inside, 'drift') },
  { page: 'docs/translate.md', project: join(inside, 'translate') },
])('$page, followed literally', ({ page, project }) => {
  const packs = join(scratch, 'packs');
  // What a run that was cut short left behind would change what the page's commands print.
  rmSync(project, { recursive: true, force: true });
  mkdirSync(project, { recursive: true });
  let printed = '';

  it.each(blocksOf(page).map((block, i) => ({ ...block, title: `${i + 1} (${block.mark || block.language})` })))(
    'block $title works',
    (block) => {
      if (block.mark.startsWith('file: ')) {
        const path = join(project, block.mark.slice('file: '.length));
        mkdirSync(join(path, '..'), { recursive: true });
        writeFileSync(path, block.text);
        return;
      }
      if (block.mark === 'prints') {
        expect(printed).toBe(block.text);
        return;
      }
      expect(block.language).toBe('sh');
      const [where, exits] = block.mark.split(', ');
      const PATH = `${root}node_modules/.bin:${process.env.PATH}`;
      const run = bash(block.text, where === 'in: clone' ? root : project, { PACKS: packs, PATH });
      expect(run.status, `${block.text}${run.stdout}${run.stderr}`).toBe(exits === 'findings' ? 1 : 0);
      printed = run.stdout;
    },
  );
});

/** Pages about one command each: what they show is what it prints. */
const PAGES = ['docs/identify.md', 'docs/trace.md'];

describe.each(PAGES)('%s', (page) => {
  const blocks = blocksOf(page);
  const shown = blocks.flatMap(({ language, text }, i) => {
    const next = blocks[i + 1];
    return language === 'sh' ? [{ text, prints: next?.mark === 'prints' ? next.text : null }] : [];
  });

  it.each(shown)('prints what it shows: $text', ({ text, prints }) => {
    // 1 tells of findings, and captures of real peers have them.
    const run = bash(`(${text.trimEnd()}\n) || [ $? -eq 1 ]`, root);
    expect(run.status, run.stderr).toBe(0);
    if (prints !== null) expect(run.stdout).toBe(prints);
  });

  const programs = blocks.filter((b) => b.language === 'ts').map(({ text }, i) => ({ text, name: `${i + 1}` }));

  it.each(programs)('has program $name, which prints what it says', ({ text, name }) => {
    mkdirSync(inside, { recursive: true });
    writeFileSync(join(inside, 'package.json'), '{"type":"module"}');
    const path = join(inside, `${page.replace(/\W/g, '-')}-${name}.js`);
    writeFileSync(path, text);
    const out = execFileSync('node', [path], { cwd: root, encoding: 'utf8' });
    expect(out.split('\n')).toEqual(expect.arrayContaining(saidIn(text)));
  });
});

describe('the README', () => {
  const blocks = blocksOf('README.md');

  it('has its two commands run by CI', () => {
    const ci = readFileSync(join(root, '.ci/run'), 'utf8');
    for (const command of ['npm ci', 'npm test', 'npm start']) expect(ci).toContain(command);
  });

  const commands = blocks
    .filter((b) => b.language === 'sh')
    .flatMap((b) => b.text.split('\n'))
    .filter((line) => line.startsWith('npx '));

  it.each(commands)('%s', (command) => {
    const run = bash(`${command} || [ $? -eq 1 ]`, root);
    expect(run.status, run.stderr).toBe(0);
    expect(run.stdout).not.toBe('');
  });

  const examples = blocks.filter((b) => b.language === 'ts').map(({ text }, i) => ({ text, name: `example-${i + 1}` }));

  it.each(examples)('has $name, which compiles under --strict and prints what it says', ({ text, name }) => {
    mkdirSync(inside, { recursive: true });
    writeFileSync(join(inside, 'package.json'), '{"type":"module"}');
    writeFileSync(join(inside, `${name}.ts`), text);
    const options = [
      '--strict',
      '--noUncheckedIndexedAccess',
      '--target',
      'es2022',
      '--module',
      'nodenext',
      '--types',
      'node',
    ];
    execFileSync('npx', ['tsc', ...options, join(inside, `${name}.ts`)], { cwd: root, stdio: 'pipe' });
    const out = execFileSync('node', [join(inside, `${name}.js`)], { cwd: root, encoding: 'utf8' });
    const said = saidIn(text);
    expect(said.length).toBeGreaterThan(0);
    for (const line of said) expect(out.split('\n')).toContain(line);
  });

  it('has an example of each package one imports', () => {
    expect(examples).toHaveLength(2);
  });

  it('shows lines that npm start prints', () => {
    const shown = blocks.find((b) => b.language === 'text' && b.text.includes('GET_DEVICES'));
    const run = bash('npm start --silent', root);
    expect(run.status, run.stderr).toBe(0);
    for (const line of (shown?.text ?? '').trimEnd().split('\n')) expect(run.stdout).toContain(line);
    expect(run.stdout).toMatch(/^read {7}\d+ schema files/m);
    expect(run.stdout).toMatch(/^unchanged {2}\d+ files/m);
    expect(run.stdout).toContain('linux-loopback-blk-v1-2026.jsonl');
    expect(run.stdout).toContain('reset in mid-flight');
  });

  it('links only to what exists', () => {
    for (const page of [
      'README.md',
      'CONTRIBUTING.md',
      'docs/guide.md',
      'docs/diff.md',
      'docs/drift.md',
      'docs/translate.md',
      'docs/header.md',
      'docs/budget.md',
      'docs/align.md',
      ...PAGES,
    ]) {
      const text = readFileSync(join(root, page), 'utf8');
      for (const [, target = ''] of text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)) {
        if (!/^https?:/.test(target))
          expect(existsSync(join(root, page, '..', target)), `${page} → ${target}`).toBe(true);
      }
    }
  });
});

describe('the API reference', () => {
  it('is built by typedoc without a warning', () => {
    const run = spawnSync('npx', ['typedoc', '--emit', 'none', '--treatWarningsAsErrors'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(run.status, run.stdout + run.stderr).toBe(0);
  });
});
