import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FamilyIR } from './generator.js';

type Shape = FamilyIR['structs'][number]['shapes'][number];
type Member = Shape['fields'][number];

/** One number the C compiler is asked for, and what the schema says it is. */
export interface Probe {
  /** `virtio_net_config speed: offset`, for people. */
  readonly what: string;
  /** A constant expression; what the headers at hand do not have does not compile and is not compared. */
  readonly expression: string;
  readonly expected: number;
  /** Sizes of structs count only where the header has every field. */
  readonly needs: readonly string[];
}

/** What C calls a shape, where the name of the struct is not its name. */
export interface CName {
  readonly struct?: string;
  /** Stands before every path that `fields` does not map: the name of an inner struct. */
  readonly prefix?: string;
  /** C path by ours. */
  readonly fields?: Readonly<Record<string, string>>;
  /** C cuts these fields into smaller ones: only where they start is compared. */
  readonly cut?: readonly string[];
}

const HEADERS = [
  ...['config', 'ids', 'ring', 'net', 'blk', 'console', 'balloon', 'scsi', '9p', 'bt', 'gpu', 'rtc', 'input', 'vsock'],
  ...['crypto', 'iommu', 'mem', 'snd', 'fs', 'pmem', 'scmi', 'i2c', 'can', 'gpio', 'spi', 'pci'],
].map((name) => `linux/virtio_${name}.h`);

/** Where a field is and how large, and how large the whole is, as far as that is fixed. */
export function layoutProbes(shape: Shape, { struct, prefix = '', fields = {}, cut = [] }: CName): Probe[] {
  const c = `struct ${struct ?? shape.key.replace(/[+/].*/, '')}`;
  const placed = shape.fields.filter((f) => f.after === null);
  const offsets: Probe[] = [];
  const sizes: Probe[] = [];
  for (const field of placed) {
    const path = fields[field.name] ?? prefix + field.name;
    const what = `${shape.key} ${field.name}`;
    offsets.push({ what: `${what}: offset`, expression: `offsetof(${c}, ${path})`, expected: field.offset, needs: [] });
    const size = sizeOf(field);
    if (size !== null && !cut.includes(field.name))
      sizes.push({ what: `${what}: size`, expression: `sizeof(((${c} *)0)->${path})`, expected: size, needs: [] });
  }
  const whole = offsets.length === shape.fields.length && shape.maxSize === shape.minSize;
  const needs = offsets.map((p) => p.expression);
  const size = { what: `${shape.key}: size`, expression: `sizeof(${c})`, expected: shape.minSize, needs };
  return whole ? [...offsets, ...sizes, size] : [...offsets, ...sizes];
}

function sizeOf(field: Member): number | null {
  if (field.kind === 'int') return field.size;
  if (!('fixed' in field.count)) return null;
  const each = field.kind === 'bytes' ? 1 : field.elementSize;
  return each === null ? null : field.count.fixed * each;
}

/** A probe per line, behind the headers there are: an error at a line says that the headers have no such thing. */
export const probeSource = (probes: readonly Probe[]): string =>
  [...preamble(), ...probes.map((p) => `_Static_assert((${p.expression}) || 1, "");`), ''].join('\n');

/** Prints the value of each of these as a JSON array. */
export const printSource = (probes: readonly Probe[]): string =>
  [
    ...preamble(),
    '#include <stdio.h>',
    'int main(void) {',
    ...probes.map((p, i) => `  printf("%s%llu", ${i === 0 ? '"["' : '","'}, (unsigned long long)(${p.expression}));`),
    '  puts("]");',
    '}',
    '',
  ].join('\n');

// Each header is included if it is there: which of them a kernel has depends on its age.
const preamble = (): string[] => [
  '#include <stddef.h>',
  ...HEADERS.flatMap((h) => [`#if __has_include(<${h}>)`, `#include <${h}>`, '#endif']),
];

export const COMPILER = process.env.CC ?? 'cc';

/** Why nothing can be compared here, or null. */
export function obstacle(): string | null {
  const run = spawnSync(COMPILER, ['-fsyntax-only', '-x', 'c', '-'], { input: '#include <linux/virtio_ids.h>\n' });
  if (run.error !== undefined) return `there is no C compiler: ${run.error.message}`;
  if (run.status !== 0) return `${COMPILER} finds no linux/virtio_ids.h (Debian: linux-libc-dev)`;
  return null;
}

/** The probes these headers answer, each with the answer of the compiler. */
export function ask(probes: readonly Probe[]): { readonly probe: Probe; readonly answer: number }[] {
  const folder = mkdtempSync(join(tmpdir(), 'vwire-uapi-'));
  try {
    const compile = (name: string, source: string, ...options: string[]) => {
      writeFileSync(join(folder, name), source);
      return spawnSync(COMPILER, ['-w', ...options, name], { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 26 });
    };
    const { stderr } = compile('probe.c', probeSource(probes), '-fsyntax-only', '-fmax-errors=0');
    const lines = new Set([...stderr.matchAll(/^probe\.c:(\d+):\d+: error:/gm)].map((m) => Number(m[1])));
    const first = preamble().length + 1;
    const there = probes.filter((_, i) => !lines.has(first + i));
    const known = new Set(there.map((p) => p.expression));
    const asked = there.filter((p) => p.needs.every((e) => known.has(e)));
    const built = compile('print.c', printSource(asked), '-o', 'print');
    if (built.status !== 0) throw new Error(built.stderr);
    const answers = JSON.parse(spawnSync(join(folder, 'print'), { encoding: 'utf8' }).stdout) as number[];
    return asked.map((probe, i) => ({ probe, answer: answers[i] as number }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
