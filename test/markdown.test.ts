import { posix } from 'node:path';
import { compile, type DialectIR, listSchema } from '@virtio-wire/generator';
import { coverageTable, renderMarkdown } from '@virtio-wire/generator/markdown';
import { describe, expect, it } from 'vitest';
import { root } from './support/vwire.js';

const { dialects, profiles, families } = compile(listSchema(`${root}schema`, 'schema'));
const pages = renderMarkdown(dialects, profiles, families);
const page = (name: string): string => pages.get(`docs/messages/virtio-msg/${name}.md`) ?? '';

/** The part of a page under one heading. */
const part = (text: string, heading: string): string =>
  text.split(/^#{2,4} /m).find((p) => p.startsWith(`${heading}\n`)) ?? '';

/** Cells of a table row, whose bars inside cells are escaped. */
const cells = (row: string): string[] =>
  row
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((c) => c.trim());

const rowOf = (text: string, first: string): string[] =>
  cells(text.split('\n').find((l) => l.startsWith(`| ${first} |`)) ?? '');

/** Anchors as a Markdown viewer makes them from headings. */
const anchorsOf = (text: string): Set<string> =>
  new Set(
    [...text.matchAll(/^#+ (.+)$/gm)].map((m) =>
      (m[1] as string)
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  );

describe('the message reference', () => {
  it('has a page per dialect and an index per protocol', () => {
    for (const protocol of new Set(dialects.map((d) => d.protocol)))
      expect([...pages.keys()]).toContain(`docs/messages/${protocol}/README.md`);
    for (const d of dialects) expect([...pages.keys()]).toContain(`docs/messages/${d.protocol}/${d.dialect}.md`);
    const own = [...pages].filter(([, text]) => !/: structs$|^- \*\*Name:\*\* .*\(structs\.md\)$/m.test(text));
    expect(own).toHaveLength(dialects.length + new Set(dialects.map((d) => d.protocol)).size);
  });

  it('has a page per family of structs, with every field, value and unresolved reading, and an index per protocol', () => {
    for (const family of families) {
      const text = pages.get(`docs/messages/${family.protocol}/${family.family}.md`) ?? '';
      expect(pages.get(`docs/messages/${family.protocol}/structs.md`)).toContain(`[${family.family}]`);
      for (const struct of family.structs) {
        const own = part(text, struct.name);
        for (const field of struct.shapes.flatMap((shape) => shape.fields))
          expect(own).toContain(`| \`${field.name}\` |`);
      }
      for (const { name, values } of family.enums)
        for (const value of values) expect(part(text, name)).toContain(`\`${value.name}\``);
      for (const { id, chosen } of family.unresolved) expect(part(text, id)).toContain(chosen.replace(/\.$/, ''));
    }
    // A figure of the specification, not of ours: Virtio 1.3, 5.2.4.
    const config = part(pages.get('docs/messages/virtio-core/blk.md') ?? '', 'virtio_blk_config');
    expect(rowOf(config, '`capacity`').slice(0, 3)).toEqual(['`capacity`', '0', '8']);
    expect(rowOf(config, '`max_write_zeroes_sectors`').slice(0, 3)).toEqual(['`max_write_zeroes_sectors`', '48', '4']);
  });

  it('leads nowhere that is not there', () => {
    for (const [path, text] of pages) {
      const folder = path.slice(0, path.lastIndexOf('/') + 1);
      for (const [, target = '', anchor] of text.matchAll(/\]\(([^)#]*)(?:#([^)]*))?\)/g)) {
        const other = target === '' ? text : pages.get(posix.join(folder, target));
        expect(other, `${path} → ${target}`).toBeDefined();
        if (anchor !== undefined)
          expect([...anchorsOf(other ?? '')], `${path} → ${target}#${anchor}`).toContain(anchor);
      }
    }
  });

  it('has no two headings of one page under the same anchor', () => {
    for (const [path, text] of pages) {
      const headings = [...text.matchAll(/^#+ (.+)$/gm)].map((m) => m[1]);
      expect(headings.length, path).toBe(new Set(headings).size);
    }
  });

  it('has tables whose rows are as long as their heads, bars in rules included', () => {
    for (const [path, text] of pages) {
      for (const block of text
        .trimEnd()
        .split('\n\n')
        .filter((b) => b.startsWith('|'))) {
        const lengths = new Set(block.split('\n').map((row) => cells(row).length));
        expect(lengths.size, `${path}: ${block.slice(0, 200)}`).toBe(1);
      }
    }
    expect(pages.get('docs/messages/virtio-msg/README.md')).toContain(
      '`next_offset == 0 \\|\\| next_offset >= offset + count`',
    );
  });

  it('leaves no trace of its making', () => {
    for (const text of pages.values()) {
      expect(text).not.toMatch(/\{\{|\}\}|undefined|\[object|\bnull\b|NaN/);
      expect(text).not.toMatch(/\n{3}|[ \t]\n/);
      expect(text.endsWith('\n') && !text.endsWith('\n\n')).toBe(true);
    }
  });

  it('does not depend on the order in which dialects come', () => {
    expect([...renderMarkdown([...dialects].reverse(), profiles, [...families].reverse())]).toEqual([...pages]);
    expect(coverageTable([...dialects].reverse())).toBe(coverageTable(dialects));
  });

  it('lists every body with its fields at their offsets', () => {
    for (const d of dialects) {
      const text = pages.get(`docs/messages/${d.protocol}/${d.dialect}.md`) ?? '';
      for (const body of d.bodies) {
        const section = part(text, `${body.class} ${body.message}`);
        const start = section.indexOf(`**${body.kind[0]?.toUpperCase()}${body.kind.slice(1)}, `);
        expect(start, `${d.dialect} ${body.key}`).toBeGreaterThan(0);
        for (const f of body.fields)
          expect(rowOf(section.slice(start), `\`${f.name}\``)[1], `${body.key} ${f.name}`).toBe(String(f.offset));
      }
    }
  });
});

describe('a dialect page', () => {
  const summaryRow = (dialect: string, name: string): string[] =>
    cells(
      part(page(dialect), 'Messages')
        .split('\n')
        .find((l) => l.includes(`[${name}](`)) ?? '',
    );

  // linux-virtio-msg-driver.md: DEVICE_INFO has 24 bytes of payload (44 in v1-2026), SET_VQUEUE 36 (40 since rfc3).
  it.each([
    ['rfc2', 6 + 24, 6 + 36],
    ['rfc3', 8 + 24, 8 + 40],
    ['v1-2026', 8 + 44, 8 + 40],
  ])('of %s has the sizes of the wire in its summary', (dialect, info, queue) => {
    expect(summaryRow(dialect, 'GET_DEVICE_INFO')[5]).toBe(String(info));
    expect(summaryRow(dialect, 'SET_VQUEUE')[4]).toBe(String(queue));
    expect(summaryRow(dialect, 'EVENT_AVAIL')[3]).toBe('driver → device');
  });

  it('of rfc1 has frames of 40 bytes throughout', () => {
    expect(summaryRow('rfc1', 'GET_DEVICE_INFO').slice(4, 6)).toEqual(['40', '40']);
    expect(page('rfc1')).toContain('Messages are 40 bytes each.');
  });

  it('says since when a layout is as it is', () => {
    const row = (dialect: string, name: string): string | undefined =>
      cells(
        page(dialect)
          .split('\n')
          .find((l) => l.includes(`[${name}](#`)) ?? '',
      ).at(-1);
    expect(row('v1-2026', 'EVENT_AVAIL')).toBe('[rfc2](rfc2.md)');
    expect(row('v1-2026', 'GET_SHM')).toBe('v1-2026');
    expect(row('rfc3', 'SET_VQUEUE')).toBe('rfc3');
  });

  it('shows where v1-2026 swaps two fields of the GET_DEVICES response', () => {
    const response = (dialect: string): string => part(page(dialect), 'bus GET_DEVICES').split('**Response')[1] ?? '';
    expect(rowOf(response('rfc3'), '`count`')[1]).toBe('10');
    expect(rowOf(response('v1-2026'), '`count`')[1]).toBe('12');
    expect(rowOf(response('v1-2026'), '`next_offset`')[1]).toBe('10');
  });

  it('tells how long a counted tail is and what counts it', () => {
    expect(
      rowOf(part(page('rfc3'), 'transport GET_DEVICE_FEATURES').split('**Response')[1] ?? '', '`features`'),
    ).toEqual([
      '`features`',
      '16',
      '4 × num_blocks',
      '`u32[num_blocks]`',
      'counted by `num_blocks`',
      expect.any(String),
    ]);
    expect(page('rfc3')).toContain('**Response, 14 + ⌈count / 8⌉ bytes, device → driver**');
  });

  it('links an enumerated field to its values and says zero of a reserved one', () => {
    expect(rowOf(part(page('rfc3'), 'transport SET_DEVICE_STATUS'), '`status`')[4]).toBe(
      '[device_status](#device_status)',
    );
    expect(rowOf(part(page('rfc3'), 'device_status'), '0x40')[1]).toBe('`DEVICE_NEEDS_RESET`');
    expect(rowOf(part(page('rfc3'), 'transport SET_VQUEUE'), '`reserved0`')[4]).toBe('zero');
  });

  it('records both readings where the public texts contradict each other', () => {
    const readings = part(page('v1-2026'), 'get-devices-order');
    expect(readings).toContain('| every older text and implementation | offset, count, next_offset |');
    expect(readings).toContain('Taken: offset, next_offset, count.');
  });
});

describe('the index', () => {
  const index = pages.get('docs/messages/virtio-msg/README.md') ?? '';

  it('names the alias each peer goes by, with its bytes and rules', () => {
    expect(rowOf(index, '`qemu`').slice(1, 3)).toEqual(['[rfc3](rfc3.md)', '[qemu](#qemu)']);
    expect(rowOf(index, '`linux-rfc-v1`').slice(1, 3)).toEqual(['[rfc2](rfc2.md)', '[rfc2](#rfc2)']);
  });

  it('tells what each profile judges: QEMU little, but at most 48 bytes and 32 devices', () => {
    const head = cells(index.split('\n').find((l) => l.startsWith('| profile |')) ?? '');
    const judged = (profile: string): Record<string, string> =>
      Object.fromEntries(rowOf(index, `[${profile}](#${profile})`).map((c, i) => [head[i], c]));
    expect(judged('qemu')).toMatchObject({
      'largest message': '48',
      'largest device': '31',
      'reserved is zero': '',
      'token correlates': '',
    });
    expect(judged('rfc3')).toMatchObject({
      'reserved is zero': 'yes',
      'token correlates': 'yes',
      generation: 'strict',
    });
    expect(part(index, 'qemu')).toContain('`transport.GET_SHM.request`');
  });

  it('draws side branches where the lineage has some', () => {
    const rfc3 = dialects.find((d) => d.dialect === 'rfc3') as DialectIR;
    const side: DialectIR = { ...rfc3, dialect: 'a-side', parent: 'rfc2', title: 'a side branch', aliases: [] };
    const tree = renderMarkdown([...dialects, side], profiles).get('docs/messages/virtio-msg/README.md') ?? '';
    expect(tree).toMatch(
      /^ {4}└── rfc2 .*\n {8}├── a-side +a side branch\n(.*\n){2} {8}└── rfc3 .*\n {12}└── v1-2026 /m,
    );
  });
});

describe('the coverage table', () => {
  it('tells header, frames and counts of each dialect, and who speaks it', () => {
    const table = coverageTable(dialects);
    const row = (dialect: string): string[] =>
      cells(table.split('\n').find((l) => l.includes(`[${dialect}](docs/messages/`)) ?? '');
    expect(row('rfc1').slice(2, 4)).toEqual(['4 bytes', '40 bytes each']);
    expect(row('rfc2').slice(2, 4)).toEqual(['6 bytes', 'counted by `msg_size`']);
    const rfc3 = dialects.find((d) => d.dialect === 'rfc3') as DialectIR;
    expect(row('rfc3')[5]).toBe(String(rfc3.bodies.length));
    for (const { name } of rfc3.aliases) expect(row('rfc3').at(-1)).toContain(`\`${name}\``);
  });

  it('counts vectors when it is told of them, and says 0 where there are none', () => {
    const table = coverageTable(dialects, new Map([['rfc3', 1234]]));
    const head = cells(table.split('\n')[0] ?? '');
    const at = head.indexOf('vectors passed');
    const row = (dialect: string): string[] => cells(table.split('\n').find((l) => l.includes(`[${dialect}](`)) ?? '');
    expect(row('rfc3')[at]).toBe('1234');
    expect(row('rfc1')[at]).toBe('0');
    expect(coverageTable(dialects)).not.toContain('vectors');
  });
});
