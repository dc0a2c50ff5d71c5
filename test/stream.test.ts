import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Direction,
  decode,
  errorOf,
  IrStore,
  isRefused,
  judge,
  LineCutter,
  LONGEST_LINE,
  MessageCutter,
  type ProfileIR,
  Progress,
  QuietCheck,
  ShapeTable,
  splitMessages,
} from '@virtio-wire/generator';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
// Not a public name: the compiler behind QuietCheck, whose edge no shipped constraint reaches.
import { sureConstraint } from '../generator/dist/stream/sure-constraint.js';
import { DIALECTS, malformed, traceLines, traceNames, vectors } from './support/vectors.js';
import { jsonl, root, vwire } from './support/vwire.js';

const store = new IrStore(`${root}generated/ir`);
const indexOf = (name: string) => {
  const found = store.dialect(name);
  if (found === null) throw new Error(`no dialect ${name}`);
  return found.index;
};
const shapes = new Map(DIALECTS.map((name) => [name, new ShapeTable(indexOf(name))]));
const profiles = Object.entries(store.index.protocols).flatMap(([protocol, { profiles }]) =>
  profiles.map((name) => store.profile(protocol, name) as ProfileIR),
);
const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const scratch = mkdtempSync(join(tmpdir(), 'vwire-stream-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const file = (name: string, content: string | Uint8Array): string => {
  const path = join(scratch, name);
  writeFileSync(path, content);
  return path;
};

/** Messages of every body, some of them spoiled, cut short or followed by other bytes; and plain noise. */
const someMessage = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(...vectors, ...malformed),
      fc.uint8Array({ maxLength: 12 }),
      fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 3 }),
      fc.option(fc.nat(60)),
    )
    .map(([v, behind, edits, cut]) => {
      const bytes = Uint8Array.from([...bytesOf(v.hex), ...behind]);
      for (const [at, byte] of edits) if (at < bytes.length) bytes[at] = byte;
      return { name: v.dialect, bytes: cut === null ? bytes : bytes.slice(0, cut) };
    }),
  fc.record({ name: fc.constantFrom(...DIALECTS), bytes: fc.uint8Array({ maxLength: 80 }) }),
);

describe('the shape table', () => {
  const expectAgreement = (name: string, bytes: Uint8Array): void => {
    const index = indexOf(name);
    const shape = shapes.get(name) as ShapeTable;
    // Somewhere within a larger buffer, as in a stream.
    const padded = Uint8Array.from([0xff, 0xff, 0xff, ...bytes, 0xff]);
    const answer = shape.check(viewOf(padded), 3, 3 + bytes.length);
    const decoded = decode(index, bytes);
    const told = answer < 0 ? errorOf(answer) : index.ir.bodies[answer]?.key;
    expect(told, Buffer.from(bytes).toString('hex')).toBe(isRefused(decoded) ? decoded.error.code : decoded.body.key);
    if (isRefused(decoded)) return;
    const rest = decoded.surplus ?? decoded.padding;
    expect([shape.size, shape.contentEnd]).toEqual([decoded.size, rest === null ? decoded.size : rest.offset]);
  };

  it('agrees with the interpreter on every vector, every prefix of it, and every malformed message', () => {
    for (const { dialect, hex } of [...vectors, ...malformed]) {
      const bytes = bytesOf(hex);
      for (let length = 0; length <= bytes.length; length++) expectAgreement(dialect, bytes.subarray(0, length));
    }
  });

  it('agrees with the interpreter on a tail counted in bits, whole bytes or not', () => {
    const counted = DIALECTS.filter((n) => indexOf(n).byKey('bus.GET_DEVICES.response')?.maxSize === null);
    expect(counted.length).toBeGreaterThan(3);
    for (const name of counted) {
      const body = indexOf(name).byKey('bus.GET_DEVICES.response');
      const counter = body?.fields.find((f) => f.name === 'count')?.offset ?? 0;
      const size = indexOf(name).sizeField?.offset ?? 0;
      for (let bits = 0; bits < 40; bits++) {
        for (let tail = 0; tail < 6; tail++) {
          const bytes = new Uint8Array((body?.minSize ?? 0) + tail);
          bytes.set([3, 2], 0);
          bytes[size] = bytes.length;
          bytes[counter] = bits;
          expectAgreement(name, bytes);
        }
      }
    }
  });

  it('agrees with the interpreter on spoiled messages and noise', () => {
    fc.assert(
      fc.property(someMessage, ({ name, bytes }) => expectAgreement(name, bytes)),
      { numRuns: 5000 },
    );
  });
});

describe('the quiet check', () => {
  const directions: (Direction | null)[] = [null, 'driver->device', 'device->driver'];
  const verdicts = (
    name: string,
    bytes: Uint8Array,
    profile: ProfileIR,
    direction: Direction | null,
    limit?: number,
  ) => {
    const index = indexOf(name);
    const check = new QuietCheck(index, profile);
    const decoded = decode(index, bytes);
    if (isRefused(decoded)) return null;
    const context = limit === undefined ? {} : { max_msg_size: limit };
    const findings = judge({ index, decoded, bytes, profile, direction, context, named: null });
    const i = check.shape.check(viewOf(bytes), 0, bytes.length);
    const known = limit ?? profile.maxMessageSize ?? Number.NaN;
    return { findings, quiet: check.quiet(viewOf(bytes), 0, bytes.length, i, direction, known) };
  };

  it('is never quiet about a message that a rule objects to', () => {
    fc.assert(
      fc.property(
        someMessage,
        fc.constantFrom(...profiles),
        fc.constantFrom(...directions),
        fc.option(fc.nat(64), { nil: undefined }),
        ({ name, bytes }, profile, direction, limit) => {
          const verdict = verdicts(name, bytes, profile, direction, limit);
          if (verdict?.quiet === true) expect(verdict.findings).toEqual([]);
        },
      ),
      { numRuns: 8000 },
    );
  });

  it('is never quiet about one that a rule objects to, for every vector under every profile', () => {
    for (const { dialect, hex } of [...vectors, ...malformed]) {
      for (const profile of profiles) {
        for (const direction of directions) {
          const verdict = verdicts(dialect, bytesOf(hex), profile, direction);
          if (verdict?.quiet === true) expect(verdict.findings, `${dialect} ${profile.name} ${hex}`).toEqual([]);
        }
      }
    }
  });

  it('is not sure of a constraint on values that a number cannot hold, nor of one without its limit', () => {
    const body = indexOf('rfc3').byKey('transport.SET_VQUEUE.request');
    if (body === undefined) throw new Error('no SET_VQUEUE');
    const at = body.fields.find((f) => f.name === 'descriptor_addr')?.offset ?? 0;
    const view = new DataView(new ArrayBuffer(body.minSize));
    const sure = (text: string, value: bigint, limit = Number.NaN): boolean => {
      view.setBigUint64(at, value, true);
      return sureConstraint(text, body)(view, 0, limit);
    };
    expect(sure('descriptor_addr == 5', 5n)).toBe(true);
    expect(sure('descriptor_addr != 9007199254740992', 9007199254740993n)).toBe(false);
    expect(sure('descriptor_addr != 9007199254740993', 9007199254740993n)).toBe(false);
    expect(sure('descriptor_addr * 4503599627370496 != 1', 4n)).toBe(false);
    expect(sure('descriptor_addr != $limit', 5n)).toBe(false);
    expect(sure('descriptor_addr != $limit', 5n, 6)).toBe(true);
    expect(sure('descriptor_addr % index == 0 || 1 == 1', 5n)).toBe(false);
    expect(sure('no_such_field == 1', 5n)).toBe(true);
  });

  it('knows nearly every clean message at sight, which is what it is for', () => {
    let clean = 0;
    let quiet = 0;
    for (const name of traceNames.filter((n) => n.startsWith('linux-'))) {
      const header = JSON.parse(traceLines(name)[0] ?? '') as { dialect: string };
      const profile = profiles.find((p) => p.name === header.dialect) as ProfileIR;
      for (const line of traceLines(name)) {
        const { hex } = JSON.parse(line) as { hex?: string };
        const verdict = hex === undefined ? null : verdicts(header.dialect, bytesOf(hex), profile, null);
        if (verdict === null || verdict.findings.length > 0) continue;
        clean++;
        if (verdict.quiet) quiet++;
      }
    }
    expect(clean).toBeGreaterThan(300);
    expect(quiet).toBe(clean);
  });
});

describe('cutting a stream', () => {
  const cutInto = (bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] => {
    const chunks: Uint8Array[] = [];
    for (let at = 0, i = 0; at < bytes.length; i++) {
      const size = sizes[i % sizes.length] ?? 1;
      chunks.push(bytes.slice(at, at + size));
      at += size;
    }
    return chunks;
  };

  it('finds the messages that the whole input has, wherever chunks end', () => {
    const streams = fc.tuple(
      fc.constantFrom(...DIALECTS),
      fc.array(fc.constantFrom(...vectors), { maxLength: 30 }),
      fc.uint8Array({ maxLength: 20 }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 }),
    );
    fc.assert(
      fc.property(streams, ([name, picked, noise, sizes]) => {
        const own = picked.filter((v) => v.dialect === name).map((v) => v.hex);
        const bytes = Uint8Array.from([...bytesOf(own.join('')), ...noise]);
        const found: string[] = [];
        let at = 0;
        const cutter = new MessageCutter(
          new ShapeTable(indexOf(name)),
          (view, start, end, offset, length) => {
            expect(offset).toBe(at);
            at += length;
            found.push(Buffer.from(view.buffer as ArrayBuffer, start, end - start).toString('hex'));
          },
          16,
        );
        for (const chunk of cutInto(bytes, sizes)) cutter.push(chunk);
        cutter.end();
        expect(found).toEqual(splitMessages(indexOf(name), bytes).map((m) => Buffer.from(m).toString('hex')));
        expect(at).toBe(bytes.length);
      }),
      { numRuns: 1000 },
    );
  });

  it('finds the lines that the whole input has, wherever chunks end', () => {
    const text = fc
      .array(fc.constantFrom('a', 'é', '漢', '\n', '\r\n', '\r', '\0', '{"x":1}', '\n\n'), { maxLength: 40 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }), (input, sizes) => {
        const cutter = new LineCutter();
        const lines: string[] = [];
        for (const chunk of cutInto(Buffer.from(input), sizes)) lines.push(...cutter.push(Buffer.from(chunk)));
        lines.push(...cutter.end());
        const whole = input.split('\n');
        if (whole.at(-1) === '') whole.pop();
        expect(lines).toEqual(whole.map((l) => l.replace(/\r$/, '')));
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps only the beginning of a line without end, and tells that it is cut', () => {
    const cutter = new LineCutter();
    const chunk = Buffer.alloc(1 << 20, 0x61);
    for (let i = 0; i < 40; i++) expect(cutter.push(chunk)).toEqual([]);
    const [long, next] = [...cutter.push(Buffer.from('\nnext\n'))];
    expect(long?.length).toBe(LONGEST_LINE + 1);
    expect(next).toBe('next');
  });
});

const rfc3 = vectors.filter((v) => v.dialect === 'rfc3');

describe('decode of raw bytes', () => {
  it('answers message by message across chunk borders, the same from a file as from standard input', () => {
    // Bytes below 0x80 only, so that they pass through a pipe of text unchanged.
    const plain = rfc3.filter((v) => bytesOf(v.hex).every((b) => b < 0x80));
    const messages = Array.from({ length: 12_000 }, (_, i) => plain[(i * 7) % plain.length]?.hex ?? '');
    const bytes = bytesOf(messages.join(''));
    expect(bytes.length).toBeGreaterThan(3 * 65536);
    const fromFile = vwire(['decode', '-d', 'rfc3', '--json', file('many.bin', bytes)]);
    const answers = fromFile.stdout.trimEnd().split('\n');
    expect(answers.map((l) => (JSON.parse(l) as { hex: string }).hex)).toEqual(messages);
    expect(fromFile.stderr).toBe('');
    const piped = vwire(['decode', '-d', 'rfc3', '--json', '-'], { input: Buffer.from(bytes).toString('latin1') });
    expect(piped.stdout === fromFile.stdout).toBe(true);
  });

  it('answers what decode of each message alone answers', () => {
    const messages = rfc3.map((v) => v.hex);
    const together = vwire(['decode', '-d', 'rfc3', '--json', file('all.bin', bytesOf(messages.join('')))]);
    const alone = vwire(['decode', '-d', 'rfc3', '--json', file('all.hex', messages.join('\n'))]);
    expect(together.stdout).toBe(alone.stdout);
  });

  it('refuses a last message that is cut short, and shows of one without end only the beginning', () => {
    const cut = vwire([
      'decode',
      '-d',
      'rfc3',
      '--json',
      file('cut.bin', bytesOf('0203000007000c002a0000000042010000000c00')),
    ]);
    expect(cut.code).toBe(1);
    const codes = cut.stdout
      .trimEnd()
      .split('\n')
      .map((l) => (JSON.parse(l) as { error?: { code: string } }).error?.code);
    expect(codes).toEqual([undefined, 'truncated']);
    const endless = vwire(['decode', '-d', 'rfc3', '--json', file('zeros.bin', new Uint8Array(3_000_000))]);
    const answer = JSON.parse(endless.stdout) as { hex: string; omitted: number; error: { code: string } };
    expect(answer.error.code).toBe('size_below_header');
    expect(answer.hex.length / 2 + answer.omitted).toBe(3_000_000);
    expect(answer.hex.length).toBeLessThan(200_000);
  });

  it('judges only shapes with --no-rules', () => {
    const zeroToken = '0007010000000800';
    expect(vwire(['decode', '-d', 'rfc3', zeroToken]).code).toBe(1);
    expect(vwire(['decode', '-d', 'rfc3', '--no-rules', zeroToken]).code).toBe(0);
  });

  it('takes only the two directions there are', () => {
    const run = vwire(['decode', '-d', 'rfc3', '--dir', 'sideways', '0007010000000800']);
    expect(run).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('driver->device') });
  });
});

interface Summary {
  messages: number;
  bytes: number;
  lines?: number;
  bodies: { dialect: string; key: string; messages: number; bytes: number }[];
  refused: { code: string; count: number; first: { offset?: number; line?: number } }[];
  findings: { rule: string; count: number; first: { offset?: number; line?: number } }[];
}
const summary = (...args: string[]): Summary =>
  JSON.parse(vwire(['decode', '--summary', '--json', ...args]).stdout) as Summary;

interface Answer {
  class?: string;
  message?: string;
  kind?: string;
  error?: { code: string };
  findings?: { rule: string }[];
  frames?: Answer[];
  /** What the bytes are, where the entry's names say something else. */
  decoded?: Answer;
}

const keyOf = (f: Answer): string => `${f.class}.${f.message}.${f.kind}`;

/** Counts of what `decode` answered one by one. */
function counted(answers: readonly Answer[]): unknown {
  const frames = answers.flatMap((a) => a.frames ?? (a.class !== undefined || a.error !== undefined ? [a] : []));
  const tally = (names: readonly string[]) =>
    Object.fromEntries([...new Set(names)].sort().map((n) => [n, names.filter((x) => x === n).length]));
  return {
    bodies: tally(frames.flatMap((f) => (f.error === undefined ? [keyOf(f.decoded ?? f)] : []))),
    refused: tally(frames.flatMap((f) => f.error?.code ?? [])),
    findings: tally(frames.flatMap((f) => (f.findings ?? []).map((x) => x.rule))),
  };
}
const told = (s: Summary): unknown => {
  // Several dialects have bodies of the same name.
  const sorted = (pairs: [string, number][]) => {
    const sums = new Map<string, number>();
    for (const [name, n] of pairs) sums.set(name, (sums.get(name) ?? 0) + n);
    return Object.fromEntries([...sums].sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  return {
    bodies: sorted(s.bodies.map((b) => [b.key, b.messages])),
    refused: sorted(s.refused.map((r) => [r.code, r.count])),
    findings: sorted(s.findings.map((f) => [f.rule, f.count])),
  };
};

describe('decode --summary', () => {
  it.each(traceNames)('counts what decode --jsonl answers for %s', (name) => {
    const path = `test/vectors/traces/${name}`;
    const answers = jsonl('decode', traceLines(name)).lines as Answer[];
    const s = summary('--jsonl', path);
    expect(told(s)).toEqual(counted(answers));
    expect(s.lines).toBe(traceLines(name).length);
  });

  it('counts what decode --jsonl answers for vectors, whose names select the body, and for anything malformed', () => {
    const lines = [
      ...vectors.map(({ dialect, class: c, message, kind, hex }) => ({ dialect, class: c, message, kind, hex })),
      ...malformed,
      ...vectors.map(({ dialect, hex }) => ({ dialect, hex, context: { max_msg_size: 30 } })),
      ...vectors.map(({ dialect, hex }) => ({ dialect, hex, context: { dev_num: 1, config_size: 4 } })),
      ...vectors.map(({ hex }) => ({ dialect: 'rfc3', message: 'PING', hex: `0x${hex}` })),
      { dialect: 'none', hex: '00' },
      { dialect: 'rfc3', hex: 7 },
      { dialect: 'rfc3', hex: '123' },
      'no json',
    ].map((l) => (typeof l === 'string' ? l : JSON.stringify(l)));
    const answers = jsonl('decode', lines).lines as Answer[];
    expect(told(summary('--jsonl', file('mixed.jsonl', `${lines.join('\n')}\n`)))).toEqual(counted(answers));
  });

  it('counts raw bytes as decode answers them, and tells where each trouble began', () => {
    const good = '0203000007000c002a000000';
    const raw = file(
      'sum.bin',
      bytesOf([good, good, '0099000001000800', '0007010000000800', '0042010000000c00'].join('')),
    );
    const s = summary('-d', 'rfc3', raw);
    expect(s.messages).toBe(5);
    expect(s.bytes).toBe(48);
    expect(s.refused.map((r) => [r.code, r.count, r.first.offset])).toEqual([
      ['unknown_id', 1, 24],
      ['truncated', 1, 40],
    ]);
    expect(s.findings.map((f) => [f.rule, f.count, f.first.offset])).toEqual([['token', 1, 32]]);
    expect(summary('-d', 'rfc3', '--no-rules', raw).findings).toEqual([]);
    const all = vectors.filter((v) => v.dialect === 'v1-2026').map((v) => v.hex);
    const answers = vwire(['decode', '-d', 'v1-2026', '--json', file('v1.hex', all.join('\n'))])
      .stdout.trimEnd()
      .split('\n');
    const one = counted(answers.map((l) => JSON.parse(l) as Answer));
    expect(told(summary('-d', 'v1-2026', file('v1.bin', bytesOf(all.join('')))))).toEqual(one);
    expect(told(summary('-d', 'v1-2026', join(scratch, 'v1.hex')))).toEqual(one);
  });

  it('prints a table, says nothing on stderr when that is no terminal, and exits as decode does', () => {
    const run = vwire(['decode', '-d', 'rfc3', '--summary', '0203000007000c002a000000']);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(/^1 message, 12 bytes$/m);
    expect(run.stdout).toMatch(/^bus\.PING\.request +1 +100\.0 % +12$/m);
    const traced = vwire(['decode', '--jsonl', '--summary', 'test/vectors/traces/qemu-rng.jsonl']);
    expect(traced.code).toBe(1);
    expect(traced.stdout).toMatch(/^token +\d+ +line \d+ of /m);
  });
});

describe('broken input', () => {
  const codes = (lines: string): (string | undefined)[] =>
    lines
      .trimEnd()
      .split('\n')
      .map((l) => (JSON.parse(l) as { error?: { code: string } }).error?.code);

  it('of lines: CRLF, a lone CR, a NUL, an empty line', () => {
    const good = '{"dialect":"rfc3","hex":"0002000003000800"}';
    const input = `${good}\r\n{"dialect":"rfc3",\r"hex":"0002000003000800"}\n{"a":"\u0000"}\n\n\r\n${good}`;
    const run = vwire(['decode', '--jsonl'], { input });
    expect(codes(run.stdout)).toEqual([undefined, undefined, 'bad_json', 'bad_json', 'bad_json', undefined]);
    expect(run.stderr).toBe('');
  });

  it('of lines of ten megabytes: one that is right in form, one that is not, and one beyond all bounds', () => {
    const hex = '00'.repeat(5_000_000);
    const input = `{"dialect":"rfc3","hex":"${hex}"}\n${'x'.repeat(10_000_000)}\n${'y'.repeat(LONGEST_LINE + 5)}\n{"n":1}\n`;
    const path = file('long.jsonl', input);
    const run = vwire(['decode', '--jsonl', path]);
    expect(codes(run.stdout)).toEqual(['size_below_header', 'bad_json', 'bad_json', undefined]);
    expect(summary('--jsonl', path).refused.map((r) => [r.code, r.count])).toEqual([
      ['size_below_header', 1],
      ['bad_json', 2],
    ]);
  });

  it('of bytes: nothing, less than a header, garbage, sizes of all kinds', () => {
    expect(vwire(['decode', '-d', 'rfc3', '--summary', file('none', '')])).toMatchObject({ code: 2, stdout: '' });
    expect(summary('-d', 'rfc3', file('short.bin', bytesOf('8002'))).refused.map((r) => r.code)).toEqual([
      'short_header',
    ]);
    expect(summary('-d', 'rfc3', file('size.bin', bytesOf('000200000100ffff'))).refused.map((r) => r.code)).toEqual([
      'truncated',
    ]);
    expect(summary('-d', 'rfc1', file('frame.bin', bytesOf('0002'.repeat(30)))).refused.map((r) => r.code)).toEqual([
      'frame_size',
    ]);
    const garbage = file(
      'garbage.bin',
      Uint8Array.from({ length: 200_000 }, (_, i) => (Math.imul(i, 0x9e3779b1) >>> 13) & 0xff),
    );
    for (const name of DIALECTS) {
      const run = vwire(['decode', '-d', name, '--summary', '--json', garbage]);
      expect(run).toMatchObject({ code: 1, stderr: '' });
      expect((JSON.parse(run.stdout) as Summary).bytes).toBe(200_000);
    }
  });
});

describe('the progress line', () => {
  it('is shown on a terminal, now and then, and taken away; elsewhere there is none', () => {
    const written: string[] = [];
    let time = 0;
    const target = { isTTY: true, columns: 60, write: (text: string) => written.push(text) };
    const progress = new Progress(target, 4_000_000, () => time);
    progress.advance(1_000_000, 10);
    expect(written).toEqual([]);
    time = 500;
    progress.advance(1_000_000, 20_000);
    progress.advance(1, 20_000);
    expect(written).toHaveLength(1);
    expect(written[0]).toContain('50 %');
    expect((written[0] ?? '').length).toBeLessThan(70);
    progress.done(20_000, true);
    expect(written.at(-1)).toMatch(/40\.0 k\/s.*\n$/);
    const silent: string[] = [];
    const none = new Progress({ write: (text: string) => silent.push(text) }, null, () => time);
    time = 5000;
    none.advance(1, 1);
    none.done(1, true);
    expect(silent).toEqual([]);
  });
});
