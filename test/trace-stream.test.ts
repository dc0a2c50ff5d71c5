import { CaptureReader, converse, figuresOf, IrStore, Teller, traceFile } from '@virtio-wire/generator';
import { describe, expect, it } from 'vitest';
import { traceLines, traceNames } from './support/vectors.js';
import { root, vwire } from './support/vwire.js';

/** A capture that is told while it is read, against the same one told from memory. */
const store = new IrStore(`${root}generated/ir`);

type Items = ReturnType<Teller['hear']>;

/** Reads a capture in pieces of so many bytes. */
function streamed(capture: string | Uint8Array, piece: number, dialect?: string) {
  const bytes = Buffer.from(capture);
  const reader = new CaptureReader(store.dialect(dialect ?? '')?.index);
  const teller = new Teller(store, { dialect });
  const items: Items[number][] = [];
  let text = '';
  const tell = (more: Items): void => {
    items.push(...more);
    text += teller.text(more, reader.counted);
  };
  for (let at = 0; at < bytes.length; at += piece) tell(teller.hear(reader.push(bytes.subarray(at, at + piece))));
  tell(teller.hear(reader.end()));
  tell(teller.end());
  return { items, text: text + teller.textOfEnd(), figures: teller.figures };
}

const le = (value: number, bytes: number): string => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntLE(value, 0, bytes);
  return buffer.toString('hex');
};
/** rfc3: type, id, dev_num, token, msg_size, payload (virtio-msg-wire.md, section 2). */
const message = (type: number, id: number, token: number, payload = ''): string =>
  `${le(type, 1)}${le(id, 1)}${le(1, 2)}${le(token, 2)}${le(8 + payload.length / 2, 2)}${payload}`;
const ask = (token: number): string => message(0, 0x07, token);
const answer = (token: number): string => message(1, 0x07, token, le(3, 4));
const used = message(0, 0x42, 0, le(0, 4));

describe('a conversation that is told while it is read', () => {
  it.each(traceNames)('is that of %s told from memory', (name) => {
    const capture = traceLines(name).join('\n');
    const whole = converse(store, capture);
    const { latency, ...counts } = figuresOf(whole);
    const { items, figures } = streamed(capture, 4099);
    expect(items).toEqual(whole.items);
    expect(figures).toMatchObject({ ...counts, lines: whole.lines });
    if (latency === null) return;
    expect(figures.latency).toMatchObject({ min: latency.min, max: latency.max, slowest: latency.slowest });
    expect(figures.latency?.median).toBeGreaterThanOrEqual(latency.median);
    expect(figures.latency?.median).toBeLessThanOrEqual(latency.median * 1.1 + 1e-6);
  });

  it('has the same lines of text, without the number of frames that nobody knows yet', () => {
    const capture = traceLines('optee-device.jsonl').join('\n');
    const { text } = traceFile(store, capture);
    expect(streamed(capture, 1 << 20).text).toBe(`${text.replace(/^frames .*\n/m, '')}\n`);
  });

  it('does not depend on how the bytes come, in any form', () => {
    const raw = Buffer.from([ask(1), answer(1), used, ask(2), answer(2)].join(''), 'hex');
    const digits = [ask(1), answer(1), used, ask(2), answer(2)].join('\n');
    for (const capture of [raw, digits])
      for (const piece of [1, 7, 1 << 20]) {
        const { figures } = streamed(capture, piece, 'rfc3');
        expect(figures).toMatchObject({ frames: 5, exchanges: 2, unanswered: 0, events: 1, findings: 0 });
      }
  });

  it('tells an answer that comes too late where it comes, with its request', () => {
    const lines = [ask(9), ...Array.from({ length: 400 }, () => used), answer(9), answer(9)];
    const { items, figures, text } = streamed(lines.join('\n'), 64, 'rfc3');
    expect(items[0]).toMatchObject({ kind: 'exchange', response: null });
    expect(items.at(-2)).toMatchObject({
      kind: 'late',
      request: { number: 1 },
      frame: { number: 402 },
      matched: 'exact',
    });
    expect(items.at(-1)).toMatchObject({ kind: 'stray' });
    expect(figures).toMatchObject({ frames: 403, exchanges: 1, unanswered: 0, stray: 1 });
    expect(text).toMatch(/status=ACKNOWLEDGE\|DRIVER\n +~ answers frame 1, told above as unanswered\n/);
  });

  it('remembers a bounded number of open requests, and no token for ever', () => {
    const open = Array.from({ length: 6000 }, (_, i) => ask(i + 1));
    const { figures } = streamed([...open, answer(1), answer(6000)].join('\n'), 1 << 16, 'rfc3');
    expect(figures).toMatchObject({ exchanges: 6000, unanswered: 5999, stray: 1 });
  });

  it('is one of lines of JSON with --stream --json', () => {
    const run = vwire(['trace', '--stream', '--json', 'test/vectors/traces/linux-loopback-rng-v1-2026.jsonl']);
    expect(run.code, run.stderr).toBe(0);
    const lines = run.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[0]).toMatchObject({ dialect: 'v1-2026', counted: 'line' });
    expect(lines.filter((l) => l.kind === 'exchange')).toHaveLength(18);
    expect(lines.at(-1)).toMatchObject({ figures: { frames: 96, exchanges: 18, unanswered: 0 } });
  });
});
