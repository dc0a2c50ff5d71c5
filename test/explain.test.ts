import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { renderExplanation, renderGithub } from '@virtio-wire/generator';
import { afterAll, describe, expect, it } from 'vitest';
import { completed } from './support/excerpt.js';
import { CATALOG, type Diagnostic } from './support/generator.js';
import { diagnose } from './support/schema.js';
import { vwire } from './support/vwire.js';

const entries = Object.entries(CATALOG);
const same = (text: string): string => text;
const plain = { bold: same, red: same, yellow: same, cyan: same, dim: same };
const scratch = mkdtempSync(join(tmpdir(), 'vwire-explain-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function folderOf(name: string, excerpt: Readonly<Record<string, string>>): string {
  const folder = join(scratch, name, 'schema');
  mkdirSync(folder, { recursive: true });
  for (const { file, text } of completed(excerpt)) {
    mkdirSync(dirname(join(scratch, name, file)), { recursive: true });
    writeFileSync(join(scratch, name, file), text);
  }
  return folder;
}

describe('the excerpts of the catalog hold what they promise', () => {
  it.each(entries)('%s: the wrong one provokes it and nothing else, the right one nothing at all', (code, entry) => {
    const codes = (found: readonly Diagnostic[]): string[] => [...new Set(found.map((d) => d.code))];
    expect(codes(diagnose(completed(entry.wrong))), 'wrong').toEqual([code]);
    expect(codes(diagnose(completed(entry.right))), 'right').toEqual([]);
  });

  it.each(entries)('%s: is explained in sentences, without a line break', (_code, { title, explanation }) => {
    expect(title).toMatch(/^[^\n.]+$/);
    expect(explanation).toMatch(/^[A-Z\w`][^\n]*\.$/);
    expect(explanation.length).toBeGreaterThan(title.length);
  });
});

describe('vwire explain', () => {
  it.each(entries)('%s says what it means, what provokes it and what corrects it', (code, entry) => {
    const text = renderExplanation(code as Diagnostic['code'], plain);
    expect(text.replace(/\s+/g, ' ')).toContain(entry.explanation);
    for (const excerpt of [entry.wrong, entry.right])
      for (const line of Object.values(excerpt).join('').trim().split('\n')) expect(text).toContain(line.trim());
    expect(text).toMatch(/^ {2}[-+] /m);
  });

  it('prints that, for a code in any case, and as JSON', () => {
    const run = vwire(['explain', 'vw208']);
    expect(run).toEqual({ code: 0, stdout: `${renderExplanation('VW208', plain)}\n`, stderr: '' });
    expect(JSON.parse(vwire(['explain', 'VW208', '--json']).stdout)).toEqual({
      code: 'VW208',
      severity: 'error',
      ...CATALOG.VW208,
    });
  });

  it('lists every code with its title', () => {
    const lines = vwire(['explain']).stdout.trim().split('\n');
    expect(lines.map((line) => line.split(/\s{2,}/))).toEqual(
      entries.map(([code, { title }]) => [code, code.startsWith('VW4') ? 'warning' : 'error', title]),
    );
    expect(JSON.parse(vwire(['explain', '--json']).stdout)).toHaveLength(entries.length);
  });

  it('names the nearest codes when it does not know one, and exits 2', () => {
    const run = vwire(['explain', 'VW3O8']);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toContain('VW308');
  });
});

describe('vwire check --format', () => {
  const wrong = folderOf('wrong', CATALOG.VW208.wrong);
  const right = folderOf('right', CATALOG.VW208.right);
  const [found] = diagnose(completed(CATALOG.VW208.wrong)) as [Diagnostic];

  it('text is the default, and points at "explain"', () => {
    const run = vwire(['check', '--schema', wrong]);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(found.message);
    expect(run.stdout).toContain('vwire explain VW208');
  });

  it('json is the values themselves, and --json is the same', () => {
    const run = vwire(['check', '--schema', wrong, '--format', 'json']);
    expect(run).toMatchObject({ code: 1, stderr: '' });
    expect(JSON.parse(run.stdout)).toEqual([
      expect.objectContaining({ code: 'VW208', message: found.message, hint: found.hint }),
    ]);
    expect(vwire(['check', '--schema', wrong, '--json'])).toEqual(run);
  });

  it('github is one annotation per line, and nothing where nothing is wrong', () => {
    const run = vwire(['check', '--schema', wrong, '--format', 'github']);
    expect(run).toMatchObject({ code: 1, stderr: '' });
    expect(run.stdout).toMatch(
      /^::error file=[^,:]+base\.yaml,line=\d+,col=\d+,title=VW208::PONG and PING both use [^\n]*%0Ahint: [^\n]*\n$/,
    );
    expect(vwire(['check', '--schema', right, '--format', 'github'])).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('another form is wrong use', () => {
    const run = vwire(['check', '--format', 'xml']);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toContain('github');
  });
});

describe('an annotation for GitHub', () => {
  const base: Diagnostic = {
    code: 'VW100',
    severity: 'error',
    message: 'wrong',
    place: { file: 'a.yaml', line: 3, column: 7 },
  };

  it('escapes what would end a property or the line', () => {
    const d: Diagnostic = {
      ...base,
      message: '100% wrong: a, b\r\n::error::no',
      place: { file: 'C:/50%,x\ny.yaml', line: 3, column: 7 },
    };
    expect(renderGithub(d)).toBe(
      '::error file=C%3A/50%25%2Cx%0Ay.yaml,line=3,col=7,title=VW100::100%25 wrong: a, b%0D%0A::error::no',
    );
  });

  it('tells a warning, the second place and the hint', () => {
    const d: Diagnostic = {
      ...base,
      severity: 'warning',
      also: { file: 'b.yaml', line: 1, column: 2, text: 'first declared here' },
      hint: 'change one',
    };
    expect(renderGithub(d)).toBe(
      '::warning file=a.yaml,line=3,col=7,title=VW100::wrong%0Ab.yaml:1:2: first declared here%0Ahint: change one',
    );
  });
});
