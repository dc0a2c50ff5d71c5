import { rmSync } from 'node:fs';
import {
  compile,
  DialectIndex,
  type DialectIR,
  decode,
  encode,
  errorOf,
  isRefused,
  ShapeTable,
  VectorRunner,
} from '@virtio-wire/generator';
import { renderTypeScript } from '@virtio-wire/generator/typescript';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { boldSchema, randomSchema } from './support/random-schema.js';
import { below, noisy, type Random, randomFields, randomFrom, randomHeader } from './support/random-values.js';
import { importRendered, scratchFolder, typeErrors } from './support/run-codecs.js';

/**
 * How many schemas are drawn. fast-check prints the seed of a failure; VWIRE_SHRINK=1 also looks for the smallest schema
 * that fails, which takes minutes.
 */
const RUNS = Number(process.env.VWIRE_RUNS ?? 60);
const TIMEOUT = Math.max(600_000, 5_000 * RUNS);

afterAll(() => rmSync(scratchFolder(), { recursive: true }));

/** The IR of a drawn schema, which must be free of diagnostics. */
function compiled(text: string): DialectIR {
  const { dialects, report } = compile([{ file: 'schema/random/drawn.yaml', text }]);
  expect(report.diagnostics).toEqual([]);
  return dialects[0] as DialectIR;
}

type Implementations = ReturnType<typeof VectorRunner.subjects>;

describe('for any valid schema', () => {
  it(
    'interpreter, object codec, view codec and flyweight agree on values, truncations and noise',
    async () => {
      await fc.assert(
        fc.asyncProperty(randomSchema, fc.integer(), async (text, seed) => {
          const index = new DialectIndex(compiled(text));
          const module = (await importRendered(index.ir)) as Parameters<typeof VectorRunner.subjects>[1];
          exercise(index, VectorRunner.subjects(index, module), randomFrom(seed));
          streams(index, module as unknown as Streaming, randomFrom(seed));
        }),
        { numRuns: RUNS, endOnFailure: process.env.VWIRE_SHRINK === undefined },
      );
    },
    TIMEOUT,
  );

  it(
    'the generated code passes the strictest type check',
    () => {
      for (const text of fc.sample(randomSchema, Math.ceil(RUNS / 12)))
        expect(typeErrors(compiled(text)), text).toEqual([]);
    },
    TIMEOUT,
  );
});

/** What bold schemas are refused for. */
const REFUSALS = ['VW105', 'VW304', 'VW308', 'VW309'];

describe('for any schema that can be read', () => {
  it(
    'codecs are rendered, or a diagnostic says what they cannot be rendered for',
    () => {
      const refused = new Set<string>();
      let rendered = 0;
      fc.assert(
        fc.property(boldSchema, (text) => {
          const { dialects, report } = compile([{ file: 'schema/random/drawn.yaml', text }]);
          for (const { code, message } of report.diagnostics) expect(REFUSALS, message).toContain(code);
          for (const { code } of report.diagnostics) refused.add(code);
          if (report.diagnostics.length > 0) return;
          expect(renderTypeScript(dialects).size).toBeGreaterThan(0);
          rendered++;
        }),
        { numRuns: Math.max(100, 2 * RUNS), endOnFailure: process.env.VWIRE_SHRINK === undefined },
      );
      expect(rendered).toBeGreaterThan(0);
      expect(refused).toContain('VW309');
    },
    TIMEOUT,
  );
});

function exercise(index: DialectIndex, subjects: Implementations, random: Random): void {
  const shapes = new ShapeTable(index);
  const agree = (bytes: Uint8Array): void => {
    const hex = Buffer.from(bytes).toString('hex');
    expect(VectorRunner.disagreements(index, subjects, bytes), hex).toEqual([]);
    const oracle = decode(index, bytes);
    const answer = shapes.check(new DataView(bytes.buffer, bytes.byteOffset), 0, bytes.length);
    const counted = answer < 0 ? errorOf(answer) : index.ir.bodies[answer]?.key;
    expect(counted, hex).toBe(isRefused(oracle) ? oracle.error.code : oracle.body.key);
  };
  for (const body of index.ir.bodies) {
    for (let round = 0; round < 4; round++) {
      const header = randomHeader(random, index.ir, body);
      const fields = randomFields(random, body);
      const written = subjects.map((subject) => ({ name: subject.name, hex: subject.encode(body, header, fields) }));
      const hex = written[0]?.hex;
      expect(encode(index, body, header, fields), body.key).not.toHaveProperty('error');
      for (const own of written) if (own.hex !== null) expect(own, body.key).toEqual({ name: own.name, hex });
      expect(written[1]?.hex, 'the object codec expresses everything').toBe(hex);
      const bytes = Uint8Array.from(Buffer.from(hex ?? '', 'hex'));
      const reading = subjects[0]?.decode(bytes);
      if (index.at(body.type, body.id).length === 1) expect(reading).toMatchObject({ key: body.key, fields });
      agree(bytes);
      for (let length = 0; round === 0 && length < bytes.length; length++) agree(bytes.slice(0, length));
      for (let i = 0; i < 8; i++)
        agree(noisy(random, Uint8Array.from([...bytes, ...new Uint8Array(below(random, 9))])));
    }
  }
}

interface Streaming {
  handler(partial: object): object;
  decodeStream(view: DataView, p: number, end: number, handler: object): number;
  check(view: DataView, p: number, end: number): number;
  readonly header: Record<string, (...words: number[]) => number>;
}

/** The stream loop calls a function for each message that `check` accepts, hands out its words, and never runs away. */
function streams(index: DialectIndex, module: Streaming, random: Random): void {
  const oracle = VectorRunner.subjects(index, module as never)[0];
  const pieces = index.ir.bodies.map((body) =>
    Buffer.from(oracle?.encode(body, randomHeader(random, index.ir, body), randomFields(random, body)) ?? '', 'hex'),
  );
  const clean = Uint8Array.from(Buffer.concat([...pieces, ...pieces]));
  for (const bytes of [clean, noisy(random, clean), clean.slice(0, below(random, clean.length + 1))]) {
    const view = new DataView(bytes.buffer);
    const calls: { p: number; code: number }[] = [];
    const accept = (_view: DataView, p: number): void => void calls.push({ p, code: 0 });
    const names = index.ir.bodies.flatMap(({ class: c, message, kind }) => [
      `${message}_${kind}`,
      `${c}_${message}_${kind}`,
    ]);
    const handler = module.handler({
      ...Object.fromEntries(names.map((name) => [name, accept])),
      error: (_view: DataView, p: number, code: number): void => void calls.push({ p, code }),
    });
    const consumed = module.decodeStream(view, 0, bytes.length, handler);
    expect(consumed).toBeLessThanOrEqual(bytes.length);
    for (const { p, code } of calls) expect(code, `at ${p}`).toBe(module.check(view, p, bytes.length));
    if (bytes === clean) expect(calls.length).toBe(2 * pieces.length);
  }
}
