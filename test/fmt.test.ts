import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { formatSchema, Report } from '@virtio-wire/generator';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type Document, isMap, isPair, isSeq, parse, parseDocument } from 'yaml';
import { completed } from './support/excerpt.js';
import { CATALOG, compile, type SchemaText } from './support/generator.js';
import { diagnose, path, shipped } from './support/schema.js';
import { vwire } from './support/vwire.js';

const scratch = mkdtempSync(join(tmpdir(), 'vwire-fmt-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function format(given: SchemaText): string {
  const report = new Report();
  const formatted = formatSchema(given, report);
  expect(report.diagnostics).toEqual([]);
  return formatted as string;
}
const formatText = (text: string): string => format({ file: 'schema/demo/base.yaml', text });
const filesBelow = (folder: string): SchemaText[] =>
  (readdirSync(path(folder), { recursive: true }) as string[])
    .filter((file) => /\.ya?ml$/.test(file))
    .sort()
    .map((file) => ({ file: `${folder}/${file}`, text: readFileSync(path(`${folder}/${file}`), 'utf8') }));

const ugly = readFileSync(path('test/fixtures/fmt/ugly.yaml'), 'utf8');
const UGLY_COMMENTS = [
  '# yaml-language-server: $schema=../../../schema/meta/dialect.schema.json',
  ...['# about the file', '# all of them', '# before PING', '# the body first', '# after data', '# why x'],
  ...['# end of the request', '# where it comes from', '# above doc', '# at the end of PING', '# before PONG'],
  ...['# straight before PONG', '# at the end of transport', '# at the end of messages', '# of the classes'],
  ...['# between two groups of bits', '# odd', '# the very end'],
];

describe('the canonical form', () => {
  it('is how the shipped schema is written', () => {
    for (const given of shipped()) expect(format(given), given.file).toBe(given.text);
    expect(vwire(['fmt', '--check'])).toMatchObject({ code: 0, stderr: '' });
  });

  it('is how the fixtures of the language are written, but for the order of keys in one line', () => {
    const changed = filesBelow('test/fixtures/language').filter((given) => format(given) !== given.text);
    expect(changed.map(({ file }) => basename(file))).toEqual(['admin-1.4-list-query.yaml']);
  });

  it('is how the excerpts of the catalog are written', () => {
    for (const [code, { right }] of Object.entries(CATALOG)) {
      for (const [file, text] of Object.entries(right)) expect(format({ file, text }), code).toBe(text);
    }
  });

  it('is what an ugly file turns into', () => {
    expect(formatText(ugly)).toBe(readFileSync(path('test/fixtures/fmt/ugly.formatted.yaml'), 'utf8'));
  });

  it('is its own canonical form', () => {
    // The shipped files are in it as they stand, which the first test of this group says.
    for (const given of filesBelow('test/fixtures')) {
      const once = format(given);
      expect(format({ ...given, text: once }), given.file).toBe(once);
    }
  });

  it('keeps the value and every comment', () => {
    const formatted = formatText(ugly);
    expect(parse(formatted)).toEqual(parse(ugly));
    for (const comment of UGLY_COMMENTS) expect(formatted.split(comment), comment).toHaveLength(2);
    expect(formatted.split('\n').filter((line) => /(^|\s)#/.test(line))).toHaveLength(UGLY_COMMENTS.length + 2);
  });

  it('does not depend on line ends or a byte order mark', () => {
    expect(formatText(`\uFEFF${ugly.replaceAll('\n', '\r\n')}`)).toBe(formatText(ugly));
  });
});

describe('details of the canonical form', () => {
  const line = (text: string, start: string): string | undefined =>
    formatText(text)
      .split('\n')
      .find((l) => l.trim().startsWith(start));

  it('ids and masks are hexadecimal, other numbers are as the author wrote them', () => {
    expect(line('messages: { transport: { PING: { id: 10 } } }', 'id')).toBe('      id: 0x0a');
    expect(line('messages: { transport: { PING: { id: 0x000A } } }', 'id')).toBe('      id: 0x0a');
    expect(line('enums: { e: { doc: x, flags: true, values: { A: { value: 8, doc: x } } } }', 'A:')).toContain('0x08');
    expect(line('enums: { e: { doc: x, values: { A: { value: 8, doc: x } } } }', 'A:')).toContain('value: 8,');
    expect(line('enums: { e: { doc: x, values: { A: { value: 0x0008, doc: x } } } }', 'A:')).toContain(
      'value: 0x0008,',
    );
  });

  it('names are bare, text is in double quotes, types only where they need it', () => {
    expect(line("header: [ { 'name': 'a', type: 'u8', doc: it }, ]", '- {')).toBe(
      '  - { name: a, type: u8, doc: "it" }',
    );
    expect(line('header: [ { name: a, type: "u8[ 3 ]", doc: it } ]', '- {')).toContain('type: "u8[ 3 ]"');
    expect(line('header: [ { name: "true", type: u8, doc: it } ]', '- {')).toContain('name: "true"');
    expect(line("title: 'it''s \"so\"'", 'title')).toBe(String.raw`title: "it's \"so\""`);
  });

  it('a field is one line, unless it holds a comment, a union or many groups of bits', () => {
    const bits = (n: number): string =>
      `header: [ { name: a, type: u8, doc: x, bits: [ ${'{ name: b, lsb: 0, width: 1, doc: x }, '.repeat(n)} ] } ]`;
    expect(formatText(bits(4)).trim().split('\n')).toHaveLength(2);
    expect(formatText(bits(5)).trim().split('\n')).toHaveLength(1 + 4 + 5);
    expect(formatText('header:\n  - name: a # why\n    type: u8\n    doc: x\n')).toContain(
      '  - name: a # why\n    type: u8\n',
    );
    expect(
      formatText('structs: { s: { doc: x, fields: [ { name: u, doc: x, union: { tag: t, arms: {} } } ] } }'),
    ).toContain('      - name: u\n        doc: "x"\n        union:\n          tag: t\n          arms: {}\n');
  });

  it('only blocks of text are folded', () => {
    const words = 'word '.repeat(60).trim();
    expect(formatText(`title: ${words}\n`)).toBe(`title: "${words}"\n`);
    const folded = formatText(`doc: >-\n  ${words}\n`).trim().split('\n');
    expect(folded).toHaveLength(4);
    for (const l of folded) expect(l.length).toBeLessThanOrEqual(120);
  });

  it('blank lines between items stay, one each; there is none before the first item', () => {
    expect(formatText('classes:\n\n  a: { doc: x }\n\n\n\n  b: { doc: x }\n  c: { doc: x }\n')).toBe(
      'classes:\n  a: { doc: "x" }\n\n  b: { doc: "x" }\n  c: { doc: "x" }\n',
    );
  });

  it('a comment stays with what it is indented like', () => {
    const text =
      'messages:\n  transport:\n    A:\n      id: 0x01\n      # end of A\n    # before B\n    B:\n      id: 0x02\n';
    expect(formatText(text)).toBe(text);
  });

  it('what the language does not know goes behind what it knows', () => {
    expect(formatText("extra: {a: 'b'}\ntitle: x\n")).toBe('title: "x"\nextra: { a: "b" }\n');
  });
});

describe('keys in another order', () => {
  const reference = shipped();
  const hashes = (texts: readonly SchemaText[]): string[] => compile(texts).dialects.map((d) => d.hash);
  const expected = hashes(reference);

  /** The pairs of every mapping with fixed keys in another order; names keep theirs, it is the author's. */
  function shuffle(node: unknown, random: () => number): void {
    if (isSeq(node)) for (const item of node.items) shuffle(item, random);
    if (!isMap(node)) return;
    for (const pair of node.items) if (isPair(pair)) shuffle(pair.value, random);
    const keys = node.items.map((pair) => String(pair.key));
    if (!keys.every((key) => FIXED.test(key))) return;
    node.items = node.items
      .map((pair) => ({ pair, rank: random() }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ pair }) => pair);
  }
  const FIXED =
    /^(language|protocol|dialect|extends|title|doc|spec|profile|aliases|framing|limits|header|classes|ranges|remove|enums|messages|unresolved|name|type|role|bits|enum|min|max|multiple_of|used|reserved|lsb|width|value|values|flags|open|id|was|from|hot|request|response|event|fields|constraints|field|rule|about|readings|source|says|chosen|why|class|to|owner|size|fixed|response_bit|recommended|on|token|bus_device|exact_size|padding|generation|answers|max_msg_size|max_dev_num|refuses|rules)$/;
  const withoutBlanks = (text: string): string => text.replace(/\n+/g, '\n');

  it('give back the canonical order and the same IR', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (numbers) => {
        const random = (): number => numbers.next().value as number;
        const formatted = reference.map((given) => {
          const document: Document = parseDocument(given.text);
          shuffle(document.contents, random);
          const shuffled = document.toString({ lineWidth: 0 });
          return { ...given, text: format({ ...given, text: shuffled }) };
        });
        expect(hashes(formatted)).toEqual(expected);
        formatted.forEach((f, index) => {
          // The printer that shuffled forgets the zeros of hexadecimal numbers, and comments above a first key stay above.
          const order = (text: string): string[] =>
            withoutBlanks(text)
              .replace(/0x0+(?=[0-9a-f])/g, '0x')
              .split('\n')
              .filter((l) => !/^\s*#/.test(l));
          expect(order(f.text)).toEqual(order(reference[index]?.text ?? ''));
        });
      }),
      // Each run shuffles every file there is.
      { numRuns: 3 },
    );
  });
});

describe('files with mistakes', () => {
  it.each(filesBelow('test/diagnostics/fixtures').map((given) => [given.file, given] as const))(
    '%s is formatted, or refused with its diagnostics',
    (_file, given) => {
      const report = new Report();
      const formatted = formatSchema(given, report);
      if (formatted === null) {
        const codes = report.diagnostics.map((d) => d.code);
        expect(codes.length).toBeGreaterThan(0);
        for (const code of codes) expect(['VW100', 'VW101', 'VW109', 'VW111']).toContain(code);
        expect(diagnose([given]).map((d) => d.code)).toEqual(codes);
      } else {
        expect(report.diagnostics).toEqual([]);
        expect(parse(formatted)).toEqual(parse(given.text));
        expect(format({ ...given, text: formatted })).toBe(formatted);
        const found = (text: string): string[] =>
          diagnose([{ ...given, text }])
            .map((d) => `${d.code} ${d.message}`)
            .sort();
        expect(found(formatted).length).toBe(found(given.text).length);
      }
    },
  );

  it('whatever is done to a shipped file, it is formatted without loss or refused, and never throws', () => {
    const texts = shipped();
    const edit = fc.record({
      file: fc.nat({ max: texts.length - 1 }),
      at: fc.double({ min: 0, max: 0.999999, noNaN: true }),
      text: fc.constantFrom(
        '# note',
        ' # note\n',
        '\n# note\n',
        '\n\n',
        '  ',
        ',',
        '{',
        '[ ]',
        '"',
        ': ',
        '- ',
        '!!str ',
        '\n      # note\n',
      ),
      cut: fc.nat({ max: 3 }),
    });
    let formatted = 0;
    fc.assert(
      fc.property(edit, ({ file, at, text, cut }) => {
        const given = texts[file] as SchemaText;
        const place = Math.floor(at * given.text.length);
        const changed = { ...given, text: given.text.slice(0, place) + text + given.text.slice(place + cut) };
        const report = new Report();
        const once = formatSchema(changed, report);
        if (once === null) return void expect(report.diagnostics.length).toBeGreaterThan(0);
        formatted++;
        expect(parse(once)).toEqual(parse(changed.text));
        expect(once.split('# note').length).toBe(changed.text.split('# note').length);
        expect(format({ ...given, text: once })).toBe(once);
      }),
      { numRuns: 300 },
    );
    expect(formatted).toBeGreaterThan(50);
  });
});

describe('vwire fmt', () => {
  const folder = (name: string): string => {
    const where = join(scratch, name, 'schema', 'demo');
    mkdirSync(where, { recursive: true });
    return where;
  };

  it('writes what changes, names it, and leaves the rest alone', () => {
    const where = folder('write');
    copyFileSync(path('test/fixtures/fmt/ugly.yaml'), join(where, 'ugly.yaml'));
    const [fine] = completed({ 'demo/base.yaml': CATALOG.VW208.right['demo/base.yaml'] as string }) as [SchemaText];
    writeFileSync(join(where, 'base.yaml'), fine.text);
    const schema = join(scratch, 'write', 'schema');
    const check = vwire(['fmt', '--check', '--schema', schema]);
    expect(check).toMatchObject({ code: 1, stderr: '' });
    expect(check.stdout).toMatch(/^would change {2}\S+demo\/ugly\.yaml\n2 files, 1 to format\n$/);
    expect(readFileSync(join(where, 'ugly.yaml'), 'utf8')).toBe(ugly);
    expect(vwire(['fmt', '--schema', schema])).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(join(where, 'ugly.yaml'), 'utf8')).toBe(formatText(ugly));
    expect(JSON.parse(vwire(['fmt', '--check', '--json', '--schema', schema]).stdout)).toEqual({
      ok: true,
      files: 2,
      changed: [],
      diagnostics: [],
    });
  });

  it('leaves a file it cannot read as it is, with its diagnostics, and formats the others', () => {
    const where = folder('broken');
    const broken = 'title: "no end\n';
    writeFileSync(join(where, 'broken.yaml'), broken);
    writeFileSync(join(where, 'other.yaml'), 'title: x\n');
    const run = vwire(['fmt', join(where, 'broken.yaml'), join(where, 'other.yaml')]);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/broken\.yaml:\d+:\d+: error VW100/);
    expect(readFileSync(join(where, 'broken.yaml'), 'utf8')).toBe(broken);
    expect(readFileSync(join(where, 'other.yaml'), 'utf8')).toBe('title: "x"\n');
  });

  it('is a filter for "-"', () => {
    expect(vwire(['fmt', '-'], { input: ugly })).toEqual({ code: 0, stdout: formatText(ugly), stderr: '' });
    expect(vwire(['fmt', '-', '--check'], { input: ugly })).toMatchObject({ code: 1, stdout: '' });
    expect(vwire(['fmt', '-'], { input: 'a: [' })).toMatchObject({ code: 1, stdout: '' });
  });

  it('names a file that does not exist, and exits 2', () => {
    expect(vwire(['fmt', 'schema/virtio-msg/rfc4.yaml'])).toMatchObject({ code: 2, stdout: '' });
  });
});
