import { readdirSync, readFileSync, rmSync } from 'node:fs';
import {
  compile,
  decodeStruct,
  dumpStruct,
  FamilyIndex,
  type FamilyIR,
  isRefusedStruct,
  type Named,
  type ShapeIR,
  type StructSubject,
  VectorRunner,
} from '@virtio-wire/generator';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { randomFamily } from './support/random-structs.js';
import { below, noisy, type Random, randomFrom } from './support/random-values.js';
import { importRendered, scratchFolder, typeErrors } from './support/run-codecs.js';
import { path } from './support/schema.js';

/** How many families are drawn: each is many structs, and so they are fewer than dialects. VWIRE_RUNS lengthens it. */
const RUNS = Math.ceil(Number(process.env.VWIRE_RUNS ?? 60) / 15);
const TIMEOUT = Math.max(600_000, 10_000 * RUNS);
const options = { numRuns: RUNS, endOnFailure: process.env.VWIRE_SHRINK === undefined };

afterAll(() => rmSync(scratchFolder(), { recursive: true, force: true }));

/** The IR of a drawn family, which must be free of diagnostics. */
function compiled(text: string): FamilyIR {
  const { families, report } = compile([{ file: 'schema/random/drawn.yaml', text }]);
  expect(report.diagnostics, text).toEqual([]);
  return families[0] as FamilyIR;
}

type Module = Parameters<typeof VectorRunner.structSubjects>[1];

describe('for any valid family of structs', () => {
  it(
    'interpreter, object codec, view codec, flyweight and dump agree on values, truncations and noise',
    async () => {
      let read = 0;
      await fc.assert(
        fc.asyncProperty(randomFamily, fc.integer(), async (text, seed) => {
          const index = new FamilyIndex(compiled(text));
          const subjects = await VectorRunner.structSubjects(index, (await importRendered(index.ir)) as Module);
          const random = randomFrom(seed);
          read += everyStruct(index, subjects, random);
        }),
        options,
      );
      expect(read).toBeGreaterThan(0);
    },
    TIMEOUT,
  );

  it(
    'the generated code passes the strictest type check',
    () => {
      for (const text of fc.sample(randomFamily, Math.ceil(RUNS / 5)))
        expect(typeErrors(compiled(text)), text).toEqual([]);
    },
    TIMEOUT,
  );
});

describe('for every construct of structs', () => {
  const folder = path('test/fixtures/structs');
  it.each(readdirSync(folder).filter((name) => name.endsWith('.yaml')))('%s: they agree', async (name) => {
    const text = readFileSync(`${folder}/${name}`, 'utf8');
    const { families, report } = compile([{ file: `schema/demo/${name}`, text }]);
    expect(report.diagnostics).toEqual([]);
    const index = new FamilyIndex(families[0] as FamilyIR);
    const subjects = await VectorRunner.structSubjects(index, (await importRendered(index.ir)) as Module);
    expect(everyStruct(index, subjects, randomFrom(7))).toBeGreaterThan(0);
  });
});

/** Every struct of a family in every shape, and in the one its bytes tell. What only the request tells, no bytes do. */
const everyStruct = (index: FamilyIndex, subjects: readonly StructSubject[], random: Random): number =>
  index.ir.structs
    .flatMap((struct) =>
      (struct.choice.by === 'request' ? struct.shapes : [null, ...struct.shapes]).map((shape) => ({ struct, shape })),
    )
    .reduce((read, named) => read + exercise(index, named, subjects, random), 0);

/** Reads and writes plausible bytes, their prefixes, and what noise makes of them; tells how many were accepted. */
function exercise(index: FamilyIndex, named: Named, subjects: readonly StructSubject[], random: Random): number {
  let accepted = 0;
  const agree = (bytes: Uint8Array): void => {
    const where = `${named.shape?.key ?? named.struct.name} ${Buffer.from(bytes).toString('hex')}`;
    expect(VectorRunner.structDisagreements(index, named, subjects, bytes), where).toEqual([]);
    const decoded = decodeStruct(index, named, bytes);
    const rows = dumpStruct(index, named, bytes);
    expect(rows.map((r) => r.bytes).join(''), where).toBe(Buffer.from(bytes).toString('hex'));
    const errors = rows.flatMap((r) => (r.error === undefined ? [] : [r.error]));
    expect(errors, where).toEqual(isRefusedStruct(decoded) ? [decoded.error] : []);
    if (!isRefusedStruct(decoded)) accepted++;
  };
  const shape = named.shape ?? (named.struct.shapes[below(random, named.struct.shapes.length)] as ShapeIR);
  for (let round = 0; round < 3; round++) {
    const bytes = plausible(random, shape);
    agree(bytes);
    for (let length = 0; round === 0 && length < Math.min(bytes.length, 80); length++) agree(bytes.slice(0, length));
    for (let i = 0; i < 4; i++) agree(noisy(random, bytes));
  }
  return accepted;
}

/** Bytes that such a struct may well have: small counts, small tags, and room for what they announce. */
function plausible(random: Random, shape: ShapeIR): Uint8Array {
  const bytes = Uint8Array.from({ length: shape.minSize + below(random, 40) }, () =>
    below(random, 3) > 0 ? below(random, 4) : below(random, 256),
  );
  for (const member of shape.fields) {
    if (member.kind !== 'int' || member.after !== null) continue;
    const counts = shape.fields.some((f) => f.kind !== 'int' && 'field' in f.count && f.count.field === member.name);
    if (!counts && below(random, 4) > 0) continue;
    bytes.fill(0, member.offset, member.offset + member.size);
    bytes[member.type.startsWith('be') ? member.offset + member.size - 1 : member.offset] = below(random, 5);
  }
  return bytes;
}
