import { type DialectIndex, decode, IrStore, isRefused } from '@virtio-wire/generator';
import { describe, expect, it } from 'vitest';
import { cases } from '../bench/dist/cases.js';
import { m1, m2, m3, m4, m5, m6 } from '../bench/dist/corpus.js';
import { compare } from '../bench/dist/measure.js';
import { refusedCases } from '../bench/dist/refused.js';
import { BUS } from '../bench/dist/runtime/bus-cases.js';
import { QUEUES } from '../bench/dist/runtime/queue-cases.js';
import { root } from './support/vwire.js';

/** Names of the messages that stand back to back in a view, told by the interpreter. */
function messagesIn(view: DataView, bytes: number): string[] {
  const index = new IrStore(`${root}generated/ir`).dialect('rfc3')?.index as DialectIndex;
  const names: string[] = [];
  for (let p = 0; p < bytes; ) {
    const result = decode(index, new Uint8Array(view.buffer, view.byteOffset + p, bytes - p));
    if (isRefused(result)) throw new Error(`at ${p}: ${result.error.message}`);
    names.push(`${result.body.message}.${result.body.kind}`);
    p += result.size;
  }
  return names;
}

describe('what the benchmark measures', () => {
  it('is made of the messages it is said to be made of', () => {
    expect(new Set(messagesIn(m1, m1.byteLength))).toEqual(new Set(['EVENT_AVAIL.event']));
    expect(new Set(messagesIn(m2, m2.byteLength))).toEqual(new Set(['SET_VQUEUE.request']));
    expect(new Set(messagesIn(m3, m3.byteLength))).toEqual(new Set(['GET_DEVICE_FEATURES.response']));
    expect(new Set(messagesIn(m4, m4.byteLength))).toEqual(new Set(['SET_CONFIG.request']));
    expect(new Set(messagesIn(m5, m5.byteLength))).toEqual(new Set(['GET_DEVICE_INFO.response']));
    const mixed = messagesIn(m6.view, m6.bytes);
    expect(mixed).toHaveLength(1000);
    for (const name of ['EVENT_AVAIL.event', 'EVENT_USED.event'])
      expect(mixed.filter((m) => m === name)).toHaveLength(400);
    expect(new Set(mixed).size).toBe(6);
  });

  it('covers M1 to M6 both ways, every field and byte as in the corpus', () => {
    const both = ['M1', 'M2', 'M3', 'M4', 'M5', 'M6'].flatMap((m) => [`${m} decode`, `${m} encode`]);
    expect(new Set(cases().map((c) => `${c.message.slice(0, 2)} ${c.op}`))).toEqual(new Set(both));
    for (const c of cases()) c.verify();
  });

  it('covers the ways for a message to be bad, each refused for its own reason', () => {
    expect(refusedCases().map((c) => `${c.message.slice(0, 2)} ${c.subject}`)).toEqual([
      'M1 bad: short header',
      'M1 bad: size below header',
      'M1 bad: truncated',
      'M1 bad: wrong message',
      'M1 bad: short body',
      'M4 bad: short tail',
      'M6 bad: unknown id',
    ]);
    for (const c of refusedCases()) c.verify();
    const id = m1.getUint8(1);
    m1.setUint8(1, id + 1);
    try {
      const shortBody = refusedCases().find((c) => c.subject === 'bad: short body');
      expect(() => shortBody?.verify()).toThrow('short body, message 0: refused as 6, expected 7');
    } finally {
      m1.setUint8(1, id);
    }
  });

  it('refuses to time codecs that come to another result', () => {
    const sizeField = 6;
    const size = m1.getUint16(sizeField, true);
    m1.setUint16(sizeField, 12, true);
    try {
      const [first] = cases();
      expect(() => first?.verify()).toThrow(/M1 EVENT_AVAIL/);
    } finally {
      m1.setUint16(sizeField, size, true);
    }
  });

  it('is reported as a ratio with its spread', () => {
    const result = compare(
      (i) => i + 1,
      (i) => i + 2,
      63,
      1,
      { samples: 5, sampleMs: 1, warmMs: 2 },
    );
    expect(Number.isFinite(result.ratio)).toBe(true);
    expect(result.p25).toBeLessThanOrEqual(result.ratio);
    expect(result.p75).toBeGreaterThanOrEqual(result.ratio);
  });

  it('of the runtime does what it is said to do, before it is timed and as often as it is asked', async () => {
    for (const make of Object.values(QUEUES)) make().verify();
    const cases = await Promise.all(Object.values(BUS).map((make) => make()));
    expect(cases.map(({ message, subject }) => `${message}: ${subject}`)).toEqual([
      'GET_DEVICE_STATUS: loopback, callback',
      'GET_DEVICE_STATUS: loopback, promise',
      'read of 4 KiB: block driver and device',
    ]);
    for (const c of cases) {
      await c.verify();
      await c.ours(100);
      await c.hand(100);
    }
  });
});
