import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type CaptureText,
  capturePcapng,
  IrStore,
  identify,
  Pairs,
  type PcapngProblem,
  PcapngReader,
  readCapture,
  Summarizer,
  type Tally,
  traceFile,
} from '@virtio-wire/generator';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { blocksIn, Maker, optionsIn } from './support/pcapng.js';
import { traceLines } from './support/vectors.js';
import { root, vwire } from './support/vwire.js';

const store = new IrStore(`${root}generated/ir`);

interface Packet {
  readonly number: number;
  readonly hex: string;
  readonly direction: string | null;
  readonly time: number | null;
  readonly comment: string | null;
}
interface Read {
  readonly packets: Packet[];
  readonly problems: PcapngProblem[];
  readonly foreign: number;
}

/** Reads a file in pieces of `size` bytes. */
function read(file: Uint8Array, size = file.length || 1): Read {
  const packets: Packet[] = [];
  const problems: PcapngProblem[] = [];
  const reader = new PcapngReader(
    (view, start, end, { packet: number, direction, time, comment }) =>
      packets.push({
        number,
        hex: Buffer.from(view.buffer, start, end - start).toString('hex'),
        direction,
        time,
        comment,
      }),
    (problem) => problems.push(problem),
  );
  for (let at = 0; at < file.length; at += size) reader.push(file.subarray(at, at + size));
  reader.end();
  return { packets, problems, foreign: reader.foreign };
}

const make = new Maker(true);
const big = new Maker(false);
const hexes = (file: Buffer): string[] => read(file).packets.map((p) => p.hex);
const codes = (file: Buffer): string[] => read(file).problems.map((p) => p.code);

const ASK = '0007010001000800';
const ANSWER = '0107010001000c000b000000';
const head = Buffer.concat([make.section(), make.interface()]);

describe('a pcapng file', () => {
  it.each([
    ['little', make],
    ['big', big],
  ])('is read in %s-endian order, whatever pieces it comes in', (_name, m) => {
    const options = [m.flags(2)];
    const file = Buffer.concat([
      m.section(),
      m.interface(147, m.option(9, Buffer.of(9)), m.option(0, Buffer.alloc(0))),
      m.packet(ASK, { time: 5_000_000_123n, options }),
      m.packet(`${ANSWER}ff`, { time: 5_000_001_123n, options: [m.option(1, Buffer.from('hi')), m.flags(1)] }),
    ]);
    const expected = {
      problems: [],
      foreign: 0,
      packets: [
        { number: 1, hex: ASK, direction: 'driver->device', time: 5000.000123, comment: null },
        {
          number: 2,
          hex: `${ANSWER}ff`,
          direction: 'device->driver',
          time: expect.closeTo(5000.001123, 9),
          comment: 'hi',
        },
      ],
    };
    for (const size of [1, 3, 7, 64, file.length]) expect(read(file, size)).toEqual(expected);
  });

  it('may have sections of both byte orders, each with its own interfaces', () => {
    const file = Buffer.concat([head, make.packet(ASK), big.section(), big.interface(), big.packet(ANSWER)]);
    expect(hexes(file)).toEqual([ASK, ANSWER]);
    expect(codes(file)).toEqual([]);
    const orphan = Buffer.concat([head, make.packet(ASK), big.section(), big.packet(ANSWER)]);
    expect(hexes(orphan)).toEqual([ASK, ANSWER]);
    expect(codes(orphan)).toEqual(['no_interface']);
  });

  it('may have blocks nobody knows, and packets in their older forms', () => {
    const bytes = Buffer.from(ASK, 'hex');
    const simple = make.block(3, make.u32(8), bytes);
    const old = make.block(2, make.u16(0, 0), make.u32(0, 1500, 8, 8), bytes);
    const file = Buffer.concat([head, make.block(0xbad, Buffer.alloc(44)), simple, make.block(4), old]);
    expect(read(file)).toMatchObject({
      problems: [],
      packets: [
        { hex: ASK, time: null },
        // Microseconds, where nothing else is said.
        { hex: ASK, time: 1.5 },
      ],
    });
  });

  it('counts time as its interface says: powers of 2 and 10, and an offset in seconds', () => {
    const shift = Buffer.concat([make.u32(100), make.u32(0)]);
    const faces = [
      make.interface(147, make.option(9, Buffer.of(0x80 | 10)), make.option(0, Buffer.alloc(0))),
      make.interface(147, make.option(14, shift), make.option(9, Buffer.of(3)), make.option(0, Buffer.alloc(0))),
    ];
    const file = Buffer.concat([
      make.section(),
      ...faces,
      make.packet(ASK, { time: 2048n }),
      make.packet(ASK, { time: 7n, face: 1 }),
    ]);
    expect(read(file).packets.map((p) => p.time)).toEqual([2000, 100_007]);
  });

  it('leaves out packets that are no bare messages, says so once, and counts them as Wireshark does', () => {
    const file = Buffer.concat([head, make.interface(1), ...[0, 1, 1, 0].map((face) => make.packet(ASK, { face }))]);
    expect(read(file)).toMatchObject({ foreign: 2, packets: [{ number: 1 }, { number: 4 }] });
    expect(read(file).problems).toMatchObject([{ code: 'foreign_link', got: 1 }]);
  });
});

describe('a broken pcapng file', () => {
  const whole = [make.packet(ASK), make.packet(ANSWER), make.packet(ASK)];
  const at = head.length + (whole[0] as Buffer).length;
  const second = whole[1] as Buffer;
  const changed = (change: (block: Buffer) => void): Buffer => {
    const block = Buffer.from(second);
    change(block);
    return Buffer.concat([head, whole[0] as Buffer, block, whole[2] as Buffer]);
  };

  it.each([
    ['absurd', 0xffff_fff0],
    ['odd', second.length + 1],
    ['too small', 8],
    ['too large', second.length + 4],
    ['zero', 0],
  ])('with a length that is %s: a problem with its place, and the rest is read', (_name, length) => {
    const file = changed((block) => block.writeUInt32LE(length, 4));
    const { packets, problems } = read(file);
    expect(packets.map((p) => p.hex)).toEqual([ASK, ASK]);
    expect(problems).toMatchObject([{ offset: at }, { code: 'skipped', offset: at, got: second.length }]);
    for (const size of [1, 5, 50]) expect(read(file, size)).toEqual(read(file));
  });

  it('with more packet than block: what is there is read', () => {
    const file = changed((block) => block.writeUInt32LE(4000, 8 + 12));
    expect(hexes(file)).toEqual([ASK, ANSWER, ASK]);
    expect(read(file).problems).toMatchObject([{ code: 'bad_length', offset: at, got: 4000 }]);
  });

  it('cut off anywhere keeps the packets before the cut', () => {
    const file = Buffer.concat([head, ...whole]);
    for (let end = head.length; end < file.length; end++) {
      const { packets, problems } = read(file.subarray(0, end));
      const blocks = [at, at + second.length].filter((e) => e <= end).length;
      expect(packets).toHaveLength(blocks);
      expect(problems.length > 0).toBe(end !== head.length && end !== at && end !== at + second.length);
    }
  });

  it('without a section header, or with options that do not fit', () => {
    expect(codes(Buffer.concat([make.interface(), make.packet(ASK)]))).toEqual(['bad_magic']);
    const options = make.packet(ASK, { options: [make.u16(1, 400), make.u32(0)] });
    expect(read(Buffer.concat([head, options]))).toMatchObject({
      packets: [{ hex: ASK }],
      problems: [{ code: 'bad_option' }],
    });
  });

  it('never makes it throw, spin or read past its end', () => {
    const file = Buffer.concat([head, ...whole, big.section(), big.interface(), big.packet(ASK)]);
    const damage = fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { maxLength: 12 });
    fc.assert(
      fc.property(damage, fc.nat(file.length), (places, end) => {
        const bytes = Buffer.from(file);
        for (const [place, value] of places) bytes[place] = value;
        const cut = bytes.subarray(0, end);
        expect(read(cut, 11)).toEqual(read(cut));
        traceFile(store, cut, { dialect: 'rfc3' });
        for (const packet of read(cut).packets) expect(packet.hex.length).toBeLessThanOrEqual(2 * cut.length);
      }),
      { numRuns: 150 },
    );
  });
});

const bytesOf = (name: string): Buffer => Buffer.from(traceLines(name).join('\n'));
const lines = (capture: Uint8Array): CaptureText['lines'] => readCapture(capture).lines;

describe('a capture turned into pcapng', () => {
  it('is a pcapng file by other code than ours: blocks, options, bytes, directions, nanoseconds', () => {
    const file = capturePcapng(store, lines(bytesOf('qemu-rng.jsonl'))).bytes;
    const [section, face, ...packets] = blocksIn(Buffer.from(file));
    expect(section).toMatchObject({ type: 0x0a0d0d0a });
    expect(section?.body.readUInt32LE(0)).toBe(0x1a2b3c4d);
    expect([section?.body.readUInt16LE(4), section?.body.readUInt16LE(6)]).toEqual([1, 0]);
    expect(face?.type).toBe(1);
    expect(face?.body.readUInt16LE(0)).toBe(147);
    const described = optionsIn(face?.body as Buffer, 8);
    expect(described.get(9)).toEqual(Buffer.of(9));
    expect(described.get(3)?.toString()).toBe('virtio-msg/rfc3');
    const frames = traceLines('qemu-rng.jsonl')
      .map((l) => JSON.parse(l))
      .filter((e) => typeof e.hex === 'string');
    expect(packets).toHaveLength(frames.length);
    for (const [i, { body, type }] of packets.entries()) {
      const { hex, dir, t } = frames[i];
      expect(type).toBe(6);
      const size = body.readUInt32LE(12);
      expect(body.readUInt32LE(16)).toBe(size);
      expect(body.subarray(20, 20 + size).toString('hex')).toBe(hex);
      const options = optionsIn(body, 20 + size + ((4 - (size % 4)) % 4));
      expect(options.get(2)?.readUInt32LE(0)).toBe(dir === 'driver->device' ? 2 : 1);
      const time = (BigInt(body.readUInt32LE(4)) << 32n) + BigInt(body.readUInt32LE(8));
      expect(Number(time)).toBe(Math.round(t * 1e9));
    }
  });

  it.each(['qemu-rng.jsonl', 'linux-loopback-blk-v1-2026.jsonl', 'qemu-rng-malformed.jsonl'])(
    'tells the conversation of %s again, and is identified alike',
    (name) => {
      const original = bytesOf(name);
      const file = capturePcapng(store, lines(original)).bytes;
      // Cases begin afresh in the one and follow each other in the other.
      const plain = original.toString().replaceAll('"case"', '"what"').replaceAll('"pre"', '"before"');
      const [was, is] = [traceFile(store, plain), traceFile(store, file)];
      const { lines: _lines, ...figures } = was.counts;
      expect(is.counts).toMatchObject({ ...figures, latency: expect.anything(), span: expect.anything() });
      expect(is.json.dialect).toBe(was.json.dialect);
      expect(identify(store, file).best).toEqual(identify(store, original).best);
    },
  );
});

describe('tshark', () => {
  const there = spawnSync('tshark', ['--version']).status === 0;
  const scratch = mkdtempSync(join(tmpdir(), 'vwire-pcapng-'));
  afterAll(() => rmSync(scratch, { recursive: true }));
  const tell = (file: string): string[][] => {
    const fields = [
      'frame.number',
      'frame.time_epoch',
      'frame.len',
      'frame.packet_flags_direction',
      'frame.comment',
      'data',
    ];
    const run = spawnSync('tshark', ['-r', file, '-T', 'fields', ...fields.flatMap((f) => ['-e', f])], {
      encoding: 'utf8',
    });
    expect(run.status, run.stderr).toBe(0);
    return run.stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));
  };

  it.skipIf(!there)('(skipped where it is not installed) opens what we write, and reads the same in it', () => {
    const path = join(scratch, 'qemu-rng.pcapng');
    const run = vwire(['trace', '--to', 'pcapng', '--out', path, 'test/vectors/traces/qemu-rng.jsonl']);
    expect(run.code, run.stderr).toBe(0);
    const frames = traceLines('qemu-rng.jsonl')
      .map((l) => JSON.parse(l))
      .filter((e) => typeof e.hex === 'string');
    expect(tell(path)).toEqual(
      frames.map(({ hex, dir, t, note }, i) => [
        String(i + 1),
        t.toFixed(9),
        String(hex.length / 2),
        dir === 'driver->device' ? '0x00000002' : '0x00000001',
        note ?? '',
        hex,
      ]),
    );
  });

  it.skipIf(!there)('(skipped where it is not installed) writes what we read, and we read the same in it', () => {
    const ours = join(scratch, 'ours.pcapng');
    const theirs = join(scratch, 'theirs.pcapng');
    writeFileSync(ours, capturePcapng(store, lines(bytesOf('linux-loopback-rng-rfc3.jsonl'))).bytes);
    const run = spawnSync('tshark', ['-r', ours, '-w', theirs, '-F', 'pcapng'], { encoding: 'utf8' });
    expect(run.status, run.stderr).toBe(0);
    expect(read(readFileSync(theirs))).toEqual(read(readFileSync(ours)));
  });
});

describe('a summary', () => {
  const summary = async (file: Uint8Array, dialect?: string): Promise<Tally> => {
    const summarizer = new Summarizer(store, { dialect }, null);
    summarizer.tally.pairs = new Pairs();
    await summarizer.pcapng('x', pieces(file), () => {});
    return summarizer.tally;
  };
  async function* pieces(file: Uint8Array): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < file.length; at += 1000) yield file.slice(at, at + 1000);
  }

  it.each(['linux-loopback-blk-rfc2.jsonl', 'linux-loopback-rng-rfc3.jsonl', 'linux-loopback-blk-v1-2026.jsonl'])(
    'of %s as pcapng counts the exchanges that its conversation has, and their latency',
    async (name) => {
      const { counts } = traceFile(store, bytesOf(name));
      const tally = await summary(capturePcapng(store, lines(bytesOf(name))).bytes);
      const pairs = tally.pairs as Pairs;
      expect(tally).toMatchObject({ messages: counts.frames, clean: true });
      expect(pairs).toMatchObject({ exchanges: counts.exchanges, unanswered: counts.unanswered, stray: counts.stray });
      expect(pairs.max).toBeCloseTo(counts.latency?.max as number, 5);
      expect(pairs.min).toBeCloseTo(counts.latency?.min as number, 5);
      expect(pairs.within(0.5)).toBeGreaterThanOrEqual((counts.latency?.median as number) - 1e-5);
      expect(pairs.within(0.5)).toBeLessThanOrEqual((counts.latency?.median as number) * 1.1 + 1e-5);
    },
  );

  it('tells of broken blocks, of packets without a dialect, and of tokens in use', async () => {
    const broken = make.packet(ASK);
    broken.writeUInt32LE(8, 4);
    const file = Buffer.concat([head, make.packet(ASK), broken, make.packet(ASK)]);
    expect(await summary(file)).toMatchObject({ messages: 2, clean: false });
    expect((await summary(file)).refused.get('no_dialect')).toMatchObject({ count: 2, first: { offset: head.length } });
    const told = await summary(file, 'rfc3');
    expect(told.findings.get('bad_length')).toMatchObject({ count: 1, first: { offset: head.length + broken.length } });
    expect(told.pairs).toMatchObject({ exchanges: 2, unanswered: 2, reused: 1, stray: 0 });
  });

  it('keeps a bounded number of open requests, and counts the others as unanswered', () => {
    const pairs = new Pairs();
    for (let key = 0; key < 200_000; key++) pairs.ask(key, true);
    for (let i = 0; i < 200_000; i++) pairs.ask(7, false);
    expect(pairs.unanswered).toBe(400_000);
    pairs.answer(0);
    pairs.answer(199_999);
    expect(pairs).toMatchObject({ stray: 1, unanswered: 399_999, exchanges: 400_000 });
  });
});

describe('the command line', () => {
  it('decodes packets, and counts them', () => {
    const file = join(tmpdir(), `vwire-${process.pid}.pcapng`);
    writeFileSync(file, capturePcapng(store, lines(bytesOf('linux-loopback-rng-rfc2.jsonl'))).bytes);
    const decoded = vwire(['decode', '--json', file]);
    const told = vwire(['trace', '--summary', '--json', file]);
    rmSync(file);
    expect(decoded.code, decoded.stderr).toBe(0);
    expect(JSON.parse(decoded.stdout.split('\n')[0] as string)).toMatchObject({
      packet: 1,
      t: 72.004,
      dir: 'driver->device',
      message: 'GET_DEVICE_INFO',
    });
    expect(told.code, told.stderr).toBe(0);
    expect(JSON.parse(told.stdout)).toMatchObject({ messages: 104, pairs: { exchanges: 22, unanswered: 0, stray: 0 } });
  });

  const path = 'test/vectors/traces/optee-device.jsonl';

  it('writes pcapng to a pipe, and reads it from one', () => {
    const made = spawnSync(process.execPath, [`${root}generator/bin/vwire.js`, 'trace', '--to', 'pcapng', path], {
      cwd: root,
    });
    expect(made.status, made.stderr.toString()).toBe(0);
    const told = spawnSync(process.execPath, [`${root}generator/bin/vwire.js`, 'trace', '--exit-zero', '-'], {
      input: made.stdout,
    });
    expect(told.status, told.stderr.toString()).toBe(0);
    expect(told.stdout.toString()).toMatch(/^155 frames, /m);
  });

  it('tells what memory will not hold while it is read, though not as one piece of JSON', () => {
    const file = join(tmpdir(), `vwire-large-${process.pid}`);
    writeFileSync(file, '');
    truncateSync(file, 1 << 26);
    const run = vwire(['trace', '--dialect', 'rfc3', file]);
    const json = vwire(['trace', '--json', '--dialect', 'rfc3', file]);
    rmSync(file);
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/refused: size_below_header/);
    expect(run.stdout).toMatch(/^1 frame, .*1 refused$/m);
    expect(json.code).toBe(2);
    expect(json.stderr).toMatch(/67108864 bytes: too many for one piece of JSON; add --stream .* or --summary/);
  });

  it('sends the old pcap format to its converter', () => {
    const run = spawnSync(process.execPath, [`${root}generator/bin/vwire.js`, 'trace', '-'], {
      input: Buffer.from('d4c3b2a102000400000000000000000000000400930000', 'hex'),
      encoding: 'utf8',
    });
    expect(run.status).toBe(2);
    expect(run.stderr).toMatch(/old pcap format; convert it: "editcap -F pcapng/);
  });
});
