import { IrStore, type Traced, type TraceOptions, traceFile } from '@virtio-wire/generator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { traceLines, traceNames } from './support/vectors.js';
import { root } from './support/vwire.js';

const store = new IrStore(`${root}generated/ir`);

const capture = (name: string): string => traceLines(name).join('\n');
const trace = (name: string, options: TraceOptions = {}): Traced => traceFile(store, capture(name), options);
const tell = (lines: readonly unknown[], options: TraceOptions = {}): Traced =>
  traceFile(store, lines.map((l) => (typeof l === 'string' ? l : JSON.stringify(l))).join('\n'), options);

interface Frame {
  readonly message?: string;
  readonly kind?: string;
  readonly header: Record<string, number>;
  readonly fields: Record<string, unknown>;
  readonly surplus?: { offset: number; length: number };
  readonly findings?: readonly { rule: string; field: string; got: unknown; expected: unknown; clause: string }[];
  readonly error?: { code: string; offset: number };
  readonly line: number;
  readonly note?: string;
}
interface Item {
  readonly kind: string;
  readonly request: Frame;
  readonly response: Frame | null;
  readonly frame: Frame;
  readonly matched: string | null;
  readonly latency: number | null;
  readonly line: number;
  readonly error: { code: string };
  readonly facts: Record<string, string>;
}
const itemsOf = (traced: Traced): Item[] => traced.json.items as Item[];
const exchangesOf = (traced: Traced): Item[] => itemsOf(traced).filter((i) => i.kind === 'exchange');
const asking = (traced: Traced, message: string): Item[] =>
  exchangesOf(traced).filter((i) => i.request.message === message);
const rulesOf = (frame: Frame | null): string[] => (frame?.findings ?? []).map((f) => f.rule);

const PEOPLE = traceNames.filter((n) => !n.includes('malformed') && !n.includes('optee'));

describe('what the Linux kernel does', () => {
  // The order of linux-virtio-msg-driver.md, "What the kernel sends, in order".
  it('is told in the order in which it probes an rng device', () => {
    const told = itemsOf(trace('linux-loopback-rng-rfc3.jsonl'))
      .filter((i) => i.kind === 'exchange' || i.kind === 'event')
      .slice(0, 17)
      .map((i) => {
        const { message, fields } = i.request ?? i.frame;
        return message === 'SET_DEVICE_STATUS' ? `S ${fields.status}` : message;
      });
    const ask = 'GET_DEVICE_STATUS';
    expect(told).toEqual([
      ...[
        'GET_DEVICE_INFO',
        'S 0',
        ask,
        'S 1',
        ask,
        'S 3',
        'GET_DEVICE_FEATURES',
        'SET_DRIVER_FEATURES',
        ask,
        'S 11',
        ask,
      ],
      ...['GET_VQUEUE', 'SET_VQUEUE', ask, 'S 15', 'EVENT_AVAIL', 'EVENT_USED'],
    ]);
  });

  it.each(['rfc2', 'rfc3', 'v1-2026'])(
    'answers nothing itself: in %s every request of the blk driver has its one exact answer',
    (dialect) => {
      const traced = trace(`linux-loopback-blk-${dialect}.jsonl`);
      expect(traced.json.dialect).toBe(dialect);
      expect(exchangesOf(traced).length).toBeGreaterThan(20);
      for (const { matched, latency, request, response } of exchangesOf(traced)) {
        expect(matched).toBe('exact');
        expect(latency).toBeGreaterThanOrEqual(0);
        expect(response?.message).toBe(request.message);
        expect(response?.kind).toBe('response');
      }
      expect(traced.counts).toMatchObject({ unanswered: 0, stray: 0, refused: 0 });
      // linux-virtio-msg-driver.md, surprise 9: RING_RESET is never accepted; rfc2 and rfc3 reset queues at unbind anyway.
      expect(traced.counts.rules.map((r) => r.rule)).toEqual(dialect === 'v1-2026' ? [] : ['ring-reset']);
    },
  );

  it('confirms every SET_VQUEUE of v1-2026 with a GET_VQUEUE that shows the same addresses', () => {
    const exchanges = exchangesOf(trace('linux-loopback-rng-v1-2026.jsonl'));
    const set = exchanges.findIndex((e) => e.request.message === 'SET_VQUEUE');
    const { request } = exchanges[set] as Item;
    const { request: next, response } = exchanges[set + 1] as Item;
    expect(next.message).toBe('GET_VQUEUE');
    for (const name of ['descriptor_addr', 'driver_addr', 'device_addr'])
      expect(response?.fields[name]).toBe(request.fields[name]);
    const address = `0x${BigInt(request.fields.descriptor_addr as string).toString(16)}`;
    expect(trace('linux-loopback-rng-v1-2026.jsonl').text.split(`descriptor_addr=${address}`)).toHaveLength(3);
  });

  it('is timed in milliseconds where the clock says so, and in seconds where nothing is said', () => {
    expect(asking(trace('linux-loopback-rng-rfc3.jsonl'), 'GET_DEVICE_INFO')[0]?.latency).toBe(16.001);
    expect(exchangesOf(trace('qemu-rng.jsonl'))[0]?.latency).toBe(1.291);
  });
});

describe('what QEMU does', () => {
  // qemu-virtio-msg-buses.md §3: token 0 in bus answers; msg_size of GET_DEVICES counts a byte per device number.
  it.each(['qemu-rng.jsonl', 'qemu-rng-amp-shmem.jsonl', 'qemu-rng-linux-user.jsonl'])(
    'answers bus messages with token 0 in %s, which RFC 3 objects to',
    (name) => {
      const traced = trace(name);
      for (const message of ['GET_DEVICES', 'PING']) {
        const [first] = asking(traced, message);
        expect(first?.matched).toBe('order');
        expect(rulesOf(first?.response ?? null)).toEqual(['token', 'request']);
        expect(first?.response?.findings?.[0]).toMatchObject({ got: 0, clause: 'R6' });
      }
      // Section 3 there: the current size of a queue that is not set up equals its largest.
      expect(traced.counts.rules.map(({ rule, count }) => [rule, count])).toEqual([
        ['request', 2],
        ['token', 2],
        ['queue-after-reset', 1],
      ]);
    },
  );

  it('is not objected to by its own rules', () => {
    expect(trace('qemu-rng.jsonl', { profile: 'qemu' }).counts.findings).toBe(0);
    expect(trace('qemu-rng.jsonl', { profile: 'qemu' }).text).toMatch(/taken for its answer, though that has token 0/);
  });

  it('sends 28 bytes too many in an answer about 32 device numbers', () => {
    const [first] = asking(trace('qemu-rng.jsonl'), 'GET_DEVICES');
    expect(first?.response?.surplus).toEqual({ offset: 18, length: 28 });
    expect(trace('qemu-rng.jsonl').text).toMatch(/answer: surplus: 28 bytes from byte 18 on/);
  });

  it('does not answer PING in its generation of 2025', () => {
    const [ping] = asking(trace('qemu-rfcv1-rng.jsonl'), 'PING');
    expect(ping?.response).toBeNull();
    expect(trace('qemu-rfcv1-rng.jsonl').text).toMatch(/bus PING .*data=0x12345678 = no answer/);
  });

  it('dies of some messages, and the case says so', () => {
    const crashes = itemsOf(trace('qemu-rng-malformed.jsonl')).filter(
      (i) => i.kind === 'facts' && i.facts.qemuExit !== undefined,
    );
    const cases = traceLines('qemu-rng-malformed.jsonl').filter((l) => l.includes('"qemuExit"'));
    expect(cases.length).toBeGreaterThan(0);
    expect(crashes).toHaveLength(cases.length);
  });
});

describe('what OP-TEE does', () => {
  it('answers for device 0 when device 5 was asked', () => {
    const asked = asking(trace('optee-device.jsonl'), 'GET_VQUEUE').find((e) => e.request.header.dev_num === 5);
    expect(asked?.matched).toBe('line');
    expect(asked?.response?.findings).toMatchObject([
      { rule: 'request', field: 'dev_num', got: 0, expected: 5, clause: 'R8' },
    ]);
  });

  it('acknowledges EVENT_AVAIL with a message that the text does not know', () => {
    const acknowledged = exchangesOf(trace('optee-device.jsonl')).filter((e) => e.request.message === 'EVENT_AVAIL');
    expect(acknowledged.length).toBeGreaterThan(0);
    for (const { response } of acknowledged) expect(response?.error).toMatchObject({ code: 'unknown_id', offset: 1 });
  });

  it('leaves the reset unanswered, because it is not there any more', () => {
    const traced = trace('optee-device.jsonl');
    expect(exchangesOf(traced).filter((e) => e.response === null)).toMatchObject([
      { request: { message: 'SET_DEVICE_STATUS', fields: { status: 0 } } },
    ]);
  });
});

describe('pairing', () => {
  const header = { trace: 'made up', dialect: 'rfc3' };
  const status = (token: string, answer: boolean, t: number, device = '0100'): object => ({
    t,
    dir: answer ? 'device->driver' : 'driver->device',
    hex: answer ? `0107${device}${token}0c000f000000` : `0007${device}${token}0800`,
  });

  it('goes by token, whatever the order of the answers', () => {
    const traced = tell([
      header,
      status('0500', false, 1),
      status('0600', false, 2),
      status('0600', true, 3),
      status('0500', true, 4),
    ]);
    expect(exchangesOf(traced).map((e) => [e.request.line, e.response?.line, e.matched])).toEqual([
      [2, 5, 'exact'],
      [3, 4, 'exact'],
    ]);
  });

  it('goes by device too', () => {
    const traced = tell([
      header,
      status('0100', false, 1, '0100'),
      status('0100', false, 2, '0200'),
      status('0100', true, 3, '0200'),
    ]);
    expect(exchangesOf(traced).map((e) => e.response?.line ?? null)).toEqual([null, 4]);
    expect(traced.counts.unanswered).toBe(1);
  });

  it('is first in, first out in a dialect without a token', () => {
    const ask = { dir: 'driver->device', hex: '000701000600' };
    const answer = (value: string): object => ({ dir: 'device->driver', hex: `010701000a00${value}000000` });
    const traced = tell([{ dialect: 'rfc2' }, ask, ask, answer('01'), answer('03')]);
    expect(exchangesOf(traced).map((e) => e.response?.fields.status)).toEqual([1, 3]);
  });

  it('does not let a late duplicate settle a newer request', () => {
    const traced = tell([
      header,
      status('0500', false, 1),
      status('0500', true, 2),
      status('0600', false, 3),
      status('0500', true, 4),
      status('0600', true, 5),
    ]);
    expect(exchangesOf(traced).map((e) => e.response?.line)).toEqual([3, 6]);
    expect(traced.counts.stray).toBe(1);
    expect(traced.text).toMatch(/answers no request/);
  });

  it('does not let the duplicate of one device settle the request of another, where every token is 1', () => {
    const one = (answer: boolean, t: number, device: string): object => status('0100', answer, t, device);
    const traced = tell([
      header,
      one(false, 1, '0100'),
      one(false, 2, '0200'),
      one(true, 3, '0200'),
      one(true, 4, '0200'),
      one(true, 5, '0100'),
    ]);
    expect(exchangesOf(traced).map((e) => e.response?.line)).toEqual([6, 4]);
    expect(traced.counts.stray).toBe(1);
  });

  it('keeps the two ways of PING apart', () => {
    const ping = (dir: string, type: string, data: string): object => ({ dir, hex: `${type}03000009000c00${data}` });
    const traced = tell([
      header,
      ping('driver->device', '02', '11111111'),
      ping('device->driver', '02', '22222222'),
      ping('driver->device', '03', '22222222'),
      ping('device->driver', '03', '11111111'),
    ]);
    expect(exchangesOf(traced).map((e) => [e.request.line, e.response?.line])).toEqual([
      [2, 5],
      [3, 4],
    ]);
    expect(traced.counts.findings).toBe(0);
  });

  it('does not reach from one case into the next', () => {
    const traced = tell([
      header,
      { case: 'no answer', send: ['0007010005000800'], answers: [] },
      { case: 'an answer nobody asked for', send: [], answers: ['0107010005000c000f000000'] },
    ]);
    expect(traced.counts).toMatchObject({ unanswered: 1, stray: 1 });
  });

  it('takes part in a request whose body is refused, for peers answer those too', () => {
    const traced = tell([
      header,
      { dir: 'driver->device', hex: '0003000003000c0000000000' },
      { dir: 'device->driver', hex: '01030000030010000000000000000000' },
    ]);
    expect(exchangesOf(traced)).toMatchObject([
      { request: { error: { code: 'short_body' } }, response: { message: 'GET_DEVICE_FEATURES' } },
    ]);
  });

  it.each(traceNames)('loses no frame of %s', (name) => {
    const heard = itemsOf(trace(name)).flatMap((i) =>
      [i.request, i.response, i.frame].filter((f) => f !== undefined && f !== null),
    );
    const there = traceLines(name).flatMap((line) => {
      const e = JSON.parse(line) as Record<string, unknown>;
      return [e.hex, e.req, e.resp, ...((e.send as unknown[]) ?? []), ...((e.answers as unknown[]) ?? [])].filter(
        (h) => typeof h === 'string',
      );
    });
    expect(heard.map((f) => (f as unknown as { hex: string }).hex).sort()).toEqual(there.sort());
    expect(trace(name).counts.frames).toBe(there.length);
  });
});

describe('the text', () => {
  it('spells status bits by name, and what has no name beside them', () => {
    const { text } = tell([{ dialect: 'rfc3' }, { hex: '0008010001000c001f000000' }]);
    expect(text).toMatch(/status=ACKNOWLEDGE\|DRIVER\|DRIVER_OK\|FEATURES_OK\|0x10/);
  });

  it('shows features as words in hex, device numbers as a set, and long data by its first 16 bytes and its length', () => {
    expect(trace('qemu-rng.jsonl').text).toMatch(/features=\[0x30000000,0x00000101\]/);
    expect(trace('qemu-rng.jsonl').text).toMatch(/bitmap=\{0\}/);
    const data = '00112233445566778899aabbccddeeff0102';
    const { text } = tell([{ dialect: 'rfc3' }, { hex: `0006010001002600000000000000000012000000${data}` }]);
    expect(text).toMatch(/data=00112233445566778899aabbccddeeff…\(18 bytes\)/);
  });

  it('shows a refused FEATURES_OK as the difference it is', () => {
    expect(trace('optee-device.jsonl').text).toMatch(
      /status=ACKNOWLEDGE\|DRIVER\|FEATURES_OK = status=ACKNOWLEDGE\|DRIVER /,
    );
  });

  it('folds repeated notifications and says how often, unless all are wanted', () => {
    const count = (text: string): number => text.split('EVENT_USED').length - 1;
    const folded = trace('linux-loopback-blk-v1-2026.jsonl').text;
    const all = trace('linux-loopback-blk-v1-2026.jsonl', { all: true }).text;
    const used = traceLines('linux-loopback-blk-v1-2026.jsonl').filter((l) => l.includes('"0042')).length;
    expect(count(all)).toBe(used);
    expect(count(folded)).toBeLessThan(used);
    const more = [...folded.matchAll(/the same again (\d+) times/g)].reduce((sum, m) => sum + Number(m[1]), 0);
    expect(count(folded) + more).toBe(used);
    expect(all).not.toMatch(/the same again/);
  });

  it('folds from the fourth time on', () => {
    const used = { dir: 'device->driver', hex: '0042010000000c0000000000' };
    expect(tell([{ dialect: 'rfc3' }, used, used, used]).text.match(/vq_index=0/g)).toHaveLength(3);
    const four = tell([{ dialect: 'rfc3' }, used, used, used, used]).text;
    expect(four.match(/vq_index=0/g)).toHaveLength(1);
    expect(four).toContain('the same again 3 times');
  });

  it('does not fold notifications of different queues', () => {
    const used = (queue: number): object => ({ dir: 'device->driver', hex: `0042010000000c000${queue}000000` });
    const { text } = tell([{ dialect: 'rfc3' }, ...[0, 1, 2, 3, 4, 5].map(used)]);
    for (const queue of [0, 1, 2, 3, 4, 5]) expect(text).toMatch(`vq_index=${queue}`);
  });

  it.each([80, 100, 120, 200])('fits a terminal of %i columns', (width) => {
    for (const name of traceNames) {
      for (const line of trace(name, { width }).text.split('\n')) expect(line.length).toBeLessThanOrEqual(width);
    }
  });

  it('is coloured by its caller only, and says the same in colour', () => {
    const mark = (code: string) => (text: string) => `\u001b[${code}m${text}\u001b[0m`;
    const paint = { bold: mark('1'), red: mark('31'), yellow: mark('33'), cyan: mark('36'), dim: mark('2') };
    const plain = trace('qemu-rng-malformed.jsonl').text;
    const coloured = trace('qemu-rng-malformed.jsonl', { paint }).text;
    expect(plain).not.toContain('\u001b');
    expect(coloured.split(/\p{Cc}\[\d+m/u).join('')).toBe(plain);
    expect(coloured).toContain('\u001b[33m! answer: token: token at byte 4 is 0');
    expect(coloured).toContain('\u001b[31m✗ refused: short_body at byte 8');
  });

  it.each(PEOPLE)('closes %s with figures that add up', (name) => {
    const { counts, text } = trace(name);
    const unpaired = itemsOf(trace(name)).filter(
      (i) => i.kind === 'event' || i.kind === 'stray' || i.kind === 'unknown',
    ).length;
    expect(2 * counts.exchanges - counts.unanswered + unpaired).toBe(counts.frames);
    expect(counts.rules.reduce((sum, r) => sum + r.count, 0)).toBe(counts.findings);
    expect(text).toContain(`${counts.frames} frames, ${counts.exchanges} exchanges, ${counts.events} events`);
  });
});

describe('broken captures', () => {
  it('report a broken line under its number and tell the rest', () => {
    const lines = traceLines('linux-loopback-rng-rfc3.jsonl');
    const broken = tell([...lines.slice(0, 5), '{"t": 1, "hex": ', '', '[]', ...lines.slice(5)]);
    expect(itemsOf(broken).filter((i) => i.kind === 'broken')).toMatchObject([
      { line: 6, error: { code: 'bad_json' } },
      { line: 8, error: { code: 'bad_json' } },
    ]);
    expect(broken.text).toMatch(/✗ line 6: bad_json/);
    expect(broken.counts.exchanges).toBe(trace('linux-loopback-rng-rfc3.jsonl').counts.exchanges);
    expect(broken.counts).toMatchObject({ broken: 2, rules: [{ rule: 'bad_json', count: 2 }, { rule: 'ring-reset' }] });
  });

  it('say that a dialect is missing or unknown, frame by frame', () => {
    expect(itemsOf(tell([{ hex: '0002010001000800' }]))).toMatchObject([
      { kind: 'broken', error: { code: 'no_dialect' } },
    ]);
    expect(tell([{ dialect: 'rcf3' }, { hex: '0002010001000800' }]).text).toMatch(
      /unknown_dialect.*did you mean "rfc3"\?/s,
    );
    expect(tell([{ hex: '0002010001000800' }], { dialect: 'rfc3' }).counts).toMatchObject({ exchanges: 1, broken: 0 });
  });

  it('refuse hex that is none', () => {
    expect(itemsOf(tell([{ dialect: 'rfc3' }, { hex: '00zz' }, { hex: 7 }, { hex: '00' }]))).toMatchObject([
      { kind: 'unknown', frame: { error: { code: 'bad_hex' } } },
      { kind: 'broken', error: { code: 'bad_hex' } },
      { kind: 'unknown', frame: { error: { code: 'short_header' } } },
    ]);
  });

  it('cannot steer the terminal', () => {
    const evil = '\u001b[2J\u0007\r\u202e';
    const { text } = tell(
      [
        { dialect: 'rfc3', trace: evil, peer: evil, device: evil },
        { note: evil },
        { case: evil, send: ['00'], stderr: evil },
        evil,
      ],
      { name: evil },
    );
    for (const char of ['\u001b', '\u0007', '\r', '\u202e']) expect(text).not.toContain(char);
  });

  it('never throw and never outgrow the terminal, whatever bytes and values they hold', () => {
    const names = [
      't',
      'dir',
      'hex',
      'req',
      'resp',
      'send',
      'answers',
      'note',
      'case',
      'session',
      'what',
      'pre',
      'dialect',
      'profile',
      'kind',
      'context',
      'clock',
    ];
    const frames = traceNames.flatMap((n) => traceLines(n).flatMap((l) => l.match(/(?<=")[0-9a-f]{12,}(?=")/g) ?? []));
    const hex = fc
      .tuple(fc.constantFrom(...frames), fc.nat(40), fc.constantFrom('00', '01', '03', '40', 'ff'))
      .map(([frame, at, byte]) => frame.slice(0, at * 2) + byte + frame.slice(at * 2 + 2));
    const value = fc.oneof(
      hex,
      fc.jsonValue(),
      fc.array(hex, { maxLength: 3 }),
      fc.constantFrom('rfc1', 'rfc2', 'rfc3', 'driver->device', 'device->driver'),
    );
    const entry = fc.dictionary(fc.constantFrom(...names), value).map((e) => JSON.stringify(e));
    const line = fc.oneof(
      { weight: 4, arbitrary: entry },
      fc.string(),
      fc.constant(JSON.stringify({ dialect: 'rfc3' })),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.integer({ min: 80, max: 140 }), (lines, width) => {
        const { text, json } = tell(lines, { width, dialect: 'v1-2026' });
        expect(text.split('\n').every((l) => l.length <= width)).toBe(true);
        expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
        JSON.stringify(json);
      }),
      { numRuns: 400 },
    );
  });
});
