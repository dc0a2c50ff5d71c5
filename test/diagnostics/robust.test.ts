import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile, type Diagnostic, type SchemaText } from '../support/generator.js';
import { brief, diagnose, shipped } from '../support/schema.js';

const only = (text: string): readonly Diagnostic[] => diagnose([{ file: 'schema/demo/base.yaml', text }]);

const replaced = (file: string, change: (text: string) => string): SchemaText[] =>
  around(file).map((t) => (t.file === file ? { ...t, text: change(t.text) } : t));

/** A file with those it has to do with: all dialects of messages, but of families of structs only itself. */
const around = (file: string): SchemaText[] => groups.find((group) => group.some((t) => t.file === file)) ?? [];

const isFamily = ({ text }: SchemaText): boolean => /^(structs|commands):/m.test(text) && !/^messages:/m.test(text);
const groups: readonly SchemaText[][] = [
  shipped().filter((t) => !isFamily(t)),
  ...shipped().flatMap((t) => (isFamily(t) ? [[t]] : [])),
];

const ROOT = 'schema/virtio-msg/alpha.yaml';

describe('a file that is no schema gets one clear diagnostic', () => {
  const cases: Readonly<Record<string, [text: string, code: string, message: RegExp]>> = {
    'an empty file': ['', 'VW109', /got an empty file/],
    'a file of comments': ['# nothing yet\n', 'VW109', /got an empty file/],
    'a byte order mark alone': ['\uFEFF', 'VW109', /got an empty file/],
    'a list': ['- a\n- b\n', 'VW109', /got a list/],
    'a word': ['hello\n', 'VW109', /got text/],
    'two documents': ['a: 1\n---\nb: 2\n', 'VW100', /second document/],
    'a tab as indentation': ['a:\n\tb: 1\n', 'VW100', /[Tt]ab/],
    'an unclosed quote': ['title: "no end\n', 'VW100', /quote/],
    'an alias without an anchor': ['a: *b\n', 'VW111', /alias "\*b"/],
    'a map that contains itself': ['a: &a\n  b: *a\n', 'VW111', /alias "\*a"/],
    'a list as a key': ['? [a, b]\n: 1\n', 'VW100', /key/],
    'an unknown tag': ['title: !secret x\n', 'VW100', /tag/i],
  };
  for (const [name, [text, code, message]] of Object.entries(cases)) {
    it(name, () => {
      const found = only(text);
      expect(found.map((d) => d.code)).toEqual([code]);
      expect(found[0]?.message).toMatch(message);
      expect(found[0]?.hint).toBeDefined();
    });
  }

  it('an alias bomb is named, not expanded', () => {
    const lines = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 26; i++) {
      const [own, before] = [String.fromCharCode(97 + i), String.fromCharCode(96 + i)];
      lines.push(`${own}: &${own} [${new Array(10).fill(`*${before}`).join(', ')}]`);
    }
    const found = only(`${lines.join('\n')}\n`);
    expect(found.map(brief)).toEqual(['VW111 schema/demo/base.yaml:2:8']);
    expect(found[0]?.message).toContain('and 249 more');
  });

  it('nesting that would exhaust the stack is refused', () => {
    for (const depth of [60, 2_000, 50_000]) {
      const flow = only(`a: ${'['.repeat(depth)}${']'.repeat(depth)}\n`);
      expect(
        flow.map((d) => d.code),
        `${depth} lists`,
      ).toEqual(['VW100']);
      expect(flow[0]?.message).toMatch(/nest/);
    }
    expect(
      only(
        new Array(400)
          .fill(0)
          .map((_, i) => `${' '.repeat(i)}a:`)
          .join('\n'),
      ).map((d) => d.code),
    ).toEqual(['VW100']);
  });

  it('an expression that would exhaust the stack is refused', () => {
    for (const rule of ['('.repeat(50_000), `1${' + 1'.repeat(50_000)}`]) {
      const found = diagnose(
        replaced(ROOT, (t) =>
          t.replace(
            '      request:\n        fields: []',
            `      request:\n        fields: [ { name: x, type: u8, doc: "x" } ]\n        constraints: [ { field: x, rule: "${rule}", doc: "x" } ]`,
          ),
        ),
      );
      expect(found.map((d) => d.code)).toContain('VW107');
    }
  });

  it('binary garbage gets at most three', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const found = only(new TextDecoder().decode(bytes));
        expect(found.length).toBeGreaterThan(0);
        expect(found.filter((d) => d.code === 'VW100').length).toBeLessThanOrEqual(3);
      }),
      { numRuns: 200 },
    );
  });
});

describe('line ends and byte order marks', () => {
  it('carriage returns before the line feeds change nothing', () => {
    const crlf = compile(shipped().map((t) => ({ ...t, text: t.text.replaceAll('\n', '\r\n') })));
    expect(crlf.report.diagnostics).toEqual([]);
    expect(crlf.dialects.map((d) => d.hash)).toEqual(compile(shipped()).dialects.map((d) => d.hash));
  });

  it('a byte order mark changes nothing, not even the column of a mistake in the first line', () => {
    expect(diagnose(shipped().map((t) => ({ ...t, text: `\uFEFF${t.text}` })))).toEqual([]);
    expect(only('\uFEFFtitel: "x"\n').map(brief)).toEqual(only('titel: "x"\n').map(brief));
  });

  it('a mistake in a file with carriage returns keeps its place', () => {
    const broken = (t: string): string => t.replace('from: driver', 'form: driver');
    const [lf] = diagnose(replaced(ROOT, broken));
    const [crlf] = diagnose(replaced(ROOT, (t) => broken(t).replaceAll('\n', '\r\n')));
    expect(lf).toBeDefined();
    expect(crlf).toEqual(lf);
  });
});

describe('one broken file is the only one that is reported', () => {
  const files = shipped().map((t) => t.file);
  const ways: Readonly<Record<string, (text: string) => string>> = {
    'has an unclosed bracket': (t) => `${t}\nextra: [\n`,
    'is empty': () => '',
    'has a key twice': (t) => t.replace(/^(title: .*)$/m, '$1\n$1'),
    'has an unknown key': (t) => `${t}\nextra: 1\n`,
    'has a title that is a number': (t) => t.replace(/^title: .*$/m, 'title: 5'),
  };
  for (const [way, change] of Object.entries(ways)) {
    it(`when it ${way}`, () => {
      for (const file of files) {
        const found = diagnose(replaced(file, change));
        expect(found.map(brief), `${file} ${way}`).toHaveLength(1);
        expect(found[0]?.place.file).toBe(file);
      }
    });
  }

  it('when a dialect declares no header, its children do not lack one too', () => {
    const found = diagnose(replaced(ROOT, (t) => t.replace(/^classes:\n(?: .*\n)+/m, '')));
    expect(found.map((d) => `${d.code} ${d.place.file}`)).toEqual([`VW103 ${ROOT}`]);
  });

  it('when a field is lost, nothing that refers to the field is wrong as well', () => {
    const found = diagnose(
      replaced('schema/virtio-msg/rfc2.yaml', (t) =>
        t.replaceAll('{ name: length, type: u32,', '{ name: length, type: u33,'),
      ),
    );
    expect(new Set(found.map((d) => d.code))).toEqual(new Set(['VW206']));
  });

  it('when a message is misspelt, the profiles that judge it are not', () => {
    const found = diagnose(replaced(ROOT, (t) => t.replace('    SET_VQUEUE:\n      id: 0x0c\n', '    SET_VQUEUE:\n')));
    expect(found.filter((d) => d.place.file.includes('/profiles/')).map(brief)).toEqual([]);
  });
});

describe('whatever is done to the shipped schema', () => {
  const position = fc.double({ min: 0, max: 0.999999, noNaN: true });
  const edit = fc.record({
    file: position,
    kind: fc.constantFrom('delete', 'duplicate', 'swap', 'character', 'remove', 'indent'),
    at: position,
    other: position,
    character: fc.oneof(
      fc.constantFrom(...':-[]{}&*!|>\'"%@`#,?\t\n 0aZ_.$'),
      fc.string({ minLength: 1, maxLength: 1 }),
    ),
  });

  it('it gives diagnostics whose places lie within the file, or IR, and never throws', () => {
    fc.assert(
      fc.property(fc.constantFrom(...groups), fc.array(edit, { minLength: 1, maxLength: 4 }), (texts, edits) => {
        const changed = texts.map((t) => ({ ...t }));
        for (const e of edits) {
          const target = changed[Math.floor(e.file * changed.length)] as { file: string; text: string };
          target.text = mutate(target.text, e);
        }
        const { report, dialects, families } = compile(changed);
        if (report.diagnostics.length === 0) {
          const before = compile(texts);
          expect(dialects.length + families.length).toBe(before.dialects.length + before.families.length);
        }
        for (const d of report.diagnostics) {
          for (const place of d.also === undefined ? [d.place] : [d.place, d.also]) {
            const lines = changed.find((t) => t.file === place.file)?.text.split('\n');
            expect(lines, `${brief(d)} names a file`).toBeDefined();
            expect(place.line, brief(d)).toBeLessThanOrEqual(lines?.length ?? 0);
            expect(place.column, brief(d)).toBeLessThanOrEqual((lines?.[place.line - 1]?.length ?? 0) + 1);
            expect(Math.min(place.line, place.column), brief(d)).toBeGreaterThanOrEqual(1);
          }
          expect(d.message, brief(d)).not.toMatch(/undefined|\[object|NaN/);
          expect(d.hint, `${brief(d)} ${d.message}`).toBeDefined();
        }
      }),
      { numRuns: 200, verbose: true },
    );
  });
});

function mutate(text: string, e: { kind: string; at: number; other: number; character: string }): string {
  if (e.kind === 'character' || e.kind === 'remove') {
    const at = Math.floor(e.at * text.length);
    return text.slice(0, at) + (e.kind === 'character' ? e.character : '') + text.slice(at + 1);
  }
  const lines = text.split('\n');
  const at = Math.floor(e.at * lines.length);
  const other = Math.floor(e.other * lines.length);
  const line = lines[at] ?? '';
  if (e.kind === 'delete') lines.splice(at, 1);
  else if (e.kind === 'duplicate') lines.splice(other, 0, line);
  else if (e.kind === 'indent') lines[at] = `  ${line}`;
  else [lines[at], lines[other]] = [lines[other] ?? '', line];
  return lines.join('\n');
}
