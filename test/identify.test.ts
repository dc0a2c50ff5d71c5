import { readFileSync } from 'node:fs';
import { type Identified, IrStore, identifiedJson, identify, renderIdentified } from '@virtio-wire/generator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DIALECTS, traceLines, traceNames, vectors } from './support/vectors.js';
import { root, vwire } from './support/vwire.js';

const store = new IrStore(`${root}generated/ir`);
const ask = (text: string | Uint8Array): Identified =>
  identify(store, typeof text === 'string' ? Buffer.from(text) : text);
const kept = new Map<string, Identified>();
/** The answer for a capture as it is; asked once. */
const foundIn = (name: string): Identified => {
  const found = kept.get(name) ?? ask(traceLines(name).join('\n'));
  kept.set(name, found);
  return found;
};

const ranks = (found: Identified): (string | number)[][] =>
  found.ranking.map(({ index, score }) => [index.ir.dialect, score]);

const hexOf = (dialect: string): string[] => vectors.filter((v) => v.dialect === dialect).map((v) => v.hex);

/** The dialect that whoever took the capture says it is in. */
const truth = (name: string): string => (JSON.parse(traceLines(name)[0] as string) as { dialect: string }).dialect;

describe('captures of real peers', () => {
  it.each(traceNames)('%s is in the dialect its peer was built for, whatever its first line claims', (name) => {
    const [head = '', ...frames] = traceLines(name);
    const header = JSON.parse(head) as Record<string, unknown>;
    const found = foundIn(name);
    expect(found.best).toContain(truth(name));
    for (const lie of [truth(name) === 'rfc2' ? 'rfc3' : 'rfc2', 'no such dialect']) {
      const false_ = JSON.stringify({ ...header, dialect: lie, profile: 'qemu', dialect_note: lie });
      expect(ranks(ask([false_, ...frames].join('\n')))).toEqual(ranks(found));
    }
    expect(ranks(ask(frames.join('\n')))).toEqual(ranks(found));
  });

  it('names of messages in the lines are no evidence either', () => {
    const lines = traceLines('qemu-rng.jsonl');
    const named = lines.map((line) =>
      JSON.stringify({ ...JSON.parse(line), dialect: 'alpha', class: 'bus', message: 'PING', kind: 'event' }),
    );
    expect(ranks(ask(named.join('\n')))).toEqual(ranks(ask(lines.join('\n'))));
  });

  it('are told from each other: no capture of one generation fits another as well', () => {
    for (const name of traceNames) {
      const { best } = foundIn(name);
      for (const other of ['rfc2', 'rfc3', 'v1-2026', 'rfc2+token', 'rfc1', 'alpha'])
        if (other !== truth(name)) expect(best, name).not.toContain(other);
    }
  });
});

describe('vectors from outside', () => {
  it.each(DIALECTS)('those of %s fit it best, as lines of digits and as raw bytes', (dialect) => {
    const hex = hexOf(dialect);
    const found = ask(`# digits of messages\n\n${hex.join('\n')}\n`);
    expect(found.best).toContain(dialect);
    expect(found).toMatchObject({ form: 'text', frames: hex.length });
    const raw = ask(Buffer.from(hex.join(''), 'hex'));
    expect(raw.best).toContain(dialect);
    expect(raw).toMatchObject({ form: 'raw', frames: hex.length });
  });

  // virtio-msg-wire.md §9.17: the lengths of the FF-A VERSION request are the only practical way to tell these apart.
  it.each(['ffa-2025a', 'ffa-2025b', 'ffa-2025b+token', 'ffa-2026a', 'ffa-v1'])(
    'one VERSION request is enough to find %s',
    (dialect) => {
      const version = vectors.find((v) => v.dialect === dialect && v.message === 'VERSION' && v.kind === 'request');
      const found = ask(`${version?.hex}\n`);
      expect(found).toMatchObject({ verdict: 'one', best: [dialect] });
    },
  );
});

describe('a tie', () => {
  it('is said to be one, with the message that would decide: GET_DEVICE_INFO grew from 32 to 52 bytes after rfc3', () => {
    const found = ask('0007010001000800\n0107010001000c0000000000\n');
    expect(found.verdict).toBe('tie');
    expect(found.best).toEqual(expect.arrayContaining(['rfc3', 'v1-2026', 'rfc2+token']));
    const parted = (a: string, b: string): boolean =>
      found.decides.messages.some(({ readings }) =>
        readings.some(({ dialects }) => dialects.includes(a) && !dialects.includes(b)),
      );
    for (const a of found.best) for (const b of found.best) expect(parted(a, b), `${a} ${b}`).toBe(a !== b);
    expect(found.decides.same).toEqual([]);
    const info = found.decides.messages.find((m) => m.message === 'transport GET_DEVICE_INFO response');
    expect(info?.readings.find((r) => r.dialects.includes('rfc3'))?.reads).toBe('32 bytes');
    expect(info?.readings.find((r) => r.dialects.includes('v1-2026'))?.reads).toBe('52 bytes');
  });

  it('between a text and a bus that carries it is decided by a message of the bus', () => {
    const found = ask(traceLines('linux-loopback-rng-v1-2026.jsonl').join('\n'));
    expect(found.best).toEqual(['v1-2026', 'ffa-v1']);
    expect(found.decides.messages).toMatchObject([
      { seen: false, readings: [{ dialects: ['v1-2026'], reads: 'unknown' }, { dialects: ['ffa-v1'] }] },
    ]);
    expect(found.decides.messages[0]?.message).toMatch(/^ffa-bus /);
  });

  // virtio-msg-wire.md §9.6: older readers take next_offset as count.
  it('ends with an answer to GET_DEVICES whose count and next_offset differ, and not before', () => {
    const asked = '0202000001000c0000000800';
    const same = ask(`${asked}\n03020000010010000000080008000100\n`);
    expect(same.best).toEqual(expect.arrayContaining(['rfc3', 'v1-2026']));
    expect(ask(`${asked}\n0302000001000f0000000800000001\n`).best).toContain('rfc3');
    expect(ask(`${asked}\n0302000001000f0000000800000001\n`).best).not.toContain('v1-2026');
    expect(ask(`${asked}\n0302000001000f0000000000080001\n`).best).toContain('v1-2026');
    expect(ask(`${asked}\n0302000001000f0000000000080001\n`).best).not.toContain('rfc3');
  });
});

describe('what is no capture', () => {
  it('fits nothing, and nothing is claimed', () => {
    expect(ask('')).toMatchObject({ verdict: 'none', frames: 0, best: [] });
    expect(ask('no capture at all\n')).toMatchObject({ verdict: 'none', frames: 0 });
    expect(ask(Buffer.alloc(300, 0xff))).toMatchObject({ verdict: 'none', form: 'raw' });
    expect(ask('{"note": "only words"}\n')).toMatchObject({ verdict: 'none', frames: 0 });
  });

  it('never throws or takes long, whatever the bytes', () => {
    const frame = fc.constantFrom(...vectors.map((v) => v.hex));
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc.array(frame, { maxLength: 8 }).map((f) => new Uint8Array(Buffer.from(f.join(''), 'hex'))),
      fc.array(fc.oneof(frame, fc.string()), { maxLength: 8 }).map((f) => new Uint8Array(Buffer.from(f.join('\n')))),
    );
    fc.assert(
      fc.property(bytes, (input) => {
        const found = ask(input);
        expect(found.ranking).toHaveLength(DIALECTS.length);
        JSON.stringify(identifiedJson(found));
      }),
      { numRuns: 150 },
    );
  });
});

describe('the answer', () => {
  it.each([80, 120])('fits %i columns and is coloured by its caller only', (width) => {
    const plain = (text: string): string => text;
    const paint = { bold: plain, red: plain, yellow: plain, cyan: plain, dim: plain };
    for (const name of traceNames) {
      const text = renderIdentified(foundIn(name), { name, width, paint, top: 18 });
      for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(width);
    }
  });

  it('is on the command line with exit code 0, and 1 where nothing fits', () => {
    const path = 'test/vectors/traces/linux-loopback-blk-rfc2.jsonl';
    const run = vwire(['identify', '--json', path]);
    expect(run.code, run.stderr).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({ verdict: 'tie', best: ['rfc2', 'ffa-2025a', 'ffa-2025b'] });
    const text = readFileSync(`${root}${path}`, 'utf8');
    expect(vwire(['identify', '-'], { input: text }).stdout).toMatch(/^standard input: a tie of rfc2/);
    expect(vwire(['identify', '-'], { input: 'words' }).code).toBe(1);
    expect(vwire(['identify', 'no-such-file']).code).toBe(2);
  });
});
