import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { type BodyIR, compile, type SchemaText, type StructIR } from './support/generator.js';
import { brief, diagnose, path, shipped } from './support/schema.js';

const hashes = (texts: readonly SchemaText[]): Record<string, string> => {
  const { dialects, families } = compile(texts);
  return Object.fromEntries([
    ...dialects.map((d) => [`${d.protocol}/${d.dialect}`, d.hash]),
    ...families.map((f) => [`${f.protocol}/${f.family}`, f.hash]),
  ]);
};

describe('the IR does not depend on how the schema is written down', () => {
  const expected = hashes(shipped());
  const seed = fc.integer({ min: 1, max: 0x7fffffff });

  it('keys of every mapping in another order give the same hashes', () => {
    fc.assert(
      fc.property(seed, (start) => {
        const random = generator(start);
        const texts = shipped().map((t) => ({ ...t, text: stringify(shuffle(parse(t.text), random)) }));
        expect(hashes(texts)).toEqual(expected);
        expect(diagnose(texts)).toEqual([]);
      }),
      { numRuns: 10 },
    );
  });

  it('files in another order give the same hashes, in the same order', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(shipped(), { minLength: shipped().length }), (texts) => {
        expect(Object.entries(hashes(texts))).toEqual(Object.entries(expected));
      }),
      { numRuns: 10 },
    );
  });

  it('files in another order give the same diagnostics', () => {
    const texts = shipped().map((t) => ({ ...t, text: t.text.replace('doc:', 'dok:') }));
    expect(diagnose([...texts].reverse())).toEqual(diagnose(texts));
  });

  it('comments and blank lines count for nothing', () => {
    expect(hashes(shipped().map((t) => ({ ...t, text: `# moved\n\n${t.text}\n# end\n` })))).toEqual(expected);
  });
});

describe('the constructs that layouts in the field need can be written down', () => {
  const folder = path('test/fixtures/language');
  const read = (name: string): SchemaText => {
    const text = readFileSync(`${folder}/${name}.yaml`, 'utf8');
    const { protocol, dialect } = parse(text) as { protocol: string; dialect: string };
    return { file: `schema/${protocol}/${dialect}.yaml`, text };
  };
  const names = readdirSync(folder).map((f) => f.replace('.yaml', ''));
  const laid = ['event-avail', 'qemu-2024-0-get-config', 'rfc1-set-config', 'v1-2026-get-devices'];
  const structs = [
    'admin-1.4-list-query',
    'amp-v0-queue',
    'admin-rfc2021-config-get',
    'input-config',
    'net-config',
    'net-rss-config',
  ];

  it('every fixture is tested below', () => expect(names.sort()).toEqual([...laid, ...structs].sort()));

  const body = (name: string, key: string): BodyIR => {
    const { report, dialects } = compile([read(name)]);
    expect(report.diagnostics).toEqual([]);
    return dialects[0]?.bodies.find((b) => b.key === key) as BodyIR;
  };
  const layout = (b: BodyIR): (string | number)[][] =>
    b.fields.map((f) => [f.name, f.offset, f.kind === 'int' ? f.type : f.kind]);

  it('a 24-bit integer, a used length and frames of a fixed size', () => {
    for (const kind of ['request', 'response']) {
      const b = body('rfc1-set-config', `transport.SET_CONFIG.${kind}`);
      expect(layout(b)).toEqual([
        ['offset', 4, 'u24'],
        ['length', 7, 'u8'],
        ['data', 8, 'bytes'],
      ]);
      expect([b.id, b.minSize, b.maxSize]).toEqual([0x06, 40, 40]);
    }
  });

  it('a header without a type field, whose messages differ by id alone', () => {
    const kinds = ['request', 'response'] as const;
    const [request, response] = kinds.map((kind) => body('qemu-2024-0-get-config', `transport.GET_CONFIG.${kind}`));
    expect([request?.id, request?.type, response?.id, response?.type]).toEqual([0x18, 0, 0x18, 0]);
    expect(layout(response as BodyIR)).toEqual([
      ['length', 8, 'u32'],
      ['offset', 12, 'u32'],
      ['data', 16, 'u32'],
    ]);
  });

  it('an integer in a part of 31 bits and one of 1 bit', () => {
    const b = body('event-avail', 'transport.EVENT_AVAIL.event');
    expect(layout(b)).toEqual([
      ['vq_index', 8, 'u32'],
      ['next_offset_wrap', 12, 'u32'],
    ]);
    expect([b.id, b.minSize, b.maxSize]).toEqual([0x41, 16, 16]);
    expect(b.fields[1]).toMatchObject({
      bits: [
        { name: 'next_offset', lsb: 0, width: 31 },
        { name: 'next_wrap', lsb: 31, width: 1 },
      ],
    });
  });

  it('a tail counted in bits', () => {
    const b = body('v1-2026-get-devices', 'bus.GET_DEVICES.response');
    expect(layout(b)).toEqual([
      ['offset', 8, 'u16'],
      ['next_offset', 10, 'u16'],
      ['count', 12, 'u16'],
      ['bitmap', 14, 'bytes'],
    ]);
    expect([b.id, b.type, b.minSize, b.maxSize]).toEqual([0x02, 3, 14, null]);
    expect(b.fields[3]).toMatchObject({ count: { field: 'count', unit: 'bits' }, format: 'bitmap' });
  });
});

describe('structs', () => {
  const struct = (name: string, wanted: string): StructIR => {
    const text = readFileSync(path(`test/fixtures/language/${name}.yaml`), 'utf8');
    const { protocol, dialect } = parse(text) as { protocol: string; dialect: string };
    const { report, families } = compile([{ file: `schema/${protocol}/${dialect}.yaml`, text }]);
    expect(report.diagnostics).toEqual([]);
    return families[0]?.structs.find((s) => s.name === wanted) as StructIR;
  };
  const layout = (s: StructIR, key: string): (string | number)[][] =>
    s.shapes
      .find((shape) => shape.key === key)
      ?.fields.map((f) => [f.name, ...(f.after === null ? [] : [`after ${f.after}`]), f.offset]) ?? [];

  it('have a shape per arm of their union, which always has its full size', () => {
    const config = struct('input-config', 'virtio_input_config');
    expect(config.shapes.map((s) => [s.key, s.minSize, s.maxSize])).toEqual([
      ['virtio_input_config/ids', 136, 136],
      ['virtio_input_config/abs', 136, 136],
      ['virtio_input_config/bitmap', 136, 136],
    ]);
    expect(layout(config, 'virtio_input_config/abs').slice(3)).toEqual([
      ['reserved', 3],
      ['u.abs.min', 8],
      ['u.abs.max', 12],
      ['u.abs.fuzz', 16],
      ['u.abs.flat', 20],
      ['u.abs.res', 24],
    ]);
    expect(config.choice).toEqual({
      by: 'tag',
      tag: 'select',
      cases: [
        { values: [0x03], shape: 'virtio_input_config/ids' },
        { values: [0x12], shape: 'virtio_input_config/abs' },
      ],
      otherwise: 'virtio_input_config/bitmap',
    });
  });

  it('have a shape per conditional tail, told by the number of bytes', () => {
    const config = struct('net-config', 'virtio_net_config');
    expect(config.shapes.map((s) => [s.key, s.minSize])).toEqual([
      ['virtio_net_config+bare', 24],
      ['virtio_net_config+tunnel', 28],
    ]);
    expect(config.choice).toEqual({ by: 'size', shapes: config.shapes.map((s) => s.key) });
    const speed = config.shapes[0]?.fields.find((f) => f.name === 'max_virtqueue_pairs');
    expect(speed).toMatchObject({
      validWhen: ['VIRTIO_NET_F_MQ', 'VIRTIO_NET_F_RSS'],
      bounds: { min: 1, max: 0x8000 },
    });
  });

  it('are made of an envelope and what a command puts into it', () => {
    const use = struct('admin-1.4-list-query', 'VIRTIO_ADMIN_CMD_LIST_USE:out');
    expect(layout(use, 'VIRTIO_ADMIN_CMD_LIST_USE:out')).toEqual([
      ['opcode', 0],
      ['group_type', 2],
      ['reserved1', 4],
      ['group_member_id', 16],
      ['data.device_admin_cmd_opcodes', 24],
    ]);
    const done = struct('admin-1.4-list-query', 'VIRTIO_ADMIN_CMD_LIST_USE:in');
    expect([done.shapes[0]?.minSize, done.shapes[0]?.maxSize], 'nothing follows the status').toEqual([8, 8]);
  });

  it('end where the request says, which is where their bytes end', () => {
    const got = struct('admin-rfc2021-config-get', 'VIRTIO_ADMIN_CTRL_CONFIG_GET:in');
    expect(got.shapes[0]?.fields.map((f) => [f.name, f.offset])).toEqual([
      ['ack', 0],
      ['data.data', 1],
    ]);
    expect(got.shapes[0]?.fields[1]).toMatchObject({ kind: 'bytes', count: { rest: true } });
  });

  it('stand where a region of memory has them, with slots behind them', () => {
    const queue = struct('amp-v0-queue', 'SPSC_QUEUE_SHARED');
    expect(layout(queue, 'SPSC_QUEUE_SHARED')).toEqual([
      ['head', 0],
      ['tail', 64],
      ['slots', 128],
    ]);
    expect([queue.shapes[0]?.minSize, queue.shapes[0]?.maxSize]).toEqual([128, null]);
    expect(queue.region).toMatchObject({ align: 64, minSlots: 2 });
  });

  it('go on behind arrays whose size only their bytes tell', () => {
    const rss = struct('net-rss-config', 'virtio_net_rss_config');
    expect(layout(rss, 'virtio_net_rss_config')).toEqual([
      ['hash_types', 0],
      ['indirection_table_mask', 4],
      ['unclassified_queue', 6],
      ['indirection_table', 8],
      ['max_tx_vq', 'after indirection_table', 0],
      ['hash_key_length', 'after indirection_table', 2],
      ['hash_key_data', 'after indirection_table', 3],
    ]);
    expect([rss.shapes[0]?.minSize, rss.shapes[0]?.maxSize], 'the table has one entry at least').toEqual([13, null]);
  });
});

describe('the shipped schema', () => {
  const { report, dialects } = compile(shipped());

  it('has no mistakes and no warnings', () => expect(report.diagnostics).toEqual([]));

  it('documents every message, field, group of bits and enumeration value, and says where it comes from', () => {
    const lacking: string[] = [];
    const need = (text: string, what: string): void => {
      if (text.trim() === '') lacking.push(what);
    };
    for (const ir of dialects) {
      for (const item of [{ name: 'itself', doc: ir.doc, spec: ir.spec }, ...ir.enums]) {
        need(item.doc, `${ir.dialect} ${item.name}: doc`);
        need(item.spec, `${ir.dialect} ${item.name}: spec`);
      }
      for (const e of ir.enums)
        for (const v of [...e.values, ...e.ranges]) need(v.doc, `${ir.dialect} ${e.name}: doc of a value or range`);
      for (const c of [...ir.classes, ...ir.ranges, ...ir.aliases])
        need(c.doc, `${ir.dialect}: doc of a class, range or alias`);
      const fields = ir.bodies.flatMap((b) => b.fields.map((f) => ({ f, where: `${ir.dialect} ${b.key}.${f.name}` })));
      for (const { f, where } of [
        ...fields,
        ...ir.header.map((f) => ({ f, where: `${ir.dialect} header.${f.name}` })),
      ]) {
        need(f.doc, `${where}: doc`);
        need(f.spec, `${where}: spec`);
        if (f.kind === 'int') for (const b of f.bits) need(b.doc, `${where}.${b.name}: doc`);
      }
      for (const b of ir.bodies) {
        need(b.doc, `${ir.dialect} ${b.key}: doc`);
        need(b.spec, `${ir.dialect} ${b.key}: spec`);
        for (const c of b.constraints) need(c.clause, `${ir.dialect} ${b.key}: clause of ${c.expression}`);
      }
    }
    expect(lacking).toEqual([]);
  });

  it('is a tree of dialects with an older root of its own, parents before children', () => {
    expect(dialects.filter((d) => d.protocol === 'virtio-msg').map((d) => [d.dialect, d.parent])).toEqual([
      ['alpha', null],
      ['linux-2024', 'alpha'],
      ['openamp-2024', 'alpha'],
      ['qemu-2024-0', null],
      ['qemu-2024a', 'qemu-2024-0'],
      ['qemu-2024b', 'qemu-2024a'],
      ['rfc1', 'alpha'],
      ['rfc2', 'rfc1'],
      ['rfc2+token', 'rfc2'],
      ['rfc2-fixed64', 'rfc2'],
      ['rfc3', 'rfc2'],
      ['v1-2026', 'rfc3'],
    ]);
  });
});

describe('a dialect that carries another', () => {
  const dialects = compile(shipped()).dialects;
  const find = (name: string): (typeof dialects)[number] => {
    const found = dialects.find((d) => d.dialect === name);
    if (found === undefined) throw new Error(`there is no dialect ${name}`);
    return found;
  };
  const ffa = dialects.filter((d) => d.protocol === 'virtio-ffa');

  it('is one of a lineage of its own', () => {
    expect(ffa.map((d) => [d.dialect, d.parent, d.carries])).toEqual([
      ['ffa-2024', null, 'virtio-msg/linux-2024'],
      ['ffa-2025a', 'ffa-2024', 'virtio-msg/rfc2'],
      ['ffa-2025b', 'ffa-2025a', 'virtio-msg/rfc2'],
      ['ffa-2025b+token', 'ffa-2025b', 'virtio-msg/rfc3'],
      ['ffa-2026a', 'ffa-2025b+token', 'virtio-msg/rfc3'],
      ['ffa-v1', 'ffa-2026a', 'virtio-msg/v1-2026'],
    ]);
  });

  it('has the messages of that one as they are, and none of what its parent carries', () => {
    for (const dialect of ffa) {
      const carried = find(dialect.carries?.split('/')[1] ?? '');
      const shape = ({ origin: _origin, ...rest }: BodyIR): object => rest;
      expect(dialect.bodies.filter((b) => b.class !== 'ffa-bus').map(shape)).toEqual(carried.bodies.map(shape));
      expect(dialect.framing).toEqual(carried.framing);
      const names = carried.enums.map((e) => e.name);
      expect(dialect.enums.filter((e) => names.includes(e.name))).toEqual(carried.enums);
    }
  });

  it('adds a class within one of its classes, and says where each body comes from', () => {
    const { classes, bodies, ranges } = find('ffa-v1');
    expect(classes.map((c) => [c.name, c.type])).toEqual([
      ['transport', 0],
      ['bus', 2],
      ['ffa-bus', 2],
    ]);
    const origin = (key: string): string | undefined => bodies.find((b) => b.key === key)?.origin;
    expect(origin('transport.SET_VQUEUE.request')).toBe('virtio-msg/v1-2026');
    expect(origin('bus.PING.request')).toBe('virtio-msg/rfc1');
    expect(origin('ffa-bus.AREA_SHARE.request')).toBe('ffa-2025a');
    expect(bodies.filter((b) => b.anyDevice).map((b) => b.key)).toEqual(['ffa-bus.ERROR.response']);
    expect(new Set(ranges.map((r) => r.class))).toEqual(new Set(['transport', 'bus', 'ffa-bus']));
  });
});

describe('a lineage', () => {
  const RFC2 = 'schema/virtio-msg/rfc2.yaml';
  const changed = (file: string, change: (text: string) => string): SchemaText[] =>
    shipped().map((t) => (t.file === file ? { ...t, text: change(t.text) } : t));
  const bodies = (texts: readonly SchemaText[], dialect: string): readonly BodyIR[] =>
    compile(texts).dialects.find((d) => d.dialect === dialect)?.bodies ?? [];

  it('keeps id, sender and what is not overridden through a rename', () => {
    const old = bodies(shipped(), 'rfc1').find((b) => b.key === 'transport.GET_FEATURES.request') as BodyIR;
    const renamed = bodies(shipped(), 'rfc2').find((b) => b.key === 'transport.GET_DEVICE_FEATURES.request') as BodyIR;
    expect([renamed.id, renamed.from]).toEqual([old.id, old.from]);
    expect(bodies(shipped(), 'rfc2').some((b) => b.message === 'GET_FEATURES')).toBe(false);
  });

  it('says which dialect a body comes from', () => {
    const origin = (message: string): string | undefined =>
      bodies(shipped(), 'v1-2026').find((b) => b.key === `transport.${message}`)?.origin;
    expect(origin('GET_DEVICE_STATUS.response')).toBe('alpha');
    expect(origin('GET_CONFIG.response')).toBe('rfc2');
    expect(origin('SET_VQUEUE.request')).toBe('v1-2026');
  });

  it('states differences only: whatever repeats the parent is refused', () => {
    const repeats: readonly [string, (text: string) => string][] = [
      ['framing', (t) => t.replace('framing: { size: { field: msg_size }', 'framing: { size: { fixed: 40 }')],
      ['limits', (t) => t.replace('limits: { min: 44, max: 65536 }', 'limits: { max: 40, min: 40 }')],
      ['an id', (t) => t.replace('    GET_VQUEUE:\n      id: 0x09', '    GET_VQUEUE:\n      id: 0x0a')],
      ['a body', (t) => t.replace('    RESET_VQUEUE:\n', '    RESET_VQUEUE:\n      response: { fields: [] }\n')],
      ['a message without a word', (t) => t.replace('    PING:\n      id: 0x03', '    PING: {}')],
    ];
    for (const [what, change] of repeats) {
      const texts = changed(RFC2, change);
      expect(texts, what).not.toEqual(shipped());
      const found = diagnose(texts).filter((d) => d.code === 'VW203');
      expect(
        found.map((d) => d.place.file),
        what,
      ).toEqual([RFC2]);
      // Whatever RFC 1 says itself, and else the draft that it extends.
      expect(found[0]?.also?.file, what).toMatch(/^schema\/virtio-msg\/(rfc1|alpha)\.yaml$/);
    }
  });

  it('does not care whether a renamed message stands before or behind the one that takes over its name', () => {
    const renamed = '    OLD_PING:\n      was: PING\n      id: 0x30\n';
    const taken =
      '    PING:\n      id: 0x31\n      from: device\n      doc: "Another one."\n      spec: "test"\n      event: { fields: [] }\n';
    const hashOf = (lines: string): string | undefined => {
      const texts = changed(RFC2, (t) => t.replace('    PING:\n      id: 0x03\n', lines));
      expect(diagnose(texts).map(brief)).toEqual([]);
      return compile(texts).dialects.find((d) => d.dialect === 'rfc2')?.hash;
    };
    expect(hashOf(renamed + taken)).toBe(hashOf(taken + renamed));
  });

  it('gives the same layouts to two messages that exchange their names', () => {
    const swap =
      '    GET_VQUEUE:\n      was: RESET_VQUEUE\n      doc: "Exchanged."\n    RESET_VQUEUE:\n      was: GET_VQUEUE\n      doc: "Exchanged too."\n';
    const child: SchemaText = {
      file: 'schema/virtio-msg/swapped.yaml',
      text: `language: 1\nprotocol: virtio-msg\ndialect: swapped\nextends: rfc1\ntitle: "Swapped"\ndoc: "Two names."\nspec: "test"\nmessages:\n  transport:\n${swap}`,
    };
    const texts = [...shipped(), child];
    expect(diagnose(texts).map(brief)).toEqual([]);
    const ids = (dialect: string, name: string): number[] =>
      bodies(texts, dialect)
        .filter((b) => b.message === name && b.class === 'transport')
        .map((b) => b.id);
    expect(ids('swapped', 'GET_VQUEUE')).toEqual(ids('rfc1', 'RESET_VQUEUE'));
    expect(ids('swapped', 'RESET_VQUEUE')).toEqual(ids('rfc1', 'GET_VQUEUE'));
  });
});

/** A small deterministic generator (mulberry32), so that a failure can be repeated from its seed. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 0x100000000;
  };
}

/** The same value with the keys of every mapping in another order. */
function shuffle(value: unknown, random: () => number): unknown {
  if (Array.isArray(value)) return value.map((v) => shuffle(v, random));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, inner]) => ({ key, inner: shuffle(inner, random), rank: random() }));
  return Object.fromEntries(entries.sort((a, b) => a.rank - b.rank).map(({ key, inner }) => [key, inner]));
}
