import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { align, type DialectIR, type FamilyIR, IrStore } from '@virtio-wire/generator';
import { afterAll, describe, expect, it } from 'vitest';
import { COMPILER, obstacle } from './support/kernel-headers.js';
import { path } from './support/schema.js';
import { unpacked } from './support/unpacked.js';
import { vwire } from './support/vwire.js';

/** Natural alignment, judged by a compiler: it lays out the structs of our headers with `packed` taken away. */
const store = new IrStore(path('generated/ir'));
const all = Object.entries(store.index.protocols).flatMap(([protocol, { dialects, families }]) => [
  ...dialects.map((name) => store.dialect(name)?.index.ir as DialectIR | FamilyIR),
  ...families.map((name) => store.family(protocol, name)?.ir as DialectIR | FamilyIR),
]);
const named = (name: string): DialectIR | FamilyIR =>
  all.find((ir) => ('dialect' in ir ? ir.dialect : ir.family) === name) as DialectIR | FamilyIR;

const scratch = mkdtempSync(join(tmpdir(), 'vwire-align-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function compiled(abi: 'natural' | 'ia32', ...options: string[]) {
  writeFileSync(join(scratch, `${abi}.c`), all.map((ir) => unpacked(ir, abi)).join('\n'));
  const args = ['-std=c11', '-ffreestanding', '-fsyntax-only', ...options, `${abi}.c`];
  return spawnSync(COMPILER, args, { cwd: scratch, encoding: 'utf8', maxBuffer: 2 ** 26 });
}

/** Why there is no compiler for an ABI, or null: what it says about a u64 after a byte tells. */
function without(offset: number, ...options: string[]): string | null {
  const reason = obstacle();
  if (reason !== null) return reason;
  const input = `struct s { char c; unsigned long long u; };
_Static_assert(__builtin_offsetof(struct s, u) == ${offset}, "");\n`;
  const run = spawnSync(COMPILER, ['-fsyntax-only', ...options, '-x', 'c', '-'], { input });
  return run.status === 0 ? null : `${COMPILER} ${options.join(' ')} does not align a u64 to ${offset} bytes`;
}

describe('a compiler lays out every struct without packed as align says', () => {
  const no64 = without(8);
  const no32 = without(4, '-m32');
  for (const reason of [no64, no32]) if (reason !== null) console.warn(`alignment is not compared: ${reason}`);
  const because = (reason: string | null): string => (reason === null ? '' : ` (skipped: ${reason})`);

  it.skipIf(no64 !== null)(`where a u64 is aligned to 8 bytes${because(no64)}`, () => {
    expect(compiled('natural')).toMatchObject({ status: 0, stderr: '' });
  });

  it.skipIf(no32 !== null)(`where a u64 is aligned to 4 bytes${because(no32)}`, () => {
    expect(compiled('ia32', '-m32')).toMatchObject({ status: 0, stderr: '' });
  });
});

describe('align', () => {
  const of = (name: string, key: string) => align(named(name)).differing.find((m) => m.key === key);

  it('finds the header of 6 bytes that moves everything behind it', () => {
    expect(of('rfc2', 'transport.GET_VQUEUE.response')).toMatchObject({
      size: { wire: 42, natural: 48, ia32: 44 },
      members: expect.arrayContaining([
        { member: 'index', wire: 6, natural: 8, ia32: 8 },
        { member: 'descriptor_addr', wire: 18, natural: 24, ia32: 20 },
      ]),
    });
    expect(align(named('rfc3')).differing).toEqual([]);
  });

  it('tells the ABIs apart, and padding at the end from what moved', () => {
    // virtio_vsock_hdr has 44 bytes, and starts with a u64: an array of it would have 48 each.
    expect(of('vsock', 'virtio_vsock_hdr')).toEqual({
      key: 'virtio_vsock_hdr',
      type: 'virtio_vsock_hdr',
      size: { wire: 44, natural: 48, ia32: 44 },
      members: [],
      strides: [],
      trailing: { natural: 4, ia32: 0 },
    });
  });
});

describe('the command', () => {
  it('prints tables that fit, and loads no back end’s templates', () => {
    const run = vwire(['align', 'rfc2'], { env: { NODE_DEBUG: 'esm' } });
    expect(run.code).toBe(1);
    for (const name of ['ts-morph', 'typescript', 'yaml', 'zod', 'handlebars'])
      expect(run.stderr).not.toContain(`node_modules/${name}/`);
    for (const line of run.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
    expect(vwire(['align', 'rfc3'])).toMatchObject({
      code: 0,
      stdout: 'virtio-msg/rfc3: 0 of 31 structs differ where they are not packed\n',
    });
  });

  it('says as JSON what the library says', () => {
    const run = vwire(['align', '--json']);
    expect(run).toMatchObject({ code: 1, stderr: '' });
    const found = JSON.parse(run.stdout) as { name: string }[];
    expect(found.find((a) => a.name === 'vsock')).toEqual(align(named('vsock')));
    expect(found).toHaveLength(all.length);
  });
});
