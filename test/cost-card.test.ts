import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { type DialectIR, IrStore } from '@virtio-wire/generator';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { type Card, type CardRow, spelled, spreadsOf, titleOf } from '../bench/dist/card/card.js';
import { limitOf, regressionsOf, staleness } from '../bench/dist/card/check.js';
import { type Plan, planOf } from '../bench/dist/card/plan.js';
import { renderCard } from '../bench/dist/card/render.js';
import { type Costs, handStyle, verify, WRITTEN } from '../bench/dist/card/subject.js';
import { ITEMS, POOLS } from '../bench/dist/messages.js';
import { DIALECTS, subpath } from './support/vectors.js';
import { root } from './support/vwire.js';

const store = new IrStore(`${root}generated/ir`);
const text = readFileSync(`${root}docs/bench/cost-card.json`, 'utf8');
const card = JSON.parse(text) as Card;

const rowOf = (dialect: string, name: string): CardRow =>
  card.bodies.find((row) => row.name === name && row.dialects.includes(subpath(dialect)))!;

/** What is measured of a body. */
function planIn(dialect: string, key: string, name: string): Plan {
  const { index } = store.dialect(dialect)!;
  return planOf({ index, body: index.byKey(key)!, dialect: subpath(dialect), name });
}

/** What a process would come to that finds everything as the card has it, times `factor`. */
const costsOf = (row: CardRow, factor: number, more = 0): Costs => {
  const of = ({ ratio, ns, handNs, bytesPerOp }: CardRow['decode']) => ({
    ratio: ratio * factor,
    p25: ratio * factor,
    p75: ratio * factor,
    ns,
    handNs,
    bytesPerOp: bytesPerOp + more,
  });
  return { decode: of(row.decode), encode: of(row.encode) };
};

describe('the cost card', () => {
  it('lists every message of every dialect once, with the sizes of the IR', () => {
    // A name that both classes have is prefixed by the class.
    const plain = (name: string): string => name.replace(/^[a-z_]+_(?=[A-Z])/, '');
    for (const dialect of DIALECTS) {
      const listed = card.bodies
        .filter((row) => row.dialects.includes(subpath(dialect)))
        .map(({ name, wire }) => `${plain(name)} ${wire.min} ${wire.max}`);
      const { bodies } = JSON.parse(readFileSync(`${root}generated/ir/${subpath(dialect)}.json`, 'utf8')) as DialectIR;
      const right = bodies.map(({ message, kind, minSize, maxSize }) => `${message}.${kind} ${minSize} ${maxSize}`);
      expect(listed.sort(), dialect).toEqual(right.sort());
    }
    expect(card.bodies.flatMap((row) => row.dialects)).toHaveLength(
      DIALECTS.reduce((n, dialect) => n + store.dialect(dialect)!.index.ir.bodies.length, 0),
    );
  });

  // In a process of its own: all the codecs there are, transformed for the test runner, would take longer.
  it('is what schema, generator and bundler say now, and every body comes to the bytes of the interpreter', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      `${root}generator/bin/vwire.js`,
      ...['bench', '--card', '--check', '--sizes'],
    ]).catch((error: { stdout: string; stderr: string }) => ({ stdout: error.stdout + error.stderr }));
    expect(stdout, 'if only sizes differ: vwire bench --card --sizes').toBe(
      `as on the card: ${card.bodies.length} bodies, none of them measured\n`,
    );
  });

  it('is spelled as it would be written', () => {
    expect(renderCard(card)).toBe(readFileSync(`${root}docs/bench/cost-card.md`, 'utf8'));
    expect(spelled(card)).toBe(text);
  });

  it.each([
    ['rfc3', 'EVENT_AVAIL.event'],
    ['v1-2026', 'GET_DEVICE_INFO.response'],
    ['linux-2024', 'SET_CONFIG.request'],
    ['ffa-v1', 'SET_VQUEUE.request'],
  ])('has the bytes that a bundle of %s/%s alone has', async (dialect, name) => {
    const contents = `export * from '@virtio-wire/codecs/${subpath(dialect)}/${name}';`;
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: `${root}test`, loader: 'js' },
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'neutral',
      write: false,
    });
    const bundle = outputFiles[0]!.contents;
    const { minified, gzipped } = rowOf(dialect, name);
    expect(minified).toBe(bundle.length);
    // zlib differs between Nodes.
    expect(Math.abs(gzipped / gzipSync(bundle, { level: 9 }).length - 1)).toBeLessThan(0.01);
  });
});

describe('its check', () => {
  const row = rowOf('rfc3', 'SET_VQUEUE.request');
  const slow = (2 * Math.max(limitOf(row.decode), limitOf(row.encode))) / Math.min(row.decode.ratio, row.encode.ratio);

  it('passes what costs as much as the card says, and what one process alone is slow at', () => {
    const same = costsOf(row, 1);
    expect(regressionsOf(titleOf(row), row, [same, same, same])).toEqual([]);
    expect(regressionsOf(titleOf(row), row, [costsOf(row, slow, 99), same, costsOf(row, slow, 99)])).toEqual([]);
  });

  it('trips on a card that has a message faster, or allocating less, than it is', () => {
    const found = regressionsOf(titleOf(row), row, [costsOf(row, slow), costsOf(row, slow), costsOf(row, 2 * slow)]);
    expect(found).toHaveLength(2);
    expect(found[0]).toMatch(/SET_VQUEUE\.request decode: .* × hand style, at best of 3 processes; the card has/);
    expect(found[1]).toMatch(/SET_VQUEUE\.request encode/);
    expect(regressionsOf('x', row, [costsOf(row, 1, 9), costsOf(row, 1, 16)])).toEqual([
      `x decode: allocates ${row.decode.bytesPerOp + 9} bytes; the card has ${row.decode.bytesPerOp}`,
      `x encode: allocates ${row.encode.bytesPerOp + 9} bytes; the card has ${row.encode.bytesPerOp}`,
    ]);
  });

  it('trips on a card with other sizes, dialects or bodies', () => {
    const title = titleOf(row);
    const doctored = (change: Partial<CardRow>): string[] =>
      staleness(
        { ...card, bodies: card.bodies.map((r) => (r === row ? { ...r, ...change } : r)) },
        card.esbuild,
        card.bodies,
      );
    expect(doctored({ minified: row.minified - 1 })).toEqual([
      `${title}: bytes of code, minified: ${row.minified}; the card has ${row.minified - 1}`,
    ]);
    expect(doctored({ gzipped: Math.round(0.98 * row.gzipped) })[0]).toMatch(/gzipped/);
    expect(doctored({ wire: { min: row.wire.min, max: null } })[0]).toMatch(/most bytes on the wire: \d+; .* null/);
    expect(doctored({ dialects: [...row.dialects, 'virtio-msg/other'] })[0]).toMatch(/dialects/);
    expect(doctored({ name: 'OTHER.request' })).toEqual([
      `${title}: not on the card`,
      `${row.dialects[0]}/OTHER.request: on the card, and no longer a body`,
    ]);
    expect(staleness(card, '0.0.0', card.bodies)[0]).toMatch(/esbuild/);
  });

  it('leaves out processes that went astray', () => {
    const { decode } = spreadsOf([costsOf(row, 1), costsOf(row, 30), costsOf(row, 2)]);
    const factors = [decode.ratio, decode.low, decode.high].map((value) => Math.round(value / row.decode.ratio));
    expect(factors).toEqual([2, 2, 2]);
  });
});

describe('the derived baseline', () => {
  it('is not timed where it comes to something else', () => {
    const plan = planIn('rfc2', 'bus.GET_DEVICES.response', 'GET_DEVICES.response');
    const { decode, encode } = handStyle(plan);
    expect(() => verify(plan, 'x', { decode: (v, p, end) => decode(v, p, end) + 1, encode })).toThrow(/come to/);
    const careless = {
      decode,
      encode: (v: DataView, p: number, r: object, bytes: Uint8Array) => encode(v, p, r, bytes) - 1,
    };
    expect(() => verify(plan, 'x', careless)).toThrow(/bytes written/);
  });

  it.each(['EVENT_AVAIL', 'SET_VQUEUE', 'SET_CONFIG', 'GET_DEVICE_INFO'] as const)(
    'of %s reads and writes what bench/src/hand.ts does',
    (kind) => {
      const name = Object.keys(WRITTEN).find((key) => key.startsWith(`${kind}.`))!;
      const plan = planIn('rfc3', `transport.${name}`, name);
      const derived = handStyle(plan);
      const written = WRITTEN[name]!;
      verify(plan, 'hand.ts', written);
      const pool = POOLS[kind];
      const target = new DataView(new ArrayBuffer(pool.byteLength));
      const bytes = new Uint8Array(target.buffer);
      for (const [i, { record }] of ITEMS[kind].entries()) {
        const p = i * plan.size;
        expect(derived.decode(pool, p, p + plan.size)).toBe(written.decode(pool, p, p + plan.size) | 0);
        expect(derived.encode(target, p, record, bytes)).toBe(plan.size);
      }
      expect(bytes).toEqual(new Uint8Array(pool.buffer, pool.byteOffset, pool.byteLength));
    },
  );
});
