import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile, listSchema } from '@virtio-wire/generator';
import { afterAll, describe, expect, it } from 'vitest';
import { writeJsonl, writePcapng, writeRaw } from '../bench/dist/tools/captures.js';
import { runMeasured } from '../bench/dist/tools/measured-process.js';
import { manifold } from '../bench/dist/tools/schema-copies.js';
import { watchTurns } from '../bench/dist/tools/watch-turns.js';
import { root, vwire } from './support/vwire.js';

const scratch = mkdtempSync(join(tmpdir(), 'vwire-bench-tools-'));
afterAll(() => rmSync(scratch, { recursive: true }));

describe('what the tool is measured with', () => {
  it('is the whole schema over and over, of which nothing is shared', () => {
    const once = compile(listSchema(`${root}schema`, 'schema'));
    const twice = compile(listSchema(manifold(`${root}schema`, join(scratch, 'schema'), 2), 'schema'));
    expect(twice.report.diagnostics).toEqual([]);
    expect(twice.dialects).toHaveLength(2 * once.dialects.length);
    expect(twice.families).toHaveLength(2 * once.families.length);
    const bodies = twice.dialects.flatMap((d) => d.bodies.map((body) => body.doc));
    expect(bodies.filter((doc) => doc.startsWith('copy 1, '))).toHaveLength(bodies.length / 2);
  });

  it('is the same messages as raw bytes, as JSON lines and as pcapng', () => {
    const [raw, lines, packets] = [join(scratch, 'raw'), join(scratch, 'lines'), join(scratch, 'packets')];
    expect([writeRaw(raw, 2500), writeJsonl(lines, 2500), writePcapng(packets, 2500)]).toEqual([3000, 3000, 3000]);
    const summary = (...args: string[]) =>
      JSON.parse(vwire(['decode', '--summary', '--json', ...args]).stdout) as { messages: number; bodies: unknown };
    const one = summary('--dialect', 'rfc3', raw);
    expect(one.messages).toBe(3000);
    expect(summary('--jsonl', lines)).toMatchObject({ messages: 3000, bodies: one.bodies });
    expect(summary(packets)).toMatchObject({ messages: 3000, bodies: one.bodies });
  });
});

describe('a measured process', () => {
  it('tells what it took, and how it ended', async () => {
    const taken = await runMeasured(['-e', 'console.log("out"); console.error("err"); process.exitCode = 4']);
    expect(taken).toMatchObject({ code: 4, stdout: 'out\n', stderr: 'err\n' });
    for (const figure of [taken.wallMs, taken.cpuMs, taken.peakMiB]) expect(figure).toBeGreaterThan(0);
  });

  it('that ends before it could tell has no figures', async () => {
    const taken = await runMeasured(['-e', 'process.kill(process.pid, "SIGKILL")']);
    expect(taken).toMatchObject({ code: null, cpuMs: null, peakMiB: null });
  });

  it('that should watch and does not is told of, with its reason', async () => {
    const file = join(scratch, 'x.yaml');
    writeFileSync(file, 'doc: "x"\n');
    const turns = watchTurns(`${root}generator/bin/vwire.js`, ['--schema', join(scratch, 'none')], file, 1);
    await expect(turns).rejects.toThrow(/after 0 of 1 turns: .*there is no folder/);
  });
});
