import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DialectIR, type FamilyIR, IrStore, type Known, notC, readHeaderMap } from '@virtio-wire/generator';
import { renderCChecks } from '@virtio-wire/generator/c';
import { afterAll, describe, expect, it } from 'vitest';
import { COMPILER, obstacle } from './support/kernel-headers.js';
import { path } from './support/schema.js';
import { vwire } from './support/vwire.js';

/** `vwire header --verify`: somebody's header, checked by their compiler against the schema. */
const store = new IrStore(path('generated/ir'));
const families = Object.keys(store.index.protocols).flatMap((protocol) =>
  store.families(protocol).map((name) => store.family(protocol, name)?.ir as FamilyIR),
);
const find = (name: string): DialectIR | FamilyIR | null =>
  store.dialect(name)?.index.ir ?? families.find((f) => f.family === name) ?? null;
const known: Known = {
  find,
  families: () => families,
  names: () => [...store.names, ...families.map((f) => f.family)],
};

const read = (text: string, named?: string) => readHeaderMap('map.yaml', text, named, known);

const scratch = mkdtempSync(join(tmpdir(), 'vwire-header-map-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const noC = obstacle();
if (noC !== null) console.warn(`headers are not checked: ${noC}`);

/** What a compiler says of their header. */
function verdict(header: string, map: string, named?: string) {
  const { findings, map: checked } = read(map, named);
  expect(findings).toEqual([]);
  writeFileSync(join(scratch, 'theirs.h'), header);
  writeFileSync(join(scratch, 'checks.c'), renderCChecks('theirs.h', checked.structs));
  const options = ['-std=gnu11', '-Wall', '-Wextra', '-fsyntax-only', '-fmax-errors=0', 'checks.c'];
  const { status, stderr } = spawnSync(COMPILER, options, { cwd: scratch, encoding: 'utf8' });
  return {
    status,
    errors: [...stderr.matchAll(/error: (?:static assertion failed: )?(.*)/g)].map((m) => m[1]),
    stderr,
  };
}

describe.skipIf(noC !== null)(`a header, asked by its compiler${noC === null ? '' : ` (skipped: ${noC})`}`, () => {
  it('is right where it is that of the Linux kernel', () => {
    const names = ['blk', 'ring', 'net', 'scsi', 'vsock', 'gpu', 'pci'].map((n) => `#include <linux/virtio_${n}.h>\n`);
    const header = `${names.join('')}typedef struct vring_used vring_used_alias;\n`;
    const map = readFileSync(path('test/fixtures/header-map/linux.yaml'), 'utf8');
    expect(verdict(header, map)).toMatchObject({ status: 0, stderr: '' });
  });

  const MAP = `dialect: v1-2026
structs:
  header: msg_header
  GET_DEVICES.response: { type: get_devices_resp, from: payload, members: { count: num, bitmap: devices } }
  transport.SET_VQUEUE.request: { type: typedef set_vqueue, from: payload, members: { reserved: pad, descriptor_addr: addr.desc, driver_addr: addr.drv, device_addr: addr.dev } }
`;
  const RIGHT = `#include <stdint.h>
struct msg_header { uint8_t type, msg_id; uint16_t dev_num, token, msg_size; };
struct get_devices_resp { uint16_t offset, next_offset, num; uint8_t devices[]; };
typedef struct { uint32_t index, flags, size, pad; struct { uint64_t desc, drv, dev; } addr; } set_vqueue;
`;

  it('is right where members have other names, stand in other structs, or follow the header', () => {
    expect(verdict(RIGHT, MAP)).toMatchObject({ status: 0, stderr: '' });
  });

  it('is wrong by the name of the member that is elsewhere: the order of GET_DEVICES before 2026', () => {
    const wrong = RIGHT.replace('offset, next_offset, num', 'offset, num, next_offset');
    expect(verdict(wrong, MAP).errors).toEqual([
      '"struct get_devices_resp: next_offset is at byte 2 on the wire (bus.GET_DEVICES.response next_offset)"',
      '"struct get_devices_resp: num is at byte 4 on the wire (bus.GET_DEVICES.response count)"',
    ]);
  });

  it('is wrong by the name of the member that is too small, and by the size of the whole', () => {
    const errors = verdict(RIGHT.replace('uint64_t desc, drv, dev;', 'uint64_t desc, drv; uint32_t dev;'), `${MAP}`);
    expect(errors.errors).toContain(
      '"set_vqueue: addr.dev has 8 bytes on the wire (transport.SET_VQUEUE.request device_addr)"',
    );
  });

  it('is wrong by the name of a member it does not have', () => {
    const { stderr } = verdict(RIGHT.replace('uint16_t dev_num, token', 'uint16_t device, token'), MAP);
    expect(stderr).toMatch(/has no member named .dev_num./);
  });
});

describe('a map', () => {
  const places = (text: string, named?: string) =>
    read(text, named).findings.map((f) => `${f.place.line}:${f.place.column} ${f.code}: ${f.message}; ${f.hint}`);

  it('says what of it is not ours, each with its place and the nearest name', () => {
    const map = `dialect: rfc3
structs:
  SET_VQEUE.request: a
  transport.SET_VQUEUE.request:
    type: b
    form: payload
    members:
      indx: i
      size: null
  virtio_blk_confg: c
`;
    expect(places(map)).toEqual([
      '3:3 unknown-struct: there is no message body or struct "SET_VQEUE.request"; did you mean "SET_VQUEUE.request"?',
      '6:5 unknown-key: "form" is no key of a map; did you mean "from"?',
      '8:7 unknown-member: transport.SET_VQUEUE.request has no member "indx" with a fixed place; did you mean "index"?',
      '10:3 unknown-struct: there is no message body or struct "virtio_blk_confg"; did you mean "virtio_blk_config"?',
    ]);
    expect(places('dialect: rfc4\nstructs: {}\n')).toEqual([
      '1:1 unknown-dialect: "rfc4" is no dialect or family; did you mean "rfc1" or "rfc2" or "rfc3"?',
    ]);
  });

  it.each([
    ['', '1:1 bad-yaml'],
    ['- a\n', '1:1 bad-yaml'],
    ['structs: [\n', '2:1 bad-yaml'],
    ['structs: 3\n', '1:10 bad-value'],
    ['structs:\n  virtio_blk_config: 7\n', '2:22 bad-value'],
    ['structs:\n  virtio_blk_config: "a) == 1 || (1"\n', '2:22 bad-value'],
    ['structs:\n  virtio_blk_config: { type: a, size: 9 }\n', '2:39 bad-value'],
    ['structs:\n  virtio_blk_config: { type: a, within: "a;" }\n', '2:41 bad-value'],
    ['structs:\n  virtio_blk_config: { type: a, members: [x] }\n', '2:42 bad-value'],
    ['structs:\n  virtio_blk_config: { type: a, members: { capacity: "x) + (y" } }\n', '2:54 bad-value'],
    ['structs:\n  virtio_blk_config: { type: a, from: middle }\n', '2:39 bad-value'],
    ['structs:\n  __proto__: x\n', '2:3 unknown-struct'],
  ])('of %j is told to be wrong, at its place', (text, expected) => {
    expect(places(text).map((p) => p.split(': ')[0])).toEqual([expected]);
  });

  it('of a family is looked up there alone', () => {
    expect(places('structs: { virtio_net_config+bare: a }\n', 'blk')).toHaveLength(1);
    expect(places('structs: { virtio_net_config+bare: a }\n', 'net')).toEqual([]);
  });
});

describe('the command', () => {
  it('writes the checks, or says on standard error what is wrong with the map', () => {
    const map = path('test/fixtures/header-map/blk.yaml');
    const run = vwire(['header', '--verify', '<linux/virtio_blk.h>', '--map', map]);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toContain('#include <linux/virtio_blk.h>');
    expect(run.stdout).toContain('offsetof(struct virtio_blk_config, wce) == 32');
    const wrong = join(scratch, 'wrong.yaml');
    writeFileSync(wrong, 'structs:\n  virtio_blk_confg: c\n');
    const refused = vwire(['header', '--verify', 'x.h', '--map', wrong]);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('wrong.yaml:2:3: error unknown-struct');
    expect(refused.stderr).toContain('hint: did you mean "virtio_blk_config"?');
  });

  it('is used wrongly without a map, or with one that is not there', () => {
    expect(vwire(['header', '--verify', 'x.h'])).toMatchObject({ code: 2, stdout: '' });
    expect(vwire(['header', '--verify', 'x.h', '--map', 'no-such.yaml'])).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('a file that is no C header', () => {
  const place = (text: string | Uint8Array): string | null => {
    const found = notC('theirs.h', Buffer.from(text));
    return found === null ? null : `${found.place.line}:${found.place.column} ${found.message}`;
  };

  it.each([
    ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), /^2:1 .* byte 6 is of no text/],
    ['LaTeX', '\n\\msgdef{GET_CONFIG}\n', /^2:1 .* as LaTeX does, with "\\\\msgdef/],
    ['JSON', '{ "dialect": "rfc3" }', /^1:1 .* as JSON does/],
    ['a page', '<html>\n', /^1:1 .* as XML or HTML does/],
    ['YAML', '---\ndialect: rfc3\n', /^1:1 .* as YAML does/],
    ['Markdown', '# Layouts of ours\n', /^1:1 .* "#Layouts" is no line of the preprocessor/],
    ['a comment without an end', 'struct a { int b; };\n/* and then', /^2:1 .* a comment does not end/],
    ['a string without an end', '#define A 1\nchar *b = "c;\n', /^2:11 .* a string does not end/],
    ['a stray backslash', 'struct a {\n  int \\field;\n};', /^2:7 .* C has no "\\\\" there/],
  ])('is told with its place: %s', (_what, text, expected) => {
    expect(place(text)).toMatch(expected);
  });

  it('is told on the command line, and nothing is written', () => {
    writeFileSync(join(scratch, 'picture.h'), Buffer.from('89504e470d0a1a0a0000000d', 'hex'));
    const map = path('test/fixtures/header-map/blk.yaml');
    const run = vwire(['header', '--verify', join(scratch, 'picture.h'), '--map', map]);
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toMatch(/picture\.h:2:1: error not-c: this is no C header: byte 6 is of no text\n {2}hint: /);
  });

  it('is not one that only a compiler can judge', () => {
    const odd = [
      '#if 0\nit isn\u2019t /* C */\n#endif',
      'extern "C" {\n#define X(a) \\\n  #a "\\"" \'"\' // don\'t\n}',
      '# 1 "theirs.h"\n%:define A <::>\n',
      "int a = 1'000; /* C23 */",
      'struct { not even this',
      '',
    ];
    for (const text of odd) expect(place(text), text).toBeNull();
    expect(place(Buffer.concat([Buffer.from('/* '), Buffer.from([0xa9]), Buffer.from(' in Latin-1 */')]))).toBeNull();
    expect(place(`${'/'.repeat(2)} ${'x'.repeat(3e6)}`)).toBeNull();
  });

  it.skipIf(noC !== null)('is none of those the compiler has', () => {
    const folder = '/usr/include/linux';
    const headers = readdirSync(folder).filter((name) => name.endsWith('.h'));
    expect(headers.length).toBeGreaterThan(50);
    for (const name of headers) expect(notC(name, readFileSync(join(folder, name))), name).toBeNull();
  });
});
