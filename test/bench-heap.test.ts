import { describe, expect, it } from 'vitest';
import { FLOOR, judged, messagesFor } from '../bench/dist/heap/heap-row.js';
import { run } from '../bench/dist/heap/main.js';
import { countOf } from '../bench/dist/heap/message-count.js';
import { heapCases } from '../bench/dist/heap/plan.js';
import { renderHeap } from '../bench/dist/heap/render-heap.js';
import { sitesOf } from '../bench/dist/heap/sites.js';
import { watchHeap } from '../bench/dist/heap/watch-heap.js';
import { vwire } from './support/vwire.js';

let kept: unknown;

/** Calls `f` so often. */
const times = (n: number, f: (i: number) => void) => () => {
  for (let i = 0; i < n; i++) f(i);
};
const adding = (): void => {
  const sum = { of: 0 };
  times(1_000_000, (i) => {
    sum.of = (sum.of + i) | 0;
  })();
  kept = sum;
};

const nothing = { bytes: 20_000, outside: 0, scavenges: 0, otherCollections: 0, peakHeap: 6e6, sites: [] };
const about = { subject: 'encode', message: 'M1 EVENT_AVAIL', op: 'encode', mask: 63, perCall: 1 } as const;

describe('the heap while messages pass', () => {
  it('shows every byte, those that were collected too', () => {
    const length = 6;
    const make = (): void => {
      kept = new Float64Array(length);
    };
    times(20_000, make)();
    const one = watchHeap(times(100_000, make));
    const two = watchHeap(times(200_000, make));
    // What one costs is V8's business; that twice as many cost twice as much is not.
    expect(one.bytes).toBeGreaterThan(100_000 * 8 * length);
    expect(two.bytes / one.bytes).toBeCloseTo(2, 1);
    expect(two.scavenges).toBeGreaterThan(0);
    const sampled = two.sites.reduce((sum, site) => sum + site.bytes, 0);
    expect(sampled / two.bytes).toBeGreaterThan(0.8);
    expect(sampled / two.bytes).toBeLessThan(1.2);
  });

  it('shows what is outside of it', () => {
    const { outside } = watchHeap(() => {
      kept = Array.from({ length: 8 }, () => new ArrayBuffer(1 << 20));
    });
    expect(outside).toBeGreaterThanOrEqual(8 << 20);
  });

  it('shows nothing where nothing is allocated, but for a little of its own', () => {
    adding();
    adding();
    const { bytes, outside, scavenges } = watchHeap(adding);
    expect(bytes + outside).toBeLessThanOrEqual(FLOOR);
    expect(scavenges).toBe(0);
    expect(kept).toBeDefined();
  });

  it('is told by function, without what Node itself makes', () => {
    const frame = (functionName: string, url: string, lineNumber: number) => ({ functionName, url, lineNumber });
    const leaf = (name: string, url: string, selfSize: number) => ({
      callFrame: frame(name, url, 6),
      selfSize,
      children: [],
    });
    const head = {
      callFrame: frame('(root)', '', -1),
      selfSize: 0,
      children: [
        leaf('f', 'file:///a/b.js', 10),
        leaf('f', 'file:///a/b.js', 20),
        leaf('stop', 'node:v8', 99),
        leaf('', '', 5),
      ],
    };
    expect(sitesOf({ head })).toEqual([
      { function: 'f', at: '/a/b.js:7', bytes: 30 },
      { function: '', at: '', bytes: 5 },
    ]);
  });
});

describe('the verdict on the heap', () => {
  it('is against who allocates and should not, be it a byte in ten messages', () => {
    const clean = judged({ ...about, makesObjects: false }, 1e8, nothing);
    expect(clean).toMatchObject({ bytesPerMessage: 0, asExpected: true });
    const leak = judged({ ...about, makesObjects: false }, 1e8, { ...nothing, bytes: 1e7 });
    expect(leak).toMatchObject({ bytesPerMessage: 0.1, asExpected: false });
    expect(renderHeap([clean], [], '')).toContain('1 subjects allocate nothing');
    expect(renderHeap([clean, leak], [], '')).toContain('1 of 2 subjects allocate and should not');
  });

  it('is against itself where objects are made and it sees none', () => {
    const blind = judged({ ...about, makesObjects: true }, 1e7, nothing);
    expect(blind.asExpected).toBe(false);
    expect(renderHeap([blind], [], '')).toContain('1 that make objects are not seen to: do not believe the rest');
    const seen = judged({ ...about, makesObjects: true }, 1e7, { ...nothing, outside: 1e9 });
    expect(seen).toMatchObject({ bytesPerMessage: 100.002, asExpected: true });
  });
});

describe('what the heap is watched for', () => {
  it('is check, readers, encoders, views, streams and refusals, and some that make objects', () => {
    const all = heapCases();
    const clean = all.filter((c) => !c.makesObjects).map((c) => `${c.message.slice(0, 2)} ${c.op} ${c.subject}`);
    for (const m of ['M1', 'M2', 'M3', 'M4', 'M5'])
      for (const op of ['check', 'decode', 'encode'])
        expect(
          clean.some((name) => name.startsWith(`${m} ${op}`)),
          `${m} ${op}`,
        ).toBe(true);
    for (const name of [
      'M1 decode flyweight',
      'M6 decode stream dispatch, lo/hi',
      'M6 decode stream dispatch, flyweight',
    ])
      expect(clean).toContain(name);
    expect(clean.filter((name) => name.includes('refuse bad:'))).toHaveLength(7);
    expect(all.filter((c) => c.makesObjects).map((c) => `${c.message.slice(0, 2)} ${c.subject}`)).toContain(
      'M6 object form',
    );
    for (const c of all.filter(({ op }) => op === 'check')) c.verify();
  });

  it('is as many messages as people write, and enough of them', async () => {
    expect(['100M', '10m', '250k', '20_000_000', '1G'].map(countOf)).toEqual([1e8, 1e7, 250e3, 2e7, 1e9]);
    expect(['', '0', '-1', '1.5M', 'M', '3G', '1e8'].map(countOf)).toEqual(Array(7).fill(null));
    const options = { only: null, profiles: null, json: false, node: null };
    await expect(run({ ...options, messages: '1M' })).rejects.toThrow('--messages 1M: expected a number from 10M on');
    await expect(run({ ...options, messages: '10M', only: 'M9' })).rejects.toThrow('--only m9 is no subject');
    expect([messagesFor({ makesObjects: true }, 1e8), messagesFor({ makesObjects: false }, 1e8)]).toEqual([1e7, 1e8]);
  });

  it('is asked for by --heap', () => {
    for (const args of [
      ['--messages', '10M'],
      ['--heap', '--quick'],
      ['--heap', '--messages', 'many'],
    ])
      expect(vwire(['bench', ...args]).code, args.join(' ')).toBe(2);
  });
});
