import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { scratchFiles } from './support/scratch.js';
import { root, vwire } from './support/vwire.js';

const file = scratchFiles('vwire-cli-');

describe('wrong use', () => {
  it.each([
    [['decode', '--dialect', 'rcf3', '0002'], 'rcf3', 'rfc3'],
    [['decode', '--jsonl', '--dialect', 'v1-2025'], 'v1-2025', 'v1-2026'],
    [['decode', '--dialect', 'rfc3', '--profile', 'qemuu', '0002'], 'qemuu', 'qemu'],
    [['list', 'rfc4'], 'rfc4', 'rfc'],
    [['decod'], 'decod', 'decode'],
    [['decode', '--dialekt', 'rfc3'], '--dialekt', '--dialect'],
    [['decode', '--dir', 'up', '-d', 'rfc3', '00'], 'up', 'driver->device'],
    [['trace', 'test/vectors/traces/qemu-rgn.jsonl'], 'qemu-rgn.jsonl', 'qemu-rng.jsonl'],
    [['vectors', 'no-such-file.json'], 'no-such-file.json', ''],
    [['check', '--schema', 'no-such-folder'], 'no-such-folder', ''],
  ])('%j names what it does not know and the nearest it does, and exits 2', (args, wrong, near) => {
    const run = vwire(args);
    expect(run.code).toBe(2);
    expect(run.stdout).toBe('');
    expect(run.stderr).toContain(wrong);
    expect(run.stderr).toContain(near);
    expect(run.stderr).toMatch(/^vwire: /);
    expect(run.stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
  });

  it('tells an encoder which message it does not know, with the nearest', () => {
    const run = vwire([
      'encode',
      '--dialect',
      'rfc3',
      '{"message":"SET_VQEUE","kind":"request","class":"transport","fields":{}}',
    ]);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toContain('SET_VQUEUE');
  });

  it('says what is wrong with an empty file, odd digits and binary garbage', () => {
    expect(vwire(['decode', '-d', 'rfc3', file('empty', '')])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('empty'),
    });
    const odd = vwire(['decode', '-d', 'rfc3', '00020']);
    expect(odd.code).toBe(1);
    expect(odd.stdout).toContain('5 hexadecimal digits');
    const garbage = vwire([
      'decode',
      '-d',
      'rfc3',
      '--json',
      file(
        'garbage',
        Uint8Array.from({ length: 300 }, (_, i) => (i * 73 + 128) & 0xff),
      ),
    ]);
    expect(garbage.code).toBe(1);
    for (const line of garbage.stdout.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('error.code');
    expect(garbage.stderr).toBe('');
  });
});

describe('every command', () => {
  const help = vwire(['--help']).stdout;
  const commands = [...help.matchAll(/^ {2}([a-z]+) /gm)].map((m) => m[1] as string).filter((name) => name !== 'help');

  it('is listed', () => {
    expect(commands).toEqual(
      expect.arrayContaining(['check', 'generate', 'list', 'decode', 'encode', 'vectors', 'trace', 'bench']),
    );
  });

  it.each(commands)('%s has help with an example that works', (name) => {
    const text = vwire([name, '--help']).stdout;
    const examples = [...text.matchAll(/^ {2}vwire (.+)$/gm)].map((m) => m[1] as string);
    expect(examples.length).toBeGreaterThan(0);
    if (name === 'bench' || name === 'generate') return; // One writes, and the other only measures: generate.test.ts and bench.test.ts have them.
    for (const example of examples) {
      const args = [...example.matchAll(/'([^']*)'|(\S+)/g)].map((m) => m[1] ?? (m[2] as string));
      expect(vwire(args), example).toMatchObject({ code: expect.toSatisfy((code: number) => code < 2), stderr: '' });
    }
  });
});

describe('decode and encode by hand', () => {
  it('decodes hexadecimal digits in any usual grouping', () => {
    const plain = JSON.parse(vwire(['decode', '-d', 'rfc3', '0203000007000c002a000000']).stdout);
    expect(plain).toMatchObject({ class: 'bus', message: 'PING', kind: 'request', fields: { data: 42 }, size: 12 });
    for (const spelling of [
      '02 03 00 00 07 00 0c 00 2a 00 00 00',
      '0x0203000007000c002A000000',
      '02:03:00:00:07:00:0c:00:2a:00:00:00',
    ]) {
      expect(JSON.parse(vwire(['decode', '-d', 'rfc3', spelling]).stdout).fields).toEqual({ data: 42 });
    }
  });

  it('cuts a file of raw bytes into its messages', () => {
    const raw = file('raw.bin', Buffer.from('0203000007000c002a0000000042010000000c0001000000', 'hex'));
    const lines = vwire(['decode', '-d', 'rfc3', '--json', raw])
      .stdout.trim()
      .split('\n')
      .map((l) => JSON.parse(l).message);
    expect(lines).toEqual(['PING', 'EVENT_USED']);
  });

  it('encodes what it decoded', () => {
    const hex = `000a010002003000${'00000000'}${'01000000'}${'00010000'}${'00000000'}${'0010000000000000'}${'0020000000000000'}${'0030000000000000'}`;
    const decoded = vwire(['decode', '-d', 'v1-2026', '--json', hex]).stdout;
    expect(vwire(['encode', '-d', 'v1-2026', decoded]).stdout.trim()).toBe(hex);
  });
});

describe('list', () => {
  it('shows every dialect with its aliases, and every body of one', () => {
    const all = JSON.parse(vwire(['list', '--json']).stdout) as {
      dialect: string;
      headerSize: number;
      aliases: string[];
    }[];
    expect(Object.fromEntries(all.map((d) => [d.dialect, d.headerSize]))).toEqual({
      alpha: 4,
      'linux-2024': 4,
      'openamp-2024': 4,
      'qemu-2024-0': 8,
      'qemu-2024a': 4,
      'qemu-2024b': 4,
      rfc1: 4,
      rfc2: 6,
      'rfc2+token': 8,
      'rfc2-fixed64': 6,
      rfc3: 8,
      'v1-2026': 8,
      'ffa-2024': 4,
      'ffa-2025a': 6,
      'ffa-2025b': 6,
      'ffa-2025b+token': 8,
      'ffa-2026a': 8,
      'ffa-v1': 8,
    });
    expect(all.find((d) => d.dialect === 'rfc3')?.aliases).toEqual(
      expect.arrayContaining(['pr28', 'qemu', 'optee', 'linux-2025-tok', 'linux-2026a']),
    );
    const one = JSON.parse(vwire(['list', 'v1-2026', '--json']).stdout) as {
      bodies: { key: string; minSize: number }[];
    };
    expect(one.bodies.find((b) => b.key === 'transport.GET_DEVICE_INFO.response')?.minSize).toBe(52);
    expect(vwire(['list', 'qemu']).stdout).toContain('EVENT_AVAIL');
  });

  it('shows where the texts disagree, of dialects and of families, or of one of them', () => {
    const all = JSON.parse(vwire(['list', '--unresolved', '--json']).stdout) as { dialect: string; id: string }[];
    const told = all.map((u) => `${u.dialect} ${u.id}`);
    expect(told).toEqual(
      expect.arrayContaining([
        'virtio-core/scsi cmd-pi-order',
        'virtio-core/snd ctl-info-align',
        'virtio-core/device device-ids',
        'virtio-core/console resize-order',
        'virtio-core/crypto ipsec-tunnel-type',
        'virtio-core/net ff-cap-size',
      ]),
    );
    expect(new Set(told).size).toBe(told.length);
    const one = JSON.parse(vwire(['list', 'console', '--unresolved', '--json']).stdout) as unknown;
    expect(one).toEqual(all.filter((u) => u.dialect === 'virtio-core/console'));
    expect(vwire(['list', 'scsi', '--unresolved']).stdout).toContain('1 place where the texts disagree');
  });

  it('shows the enumerations of a family that has no structs', () => {
    expect(vwire(['list', 'device']).stdout).toMatch(/^device_id +17 +RTC .*family rtc$/m);
  });
});

describe('cold start', () => {
  it('decodes without loading ts-morph, typescript, yaml, zod or handlebars', () => {
    const run = vwire(['decode', '-d', 'rfc3', '0002000003000800'], { env: { NODE_DEBUG: 'esm' } });
    for (const name of ['ts-morph', 'typescript', 'yaml', 'zod', 'handlebars'])
      expect(run.stderr).not.toContain(`node_modules/${name}/`);
    expect(run.stderr).toContain('node_modules/commander/');
  });
});

describe('the repository', () => {
  it('has generated files that are current', () => {
    const run = vwire(['generate', '--check']);
    expect(run, run.stdout).toMatchObject({ code: 0 });
  });

  it('pins no registry in its lock file', () => {
    expect(readFileSync(`${root}package-lock.json`, 'utf8')).not.toMatch(/"resolved": "http/);
  });
});
