import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Dialect, Profile, parseType, renderJsonSchemas, TYPE_TEXT } from '@virtio-wire/generator';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { path, shipped } from './support/schema.js';

type Json = Record<string, unknown> & { $defs: Record<string, JsonNode>; properties: Record<string, JsonNode> };
interface JsonNode {
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonNode>>;
  readonly [keyword: string]: unknown;
}

const emitted = new Map([...renderJsonSchemas()].map(([file, text]) => [file, JSON.parse(text) as Json]));
const languages = [
  { name: 'dialect', zod: Dialect, json: emitted.get('meta/dialect.schema.json') as Json },
  { name: 'profile', zod: Profile, json: emitted.get('meta/profile.schema.json') as Json },
] as const;
const validators = new Map(languages.map(({ name, json }) => [name, new Ajv2020({ strict: true }).compile(json)]));

const yamlBelow = (folder: string): string[] =>
  (readdirSync(folder, { recursive: true }) as string[])
    .filter((file) => /\.ya?ml$/.test(file))
    .map((file) => join(folder, file))
    .sort();

const languageOf = (file: string, text: string): 'dialect' | 'profile' =>
  /(^|[/\\])profiles[/\\]/.test(file) || (/^profile:/m.test(text) && !/^dialect:/m.test(text)) ? 'profile' : 'dialect';

/** What the run-time check says, and what an editor says; they never differ. */
function verdicts(name: 'dialect' | 'profile', value: unknown): { zod: boolean; editor: boolean; why: string } {
  const validate = validators.get(name) as ValidateFunction;
  const zod = (name === 'profile' ? Profile : Dialect).safeParse(value);
  const editor = validate(value);
  return { zod: zod.success, editor, why: JSON.stringify([zod.error?.issues, validate.errors]) };
}

describe.each(languages)('the JSON Schema of a $name', ({ name, json }) => {
  /** Every keyword object of the schema, with the path people find it by. */
  const nodes: [string, JsonNode][] = [];
  const walk = (where: string, node: unknown): void => {
    if (Array.isArray(node)) for (const [index, inner] of node.entries()) walk(`${where}/${index}`, inner);
    else if (node !== null && typeof node === 'object') {
      nodes.push([where, node as JsonNode]);
      for (const [key, inner] of Object.entries(node)) if (key !== 'examples') walk(`${where}/${key}`, inner);
    }
  };
  walk('#', json);
  const target = (node: JsonNode): JsonNode =>
    node.$ref === undefined ? node : { ...json.$defs[node.$ref.replace('#/$defs/', '')], ...node };

  it('is what the repository has committed', () => {
    expect(JSON.parse(readFileSync(path(`schema/meta/${name}.schema.json`), 'utf8'))).toEqual(json);
  });

  it('describes every property', () => {
    const properties = nodes.flatMap(([where, node]) =>
      where.endsWith('/properties') ? Object.entries(node).map(([key, p]) => [`${where}/${key}`, p as JsonNode]) : [],
    ) as [string, JsonNode][];
    expect(properties.length).toBeGreaterThan(15);
    const missing = properties.filter(([, p]) => !/^.{8}/.test(target(p).description ?? ''));
    expect(missing.map(([where]) => where)).toEqual([]);
  });

  it('names its definitions by what they define, with title and description', () => {
    for (const [key, definition] of Object.entries(json.$defs)) {
      expect(key).toMatch(/^[A-Z][A-Za-z]+$/);
      expect(definition, key).toMatchObject({ title: expect.any(String), description: expect.any(String) });
    }
    expect(json).toMatchObject({ title: expect.any(String), description: expect.any(String) });
  });

  it('gives examples that are valid where they stand', () => {
    const ajv = new Ajv2020({ strict: true });
    const withExamples = nodes.filter(([, node]) => Array.isArray(node.examples));
    expect(withExamples.length).toBeGreaterThan(3);
    for (const [where, node] of withExamples) {
      const { examples, ...rest } = node;
      const validate = ajv.compile({ ...rest, $defs: json.$defs });
      for (const example of examples ?? [])
        expect(validate(example), `${where}: ${JSON.stringify(example)}`).toBe(true);
    }
  });
});

it('shows by example what is written most: fields, bits, messages, framing and types', () => {
  const { $defs } = languages[0].json;
  for (const name of ['Field', 'Bits', 'Message', 'Framing', 'Type', 'Enumeration', 'Range', 'Constraint'])
    expect([name, ($defs[name]?.examples ?? $defs.EnumerationValue?.examples ?? []).length]).not.toEqual([name, 0]);
});

describe('every file starts by naming the schema that its editor completes from', () => {
  const files = [...yamlBelow(path('schema')), ...yamlBelow(path('test/fixtures/language'))];

  it.each(files.map((file) => file.slice(path('').length)))('%s', (file) => {
    const text = readFileSync(path(file), 'utf8');
    const named = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text)?.[1];
    expect(named, 'modeline in the first line').toBeDefined();
    const found = resolve(dirname(path(file)), named ?? '');
    expect(existsSync(found)).toBe(true);
    expect(found).toBe(path(`schema/meta/${languageOf(file, text)}.schema.json`));
  });
});

describe('an editor and the run-time check agree', () => {
  const values = (files: readonly string[]): [string, 'dialect' | 'profile', unknown][] =>
    files.flatMap((file) => {
      const text = readFileSync(file, 'utf8');
      try {
        return [[file.slice(path('').length), languageOf(file, text), parse(text)] as const];
      } catch {
        return []; // Not YAML: neither of them is asked.
      }
    }) as [string, 'dialect' | 'profile', unknown][];
  const good = values([...yamlBelow(path('schema')), ...yamlBelow(path('test/fixtures/language'))]);

  it.each(good)('on %s, which both accept', (_file, language, value) => {
    expect(verdicts(language, value)).toMatchObject({ zod: true, editor: true });
  });

  it.each(values(yamlBelow(path('test/diagnostics/fixtures'))))('on %s', (_file, language, value) => {
    const { zod, editor, why } = verdicts(language, value);
    expect(editor, why).toBe(zod);
  });

  it('on every text as a type, accepted or not', () => {
    const word = fc.constantFrom(
      'u8',
      'u32',
      'char',
      'entry_t',
      'a.b',
      '0',
      '1',
      '007',
      '12',
      'bits',
      'bytes',
      '...',
      '_',
    );
    const mark = fc.constantFrom('[', ']', ' ', '+', '\t', '.', '\n', '\u00a0', '\ufeff', '');
    const shaped = fc
      .tuple(word, mark, word, mark, word, mark, word, mark, mark)
      .map((parts) => parts.join(''))
      .map((text) => (text.includes('[') ? text : text.replace(/^(\w+)(.*)$/s, '$1[$2]')));
    let accepted = 0;
    fc.assert(
      fc.property(
        fc.oneof(
          shaped,
          fc.array(fc.oneof(word, mark)).map((p) => p.join('')),
          fc.string(),
        ),
        (text) => {
          if (parseType(text) !== null) accepted++;
          expect(new RegExp(TYPE_TEXT.source, 'u').test(text), JSON.stringify(text)).toBe(parseType(text) !== null);
        },
      ),
      { numRuns: 3_000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });

  it('on 300 shipped files with a key less, a key more, a value of another kind or out of range', () => {
    const texts = shipped();
    const counts = { accepted: 0, refused: 0 };
    const change = fc.record({
      file: fc.nat({ max: texts.length - 1 }),
      at: fc.double({ min: 0, max: 0.999999, noNaN: true }),
      kind: fc.constantFrom('delete', 'add', 'retype', 'renumber', 'respell'),
      value: fc.oneof(
        fc.constantFrom<unknown>(null, true, '', 'x y', 'A', 'a', [], {}, [1], ['request'], { a: 1 }, 0, -1, 1, 0.5),
        fc.constantFrom<unknown>(255, 256, 2 ** 53, -(2 ** 53), 1e300, Number.POSITIVE_INFINITY, Number.NaN),
      ),
    });
    fc.assert(
      fc.property(change, ({ file, at, kind, value }) => {
        const given = texts[file] as { file: string; text: string };
        const root = parse(given.text) as unknown;
        mutate(root, at, kind, value);
        const { zod, editor, why } = verdicts(languageOf(given.file, given.text), root);
        counts[zod ? 'accepted' : 'refused']++;
        expect(editor, why).toBe(zod);
      }),
      { numRuns: 300 },
    );
    expect(Math.min(counts.accepted, counts.refused)).toBeGreaterThan(0);
  });
});

/** Changes one place of a value, chosen by `at` among all places where the change makes sense. */
function mutate(root: unknown, at: number, kind: string, value: unknown): void {
  const places: { holder: Record<string, unknown>; key: string }[] = [];
  const walk = (holder: unknown): void => {
    if (holder === null || typeof holder !== 'object') return;
    for (const [key, inner] of Object.entries(holder)) {
      const fits =
        kind === 'renumber' ? typeof inner === 'number' : kind === 'respell' ? typeof inner === 'string' : true;
      if (fits && !(kind === 'delete' && Array.isArray(holder)))
        places.push({ holder: holder as Record<string, unknown>, key });
      walk(inner);
    }
  };
  walk(root);
  const place = places[Math.floor(at * places.length)];
  if (place === undefined) return;
  const { holder, key } = place;
  if (kind === 'delete') delete holder[key];
  else if (kind === 'add') holder[Array.isArray(holder) ? String(holder.length) : 'unknown_key'] = value;
  else if (kind === 'renumber') holder[key] = typeof value === 'number' ? value : -1;
  else if (kind === 'respell') holder[key] = typeof value === 'string' ? value : `${String(holder[key])}[`;
  else holder[key] = value;
}
