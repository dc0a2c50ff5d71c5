import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  capturePcapng,
  IrStore,
  identify,
  LineDecoder,
  LineTranslator,
  readCapture,
  traceFile,
} from '@virtio-wire/generator';
import { afterAll, describe, expect, it } from 'vitest';
import { root, vwire } from './support/vwire.js';

/** Captures as editors, shells and hostile peers write them, in every command that reads one. */
const store = new IrStore(`${root}generated/ir`);
const ASK = '0007010001000800';
const ANSWER = '0107010001000c0003000000';
const hexOf = (capture: string | Uint8Array): unknown[] =>
  readCapture(Buffer.from(capture)).lines.map((line) => ('entry' in line ? line.entry.hex : line.error.code));

describe('a text', () => {
  it('may begin with a byte order mark, whatever its lines are', () => {
    expect(hexOf(`\uFEFF${ASK}\r\n${ANSWER}\r\n`)).toEqual([ASK, ANSWER]);
    expect(hexOf(`\uFEFF{"dialect":"rfc3"}\n{"hex":"${ASK}"}`)).toEqual([undefined, ASK]);
    expect(hexOf('\uFEFF')).toEqual([]);
  });

  it('may have remarks beyond ASCII in front of its digits', () => {
    expect(hexOf(`# measured in µs\n${ASK}\n`)).toEqual([ASK]);
  });

  it('in UTF-16, as some shells redirect it, is told with what to do', () => {
    for (const text of [Buffer.from(`\uFEFF${ASK}\n`, 'utf16le'), Buffer.from(`\uFEFF${ASK}\n`, 'utf16le').swap16()]) {
      expect(readCapture(text)).toMatchObject({ form: 'utf16', lines: [{ error: { code: 'utf16' } }] });
      expect(traceFile(store, text, { dialect: 'rfc3' }).text).toMatch(/iconv -f UTF-16 -t UTF-8/);
    }
  });

  it('has a line of odd digits told as that, between lines of JSON too', () => {
    const { text } = traceFile(store, `{"dialect":"rfc3"}\n${ASK}0\n${ASK}`);
    expect(text).toMatch(/bad_hex at byte 8: 17 hexadecimal digits are not whole bytes/);
  });
});

describe('a line', () => {
  it('of millions of digits is a frame that is refused', () => {
    const giant = `${'00'.repeat(3e6)}\n${ASK}\n`;
    expect(traceFile(store, giant, { dialect: 'rfc3' }).counts).toMatchObject({ frames: 2, refused: 1 });
    expect(identify(store, Buffer.from('00'.repeat(3e6)), { partial: true })).toMatchObject({ frames: 1 });
  });

  it.each([
    ['objects', `${'{"a":'.repeat(9000)}1${'}'.repeat(9000)}`],
    ['lists', `{"dialect":"rfc3","hex":"${ASK}","x":${'['.repeat(9000)}${']'.repeat(9000)}}`],
  ])('of %s within each other is refused, and the next one read', (_of, deep) => {
    const refused = { error: { code: 'bad_json', message: 'the line nests more than 500 lists and objects' } };
    const decoder = new LineDecoder(store, { dialect: 'rfc3' });
    const to = { name: 'v1-2026', index: (store.dialect('v1-2026') ?? expect.fail()).index };
    expect(JSON.parse(decoder.line(deep))).toMatchObject(refused);
    expect(JSON.parse(decoder.line(`{"hex":"${ASK}"}`))).toMatchObject({ message: 'GET_DEVICE_STATUS' });
    expect(JSON.parse(new LineTranslator(store, { from: 'rfc3', to }).line(deep))).toMatchObject(refused);
    const { counts } = traceFile(store, `{"dialect":"rfc3"}\n${deep}\n${ASK}`);
    expect(counts).toMatchObject({ frames: 1, broken: 1 });
  });

  it('may have as many brackets in a string as it likes', () => {
    const note = `${'[{'.repeat(5000)}\\"${'['.repeat(5000)}`;
    expect(hexOf(`{"note":"${note}","hex":"${ASK}"}\n`)).toEqual([ASK]);
  });
});

describe('a text without a message', () => {
  it.each([
    ['decode', '--dialect', 'rfc3'],
    ['translate', '--from', 'rfc3', '--to', 'v1-2026'],
  ])('is not passed over in silence by %s', (...args) => {
    const run = vwire([...args, '-'], { input: '# nothing yet\n\n' });
    expect(run).toMatchObject({ code: 0, stdout: '', stderr: 'vwire: the input holds no message\n' });
  });
});

describe('pcapng', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vwire-forms-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const text = readFileSync(`${root}test/vectors/traces/linux-loopback-rng-rfc3.jsonl`);
  const whole = capturePcapng(store, readCapture(text).lines).bytes;
  const [file, cut] = [join(folder, 'whole.pcapng'), join(folder, 'cut.pcapng')];
  writeFileSync(file, whole);
  writeFileSync(cut, whole.subarray(0, whole.length - 6));
  const linesOf = (stdout: string): Record<string, unknown>[] =>
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  it('is translated as its lines are, with no dialect named but by the interface', () => {
    const packets = linesOf(vwire(['translate', '--to', 'v1-2026', '--json', file]).stdout);
    const translator = new LineTranslator(store, {
      from: 'rfc3',
      to: { name: 'v1-2026', index: (store.dialect('v1-2026') ?? expect.fail()).index },
    });
    const frames = readCapture(text).lines.flatMap((line) =>
      'entry' in line && 'hex' in line.entry ? [translator.entry(line.entry)] : [],
    );
    expect(packets.map(({ verdict, hex }) => [verdict, hex])).toEqual(frames.map(({ verdict, hex }) => [verdict, hex]));
    expect(packets.length).toBeGreaterThan(90);
  });

  it('is dumped packet by packet', () => {
    const [first] = linesOf(vwire(['dump', '--json', file]).stdout);
    expect(first).toMatchObject({
      packet: 1,
      dir: 'driver->device',
      rows: [{ field: 'type', offset: 0 }, {}, {}, {}, {}],
    });
    expect(vwire(['dump', file]).stdout).toMatch(/^packet 2: GET_DEVICE_INFO response, 32 bytes · rfc3/m);
  });

  it('runs through the codecs as vectors do', () => {
    expect(vwire(['vectors', file]).stdout).toMatch(/^rfc3 +\d{2,} +\d{3,} +0$/m);
  });

  it.each([
    ['decode', '--json'],
    ['translate', '--to', 'v1-2026'],
    ['dump', '--json'],
  ])('that is cut off is told by %s, after what is whole, with exit code 1', (...args) => {
    const run = vwire([...args, cut]);
    expect(run.code).toBe(1);
    expect(run.stdout.trimEnd().split('\n').slice(-3).join(' ')).toMatch(/cut_block.*is cut off: byte \d+ of the file/);
  });
});
