import { spawnSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IrStore, PcapngMaker, readCapture } from '@virtio-wire/generator';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { blocksIn } from './support/pcapng.js';
import { traceLines } from './support/vectors.js';
import { root, vwire } from './support/vwire.js';

const store = new IrStore(`${root}generated/ir`);
const folder = mkdtempSync(join(tmpdir(), 'vwire-to-pcapng-'));
afterAll(() => rmSync(folder, { recursive: true }));
const inFolder = (name: string): string => join(folder, name);

const ENHANCED_PACKET = 6;
const packetsOf = (file: Buffer): number => blocksIn(file).filter(({ type }) => type === ENHANCED_PACKET).length;
const convert = (from: string, to: string, ...more: string[]) =>
  vwire(['trace', '--to', 'pcapng', '--out', to, ...more, from]);

describe('a capture turned into pcapng piece by piece', () => {
  it('is the file it is in one piece, wherever it is cut', () => {
    const { lines } = readCapture(readFileSync(`${root}test/vectors/traces/qemu-rng.jsonl`));
    const made = (pieces: readonly (typeof lines)[]): Buffer => {
      const maker = new PcapngMaker(store);
      return Buffer.concat([...pieces.map((piece) => maker.write(piece)), maker.end()]);
    };
    const whole = made([lines]);
    expect(packetsOf(whole)).toBe(79);
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat({ max: lines.length }), { maxLength: 6 }), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), lines.length];
        const pieces = at.slice(1).map((end, i) => lines.slice(at[i], end));
        expect(made(pieces).equals(whole)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('names the dialect that is declared before the first message ends, or none', () => {
    const of = (text: string): string => {
      const maker = new PcapngMaker(store);
      return Buffer.concat([maker.write(readCapture(Buffer.from(text)).lines), maker.end()]).toString('latin1');
    };
    const message = '{"hex":"0007000000000800"}';
    expect(of(`{"dialect":"rfc3"}\n${message}\n`)).toContain('virtio-msg/rfc3');
    expect(of(`{"dialect":"rfc3"}\n`)).toContain('virtio-msg/rfc3');
    expect(of(`${message}\n{"dialect":"rfc3"}\n`)).not.toContain('virtio-msg/');
  });

  it('may be larger than what is told from memory', () => {
    const [capture, made] = [inFolder('large.jsonl'), inFolder('large.pcapng')];
    // 300 messages of 8 bytes with remarks that no packet comment can hold whole.
    const line = `${JSON.stringify({ dir: 'driver->device', hex: '0007000000000800', note: 'x'.repeat(70_000) })}\n`;
    writeFileSync(capture, `{"dialect":"rfc3"}\n${line.repeat(300)}`);
    const run = convert(capture, made);
    expect(run.code, run.stderr).toBe(0);
    expect(packetsOf(readFileSync(made))).toBe(300);
  });

  it('may take the place of the capture it is made from', () => {
    const file = inFolder('same');
    writeFileSync(file, traceLines('qemu-rng.jsonl').join('\n'));
    expect(convert(file, file).code).toBe(0);
    expect(packetsOf(readFileSync(file))).toBe(79);
  });

  it('may be written through a link, which stays one, and into a pipe', () => {
    const [target, link, pipe, copy] = ['target', 'link', 'pipe', 'copy'].map(inFolder) as [
      string,
      string,
      string,
      string,
    ];
    const capture = `${root}test/vectors/traces/qemu-rng.jsonl`;
    writeFileSync(target, 'old');
    symlinkSync(target, link);
    expect(convert(capture, link).code).toBe(0);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(packetsOf(readFileSync(target))).toBe(79);
    const vwireInto = `"${process.execPath}" generator/bin/vwire.js trace --to pcapng --out "${pipe}" "${capture}"`;
    const run = spawnSync('sh', ['-c', `mkfifo "${pipe}" && (cat "${pipe}" > "${copy}" & ${vwireInto}; wait)`], {
      cwd: root,
    });
    expect(run.status, run.stderr.toString()).toBe(0);
    expect(lstatSync(pipe).isFIFO()).toBe(true);
    expect(readFileSync(copy).equals(readFileSync(target))).toBe(true);
  });

  it('leaves what was there, and nothing else, where it cannot be made', () => {
    const [raw, old] = [inFolder('raw'), inFolder('old.pcapng')];
    writeFileSync(raw, Buffer.from('0007000000000800', 'hex'));
    writeFileSync(old, 'kept');
    const run = convert(raw, old);
    expect([run.code, readFileSync(old, 'utf8')]).toEqual([2, 'kept']);
    expect(run.stderr).toMatch(/raw bytes: which dialect do they speak/);
    expect(convert(inFolder('nothing'), old).code).toBe(2);
    const nowhere = convert(raw, inFolder('no/folder.pcapng'), '--dialect', 'rfc3');
    expect(nowhere.code).toBe(2);
    expect(nowhere.stderr).toMatch(/cannot write ".*no\/folder\.pcapng": ENOENT/);
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});
